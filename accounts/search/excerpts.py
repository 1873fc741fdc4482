"""The part of a text in which something was found, with what was found told apart. Pure.

Parts, not markup: a template escapes each as any other text.
"""

from __future__ import annotations

from typing import NamedTuple

from .folding import fold_with_places
from .tokens import tokens
from .words import Words

LENGTH = 240  # characters
LEAD = 60  # of them before the first word that was found
MORE = "…"


class Part(NamedTuple):
    text: str
    found: bool


def excerpt(text: str, words: Words) -> list[Part]:
    """Return the piece of `text` around the first of `words`, all of them marked in it."""
    marks = _marks(text, words)
    start, end = _window(text, marks[0][0] if marks else 0)
    parts = [Part(MORE if start else "", found=False)]
    at = start
    for begin, stop in marks:
        if begin >= end:
            break
        if stop > start:
            parts += [Part(text[at:begin], found=False), Part(text[begin : min(stop, end)], True)]
            at = min(stop, end)
    parts += [Part(text[at:end], found=False), Part(MORE if end < len(text) else "", found=False)]
    return [part for part in parts if part.text]


def _marks(text: str, words: Words) -> list[tuple[int, int]]:
    """Where `words` stand in `text`, in order, those that touch or overlap as one."""
    folded, places = fold_with_places(text)
    found = list(tokens(folded))
    merged: list[tuple[int, int]] = []
    for begin, stop in sorted({span for term in words.terms for span in term.found_at(found)}):
        start, end = places[begin][0], places[stop - 1][1]
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged


def _window(text: str, first: int) -> tuple[int, int]:
    """Up to `LENGTH` characters with `first` among them, cut at spaces where there are some."""
    if len(text) <= LENGTH:
        return 0, len(text)
    start = max(0, min(first - LEAD, len(text) - LENGTH))
    if start:
        start = max(start, text.find(" ", start, first) + 1)
    end = min(len(text), start + LENGTH)
    if end < len(text):
        space = text.rfind(" ", max(first, end - LEAD), end)
        end = end if space < 0 else space
    return start, end
