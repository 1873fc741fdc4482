"""The name that a file came with, made fit to show and to save under."""

from __future__ import annotations

import unicodedata

NAME_LIMIT = 100  # characters
JOINERS = "\u200c\u200d"  # part of words and of emoji, unlike other invisible characters
INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def clean_name(name: str) -> str:
    """Return the last part of a path without what hides or turns round a name's end.

    It is what people read and what browsers save under. On our disk it is never used.
    """
    last = name.replace("\\", "/").rpartition("/")[2]
    seen = "".join(
        each for each in last if each in JOINERS or unicodedata.category(each) not in INVISIBLE
    )
    words = " ".join(unicodedata.normalize("NFC", seen).split()).lstrip(". ") or "file"
    stem, dot, extension = words.rpartition(".")
    if not stem or len(extension) >= NAME_LIMIT // 2:
        return words[:NAME_LIMIT]
    return stem[: NAME_LIMIT - len(extension) - 1] + dot + extension


def extension_of(name: str) -> str:
    """The end of a clean name, in small letters, without the dot."""
    return name.rpartition(".")[2].lower() if "." in name else ""
