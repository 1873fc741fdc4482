"""Pages of a list without counting it: whether there is another is seen by asking for one more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import QuerySet

T = TypeVar("T")

# Nobody turns so many pages by hand; it bounds what a made-up address can ask for.
LAST_PAGE = 1000


@dataclass(frozen=True, slots=True)
class PageOf(Generic[T]):
    """Some rows of a list; `number` begins with 1."""

    items: list[T]
    number: int
    has_next: bool

    def __iter__(self) -> Iterator[T]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    @property
    def has_previous(self) -> bool:
        return self.number > 1

    @property
    def has_other_pages(self) -> bool:
        return self.has_next or self.has_previous

    @property
    def next_number(self) -> int:
        return self.number + 1

    @property
    def previous_number(self) -> int:
        return self.number - 1


def page_of(rows: QuerySet[Any, T] | Sequence[T], *, number: int, size: int) -> PageOf[T]:
    """Page `number` of `rows`, `size` long: at most one query."""
    start = (number - 1) * size
    found = list(rows[start : start + size + 1])
    return PageOf(found[:size], number, has_next=len(found) > size and number < LAST_PAGE)
