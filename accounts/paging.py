"""Pages of lists that grow while they are read, by cursor.

A cursor names the row at a page's edge, not a number of rows to skip: what comes in meanwhile
neither repeats a row nor hides one, and the thousandth page costs as much as the first. Cursors
are opaque to clients.
"""

from __future__ import annotations

import binascii
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Generic, TypeVar

from django.db.models import Model, Q, QuerySet

Row = TypeVar("Row", bound=Model)
Item = TypeVar("Item")
Other = TypeVar("Other")
Value = str | int | datetime

NEWEST_FIRST = ("-created_at", "-pk")
OLDEST_FIRST = ("created_at", "pk")
LONGEST = 300  # characters of a cursor


class Way(IntEnum):
    """On which side of the row that a cursor names its page lies; `FROM` begins with the row."""

    AFTER = 0
    BEFORE = 1
    FROM = 2


class BadCursor(ValueError):
    """A cursor that was not made here, or for another list."""


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Some rows of a list, and the cursors of the pages beside them, where there are any.

    `previous` leads to what stands before the first row of this page, also where nothing does
    yet and `has_previous` is false: there one asks for what has come in since.
    """

    items: Sequence[Item]
    next: str | None
    previous: str | None
    has_previous: bool

    def of(self, change: Callable[[Sequence[Item]], Sequence[Other]]) -> Page[Other]:
        """The same page of other things, made of its items."""
        return Page(change(self.items), self.next, self.previous, self.has_previous)


def page(
    rows: QuerySet[Row],
    *,
    cursor: str | None = None,
    size: int,
    order: tuple[str, ...] = NEWEST_FIRST,
) -> Page[Row]:
    """Return the rows at `cursor`, or the first ones. `order` names columns that tell any two rows
    apart, and wants an index. Raises `BadCursor`.
    """
    way, edge = _read(cursor, order) if cursor else (Way.FROM, None)
    backwards = way is Way.BEFORE
    wanted = rows.order_by(*(map(_turned, order) if backwards else order))
    if edge is not None:
        wanted = wanted.filter(_beyond(order, edge, way))
    found = list(wanted[: size + 1])
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    if not found:
        return Page([], None, None, has_previous=False)
    return Page(
        found,
        next=_cursor(found[-1], order, Way.AFTER) if more or backwards else None,
        previous=_cursor(found[0], order, Way.BEFORE),
        has_previous=more if backwards else edge is not None,
    )


def cursor_at(row: Model, *, order: tuple[str, ...] = NEWEST_FIRST) -> str:
    """The cursor of the page that begins with `row`."""
    return _cursor(row, order, Way.FROM)


def _column(term: str) -> str:
    return term.removeprefix("-")


def _turned(term: str) -> str:
    return _column(term) if term.startswith("-") else f"-{term}"


def _beyond(order: tuple[str, ...], edge: Sequence[Value], way: Way) -> Q:
    """Rows on that side of `edge`. The first column is bounded by itself, so that an index on it
    serves whatever the database makes of the rest."""
    last = Q((_column(order[-1]), edge[-1])) if way is Way.FROM else Q()
    found = Q()
    for term, value in reversed(list(zip(order, edge, strict=True))):
        lookup = "lt" if term.startswith("-") != (way is Way.BEFORE) else "gt"
        column = _column(term)
        beyond = Q((f"{column}__{lookup}", value))
        found = (Q((f"{column}__{lookup}e", value)) & (beyond | found)) if found else beyond | last
    return found


def _cursor(row: Model, order: tuple[str, ...], way: Way) -> str:
    values = [getattr(row, _column(term)) for term in order]
    told = [value.isoformat() if isinstance(value, datetime) else value for value in values]
    packed = json.dumps([way, *told], separators=(",", ":"))
    return urlsafe_b64encode(packed.encode()).decode().rstrip("=")


def _read(cursor: str, order: tuple[str, ...]) -> tuple[Way, list[Value]]:
    if len(cursor) > LONGEST:
        raise BadCursor
    try:
        packed = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        way, *values = json.loads(packed)
        way = Way(way)
        edge = [_value(_column(term), told) for term, told in zip(order, values, strict=True)]
    except (binascii.Error, UnicodeError, ValueError, TypeError, RecursionError):
        raise BadCursor from None
    return way, edge


def _value(column: str, told: object) -> Value:
    if column.endswith("_at"):
        moment = datetime.fromisoformat(str(told))
        if moment.tzinfo is None:
            raise BadCursor
        return moment
    if column == "pk":
        if type(told) is not int or not 0 <= told < 2**63:
            raise BadCursor
        return told
    if not isinstance(told, str) or "\0" in told:
        raise BadCursor
    return told
