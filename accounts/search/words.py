"""What somebody typed to find something, as words. Pure.

There are no operators: AND, NOT, NEAR, `*`, `-`, `:` and the rest are words or nothing. All words
must be there. Quotes keep words together, and so does what stands without a space in between. The
last word may be a beginning.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .folding import fold
from .tokens import Token, tokens

TYPED_LENGTH = 500  # characters that are looked at
TERM_COUNT = 20
TERM_LENGTH = 64  # tokens

_QUOTES = '"“”„«»'
_PART = re.compile(rf"[{_QUOTES}](?P<phrase>[^{_QUOTES}]*)[{_QUOTES}]|[^\s{_QUOTES}]+")


@dataclass(frozen=True, slots=True)
class Term:
    """Tokens that follow each other; with `prefix` the last one is only a beginning."""

    tokens: tuple[str, ...]
    prefix: bool

    def found_at(self, words: Sequence[Token]) -> Iterator[tuple[int, int]]:
        """Where in the folded text of `words` this stands: from, to before."""
        *firsts, last = self.tokens
        for at in range(len(words) - len(firsts)):
            final = words[at + len(firsts)]
            fits = final.text.startswith(last) if self.prefix else final.text == last
            if fits and all(words[at + n].text == text for n, text in enumerate(firsts)):
                yield words[at].start, final.end if final.text == last else final.stop


@dataclass(frozen=True, slots=True)
class Words:
    """What to look for: all of `terms`. Nothing can be found without any."""

    terms: tuple[Term, ...]

    def __bool__(self) -> bool:
        return bool(self.terms)

    def are_in(self, text: str) -> bool:
        """Whether all of them are."""
        found = list(tokens(fold(text)))
        return all(any(term.found_at(found)) for term in self.terms)


def words_of(typed: str) -> Words:
    """Read what somebody typed. Whatever it is, it is no error."""
    parts = list(_PART.finditer(typed[:TYPED_LENGTH]))
    terms: dict[Term, None] = {}
    for number, part in enumerate(parts, start=1):
        quoted = part["phrase"]
        may_go_on = quoted is None and number == len(parts)
        if term := _term(part[0] if quoted is None else quoted, may_go_on=may_go_on):
            terms[term] = None
    return Words(tuple(terms)[:TERM_COUNT])


def _term(part: str, *, may_go_on: bool) -> Term | None:
    found = list(tokens(fold(part)))
    if not found:
        return None
    *before, last = found
    if last.unspaced and before and before[-1].end == last.end:
        found = before  # the last character alone need not end the text that is found
    texts = tuple(token.text for token in found[:TERM_LENGTH])
    # The beginning with one letter is shared by too much to be of use.
    begins = may_go_on and (len(texts[-1]) > 1 or not texts[-1].isascii())
    return Term(texts, prefix=begins or last.unspaced)
