"""What the columns of one page tell: a few queries for all its rows, each bounded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, IntegerField, Model, OuterRef, QuerySet, Subquery
from redis.exceptions import RedisError

from accounts.models import User
from chat.live_sessions import LiveSession, live_sessions
from chat.models import Membership, Message, Report, Room

COUNTED_UP_TO = 1_000


class _Counted(Subquery):
    """How many rows a correlated query finds, counted up to `COUNTED_UP_TO`."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()

    def __init__(self, found: QuerySet[Any]) -> None:
        super().__init__(found.order_by().values("pk")[:COUNTED_UP_TO])


@dataclass(frozen=True, slots=True)
class RoomFigures:
    members: int
    last_activity: datetime | None
    open_reports: int


def room_figures(rooms: Collection[int]) -> dict[int, RoomFigures]:
    """Figures of `rooms` (keys)."""
    newest = Message.objects.filter(room=OuterRef("pk")).order_by("-sequence")
    found = Room.objects.filter(pk__in=rooms).values_list(
        "pk",
        _Counted(Membership.objects.filter(room=OuterRef("pk"))),
        Subquery(newest.values("created_at")[:1]),
    )
    waiting = _open_reports(rooms)
    return {room: RoomFigures(count, last, waiting.get(room, 0)) for room, count, last in found}


def _open_reports(rooms: Collection[int]) -> dict[int, int]:
    waiting = Report.objects.filter(resolved_at=None, message__room__in=rooms).order_by()
    counted = waiting.values("message__room").annotate(count=Count("pk"))
    return dict(counted.values_list("message__room", "count"))


def rooms_by_person(users: Collection[int]) -> dict[int, int]:
    """To how many rooms each of `users` (ids) belongs."""
    memberships = Membership.objects.filter(user=OuterRef("pk"))
    found = User.objects.filter(pk__in=users).values_list("pk", _Counted(memberships))
    return dict(found)


def sessions_now() -> list[LiveSession] | None:
    """Every live session, oldest first; None while Redis is away and nobody can say."""
    try:
        return live_sessions()
    except (RedisError, OSError):
        return None


def sessions_by_person() -> Counter[int] | None:
    """How many live sessions each person (id) has; None while nobody can say."""
    sessions = sessions_now()
    return None if sessions is None else Counter(session.user_id for session in sessions)


def attach(rows: Collection[Model], name: str, values: dict[int, Any], default: Any = None) -> None:
    """Give each row what `values` (by key) has for it, as the attribute `name`."""
    for row in rows:
        setattr(row, name, values.get(row.pk, default))
