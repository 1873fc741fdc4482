"""Text as it is compared: no case, no accents, one form of each letter. Pure.

What is dropped is what people leave out when they type: accents, the points of Arabic and Hebrew,
invisible characters, the colour of a hand. What carries meaning stays: the vowel signs of Indic and
Thai writing, the voicing marks of kana.
"""

from __future__ import annotations

from functools import lru_cache
from unicodedata import decimal, normalize

import regex

CLUSTER = regex.compile(r"\X", regex.V1)
# ASCII, but for a last character that may have marks to it; or one character as people see it.
PIECE = regex.compile(r"[\x00-\x7f]+(?![^\x00-\x7f])|\X", regex.V1)
# Zero-width space stays, and so divides words; voicing marks are composed again with their kana.
DROPPED = regex.compile(
    r"[[\p{M}&&[\p{Zinh}\p{Hebr}\p{Arab}]]--[\u3099\u309a]]"
    r"|[\p{Default_Ignorable_Code_Point}--\u200b]|[\u0640\U0001f3fb-\U0001f3ff]",
    regex.V1,
)
# Letters that Unicode does not take apart, and Arabic ones that keyboards disagree about.
_FROM = ("æ", "œ", "þ", "ø", "ł", "đ", "ð", "ħ", "ŧ", "\u0131", "\u0649", "\u06cc", "\u06a9")
_TO = ("ae", "oe", "th", "o", "l", "d", "d", "h", "t", "i", "\u064a", "\u064a", "\u0643")
ALIKE = str.maketrans(dict(zip(_FROM, _TO, strict=True)))


def fold(text: str) -> str:
    """Return `text` as it is compared; folding it again changes nothing."""
    if text.isascii():
        return text.lower()
    return "".join(
        piece.lower() if piece.isascii() else _folded(piece) for piece in PIECE.findall(text)
    )


def fold_with_places(text: str) -> tuple[str, list[tuple[int, int]]]:
    """Also return, for each character of the folded text, where in `text` it comes from: from the
    first index to before the second."""
    if text.isascii():
        return text.lower(), [(at, at + 1) for at in range(len(text))]
    folded: list[str] = []
    places: list[tuple[int, int]] = []
    for match in CLUSTER.finditer(text):
        cluster = _folded(match[0])
        folded.append(cluster)
        places += [match.span()] * len(cluster)
    return "".join(folded), places


@lru_cache(maxsize=20_000)
def _folded(cluster: str) -> str:
    """One character as people see it: a letter with its marks, a whole family of emoji."""
    bare = DROPPED.sub("", normalize("NFKD", cluster)).casefold().translate(ALIKE)
    # Folding the case can bring new marks, and letters that are written in another way.
    whole = normalize("NFKC", DROPPED.sub("", normalize("NFKD", bare)))
    return "".join(str(decimal(char)) if char.isdecimal() else char for char in whole)
