"""What an `ack` carries, by the event that it answers."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Raw, Struct

from .contents import MessageBody
from .fields import Change, HasMore, Mentions, MessageId, Place, ReadUpTo, RoomId, SentAt, Unread


class Joined(Struct, frozen=True, kw_only=True):
    """Ack of `join_room`."""

    room_id: RoomId
    sequence: Annotated[int, Meta(description="Where the session stands now.")]


class Stored(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Ack of `send_message`, `edit_message`, `delete_message`, `react`, `pin`."""

    message_id: MessageId
    sequence: Place
    changed_sequence: Change
    timestamp: SentAt
    client_id: Annotated[str, Meta(description="As it was sent.")] | None = None


class Read(Struct, frozen=True, kw_only=True):
    """Ack of `mark_read` and `mark_unread`."""

    room_id: RoomId
    read_sequence: ReadUpTo
    unread: Unread
    mentions: Mentions


class History(Struct, frozen=True, kw_only=True):
    """Ack of `fetch_history`: oldest first."""

    room_id: RoomId
    messages: Annotated[list[MessageBody | Raw], Meta(description="Placed below `before`.")]
    has_more: HasMore


class Nothing(Struct, frozen=True):
    """An ack that says only that it is done."""


Reply = Joined | Stored | Read | History | Nothing

# The ack's data by the event it answers.
REPLIES: dict[str, type[Any]] = {
    "authenticate": Nothing,
    "join_room": Joined,
    "leave_room": Nothing,
    "send_message": Stored,
    "edit_message": Stored,
    "delete_message": Stored,
    "react": Stored,
    "pin": Stored,
    "typing": Nothing,
    "mark_read": Read,
    "mark_unread": Read,
    "fetch_history": History,
    "ping": Nothing,
}
