"""What a room's page shows before any script runs, and what its script starts from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.conf import settings

from . import queries, shapes
from .models import Message, Room
from .protocol.codec import encode
from .protocol.contents import MessageBody
from .protocol.outbound import RoomHistory
from .timeline import Day, Reader, days


@dataclass(frozen=True, slots=True)
class RoomPage:
    """`history` is a `room_history` as the wire carries it.

    `ceiling` is set on a page of the past: nothing placed above it is shown.
    """

    days: list[Day]
    oldest: int
    newest: int
    has_more: bool
    history: str
    ceiling: int | None = None

    @property
    def is_past(self) -> bool:
        return self.ceiling is not None


@dataclass(frozen=True, slots=True)
class Place:
    """What part of a room to look at: below `before`, or around `at`; its end without both."""

    before: int | None = None
    at: int | None = None


@dataclass(slots=True)
class _Rows:
    messages: list[Message] = field(default_factory=list)
    has_more: bool = False
    ceiling: int | None = None


def room_page(*, room: Room, reader: Reader, place: Place = Place()) -> RoomPage:
    """One part of the room. Two queries, four around a message.

    `room` with its head loaded: what changes after that was read has a higher number, and the
    script hears of it when it joins with that head.
    """
    rows = _rows(room, place)
    messages = [shapes.message_body(row, room_id=room.slug) for row in rows.messages]
    return RoomPage(
        days=list(days(messages, reader=reader)),
        oldest=messages[0].sequence if messages else 0,
        newest=messages[-1].sequence if messages else 0,
        has_more=rows.has_more,
        history=_history(room, messages, has_more=rows.has_more),
        ceiling=rows.ceiling,
    )


def _rows(room: Room, place: Place) -> _Rows:
    head = room.head
    limit = settings.CHAT_HISTORY_PAGE
    end = head.last_sequence + 1
    around = place.at is not None and place.at < end
    before = place.at if around else place.before
    earlier, has_more = queries.messages_before(
        room=room.pk,
        floor=head.floor,
        before=end if before is None else before,
        limit=limit // 2 if around else limit,
    )
    if not around or place.at is None:
        return _Rows(earlier, has_more, None if before is None else min(before, end) - 1)
    later, goes_on = queries.messages_after(
        room=room.pk, floor=head.floor, after=place.at - 1, limit=limit - limit // 2
    )
    return _Rows(earlier + later, has_more, later[-1].sequence if goes_on else None)


def _history(room: Room, messages: Sequence[MessageBody], *, has_more: bool) -> str:
    history = RoomHistory(
        room_id=room.slug,
        room=shapes.room_state(room, room.head),
        messages=list(messages),
        sequence=room.head.last_sequence,
        epoch=room.head.epoch,
        has_more=has_more,
        more=False,
        reset=True,
        active_users=None,
        active_count=None,
    )
    return encode(history).decode()
