"""What a room's page shows before any script runs, and what its script starts from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby, pairwise

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from . import queries, shapes
from .models import Room, SystemAct
from .protocol.codec import encode
from .protocol.outbound import MessageBody, RoomHistory

GROUP_TIME = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Line:
    """A message as it stands in the timeline: `continued` under the head of the one above."""

    message: MessageBody
    own: bool
    continued: bool

    @property
    def words(self) -> str:
        """What a system message says."""
        sender = self.message.sender.name
        name = self.message.subject.name if self.message.subject else sender
        match self.message.act:
            case SystemAct.JOINED:
                return _("%(name)s joined") % {"name": name}
            case SystemAct.LEFT:
                return _("%(name)s left") % {"name": name}
            case SystemAct.REMOVED:
                return _("%(name)s was removed by %(by)s") % {"name": name, "by": sender}
        return _("%(by)s changed this room") % {"by": sender}


@dataclass(frozen=True, slots=True)
class Day:
    date: date
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class RoomPage:
    """`history` is a `room_history` as the wire carries it; a page of the past has none."""

    days: list[Day]
    oldest: int
    newest: int
    has_more: bool
    history: str

    @property
    def is_past(self) -> bool:
        return not self.history


def room_page(*, room: Room, reader: int, before: int | None = None) -> RoomPage:
    """The room's newest messages, or the last ones placed below `before`. Two queries.

    `room` with its head loaded: what changes after that was read has a higher number, and the
    script hears of it when it joins with that head.
    """
    head = room.head
    rows, has_more = queries.messages_before(
        room=room.pk,
        floor=head.floor,
        before=head.last_sequence + 1 if before is None else before,
        limit=settings.CHAT_HISTORY_PAGE,
    )
    messages = [shapes.message_body(row, room_id=room.slug) for row in rows]
    return RoomPage(
        days=list(days(messages, reader=reader)),
        oldest=messages[0].sequence if messages else 0,
        newest=messages[-1].sequence if messages else 0,
        has_more=has_more,
        history=_history(room, messages, has_more=has_more) if before is None else "",
    )


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


def days(messages: Sequence[MessageBody], *, reader: int) -> Iterator[Day]:
    """The messages by day, in the current time zone; those of `reader` (a user id) marked."""
    for day, found in groupby(messages, lambda message: timezone.localdate(message.timestamp)):
        today = list(found)
        heads = [False, *(continues(above, message) for above, message in pairwise(today))]
        lines = [
            Line(message, own=message.sender.id == reader, continued=continued)
            for message, continued in zip(today, heads, strict=True)
        ]
        yield Day(day, lines)


def continues(above: MessageBody, message: MessageBody) -> bool:
    """Whether a message of the same day goes on under the head of the one above."""
    return (
        above.kind == message.kind == "text"
        and above.sender.id == message.sender.id
        and message.timestamp - above.timestamp < GROUP_TIME
    )
