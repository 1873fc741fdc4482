"""What a client may hear. Names say what happened; what is durable carries its number."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal

from msgspec import Meta, Raw, Struct

Place = Annotated[int, Meta(description="The message's place in the room, for ever.")]
Change = Annotated[int, Meta(description="The number of this change; the higher one wins.")]
Kind = Literal["public", "private", "direct"]
Time = Annotated[datetime, Meta(description="ISO 8601, UTC.")]


class Person(Struct, frozen=True, kw_only=True):
    """Somebody, as everybody may see them."""

    id: int
    username: str
    name: str
    avatar: Annotated[str, Meta(description="Path of the picture.")]


class RoomState(Struct, frozen=True, kw_only=True):
    """A room's present state."""

    room_id: str
    name: str
    topic: str
    kind: Kind
    closed: bool
    floor: Annotated[int, Meta(description="Everything placed below this was pruned.")]


class MessageBody(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A whole message in its present state, or the tombstone of a deleted one (`message` empty)."""

    room_id: str
    message_id: int
    sequence: Place
    changed_sequence: Change
    text_sequence: Annotated[
        int, Meta(description="The last change of the text: `base_sequence` of an edit.")
    ]
    username: str
    sender: Person
    message: str
    kind: Literal["text", "system"]
    timestamp: Time
    edited: bool
    deleted: bool
    client_id: str | None = None
    reply_to: Annotated[int, Meta(description="The id of the message answered.")] | None = None
    act: Annotated[str, Meta(description="System messages: joined, left, removed.")] | None = None
    subject: Annotated[Person, Meta(description="Whom the act happened to.")] | None = None


class OutboundEvent(Struct, kw_only=True, omit_defaults=True):
    """An event that a client hears."""

    event: ClassVar[str]


class RoomSummary(Struct, frozen=True, kw_only=True):
    """One of the person's rooms, as `welcome` lists them."""

    room_id: str
    name: str
    kind: Kind
    epoch: str
    head: Annotated[int, Meta(description="The room's last number.")]
    read_sequence: int
    unread: Annotated[int, Meta(description="Counted up to 100, which means 100 or more.")]


class Limits(Struct, frozen=True, kw_only=True):
    """What the server accepts."""

    text: Annotated[int, Meta(description="Characters of a message.")]
    frame: Annotated[int, Meta(description="Bytes of a frame.")]
    open_rooms: int
    history: Annotated[int, Meta(description="Messages of a page.")]


class Welcome(OutboundEvent):
    """The first event of a logged-in session."""

    event: ClassVar[str] = "welcome"
    protocol: int
    session_id: str
    user: Person
    capabilities: list[str]
    limits: Limits
    rooms: list[RoomSummary]
    server_time: Time


class RoomHistory(OutboundEvent):
    """The answer to `join_room`, in one frame or, after an absence, several (`more`).

    Without `reset`, `messages` are the changed ones in order of change. With it, drop what you
    have: they are the last ones in order of place. Stand at `sequence` afterwards.
    """

    event: ClassVar[str] = "room_history"
    room_id: str
    room: RoomState | Raw
    messages: list[MessageBody | Raw]
    sequence: int
    epoch: str
    has_more: Annotated[bool, Meta(description="Older messages exist.")]
    more: Annotated[bool, Meta(description="Another frame of this answer follows.")]
    reset: bool
    active_users: Annotated[
        list[str] | None, Meta(description="Who is here; null while that is unknown.")
    ]
    active_count: int | None


class NewMessage(OutboundEvent):
    """A message came in."""

    event: ClassVar[str] = "new_message"


class MessageEdited(OutboundEvent):
    """A message has another text."""

    event: ClassVar[str] = "message_edited"


class MessageDeleted(OutboundEvent):
    """A message became a tombstone."""

    event: ClassVar[str] = "message_deleted"


class RoomChange(OutboundEvent):
    """A change of the room itself."""

    changed_sequence: Change
    room: RoomState


class RoomChanged(RoomChange):
    """The room's state is now this one."""

    event: ClassVar[str] = "room_changed"


class RoomClosed(RoomChange):
    """The room can only be read from now on."""

    event: ClassVar[str] = "room_closed"


class HistoryPruned(RoomChange):
    """Everything placed below the room's `floor` is gone."""

    event: ClassVar[str] = "history_pruned"


class UserTyping(OutboundEvent):
    """Somebody types, or stopped. Expires by itself after five seconds."""

    event: ClassVar[str] = "user_typing"
    room_id: str
    username: str
    typing: bool


class RoomActivity(OutboundEvent):
    """Something happened in one of the person's rooms that this session has not open."""

    event: ClassVar[str] = "room_activity"
    room_id: str
    head: int
    unread: int


class MessageRead(OutboundEvent):
    """How far a person has read."""

    event: ClassVar[str] = "message_read"
    room_id: str
    username: str
    read_sequence: int
    unread: int


class MembershipEnded(OutboundEvent):
    """One is no longer a member; nothing more of this room arrives."""

    event: ClassVar[str] = "membership_ended"
    room_id: str
    reason: str


class SessionEnded(OutboundEvent):
    """This login has ended; the socket closes."""

    event: ClassVar[str] = "session_ended"
    reason: str


class ServerTick(OutboundEvent):
    """The server lives: one tick an interval, however many processes run."""

    event: ClassVar[str] = "server_tick"
    count: int
    timestamp: Time


class Ack(OutboundEvent):
    """What was asked for under this `ref` is done, and stored if it is of the kind that is."""

    event: ClassVar[str] = "ack"


class ErrorDetails(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Which field is at fault, which limit was passed."""

    field: str | None = None
    limit: int | None = None


class Error(OutboundEvent):
    """What was asked for under this `ref` was refused; the socket lives."""

    event: ClassVar[str] = "error"
    code: str
    message: str
    details: ErrorDetails | None = None
    retry_after: Annotated[float, Meta(description="Seconds.")] | None = None


class Pong(OutboundEvent):
    """The answer to `ping`."""

    event: ClassVar[str] = "pong"


class Joined(Struct, frozen=True, kw_only=True):
    """Ack of `join_room`."""

    room_id: str
    sequence: int


class Stored(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Ack of `send_message`, `edit_message`, `delete_message`."""

    message_id: int
    sequence: Place
    changed_sequence: Change
    timestamp: Time
    client_id: str | None = None


class Read(Struct, frozen=True, kw_only=True):
    """Ack of `mark_read`."""

    room_id: str
    read_sequence: int
    unread: int


class History(Struct, frozen=True, kw_only=True):
    """Ack of `fetch_history`: oldest first."""

    room_id: str
    messages: list[MessageBody | Raw]
    has_more: bool


class Nothing(Struct, frozen=True):
    """An ack that says only that it is done."""


Reply = Joined | Stored | Read | History | Nothing

# Events whose data is a whole message.
MESSAGE_EVENTS: tuple[type[OutboundEvent], ...] = (NewMessage, MessageEdited, MessageDeleted)

OUTBOUND: dict[str, type[OutboundEvent]] = {
    kind.event: kind
    for kind in (
        Welcome,
        RoomHistory,
        NewMessage,
        MessageEdited,
        MessageDeleted,
        RoomChanged,
        RoomClosed,
        HistoryPruned,
        UserTyping,
        RoomActivity,
        MessageRead,
        MembershipEnded,
        SessionEnded,
        ServerTick,
        Ack,
        Error,
        Pong,
    )
}

# The ack's data by the event it answers.
REPLIES: dict[str, type[Any]] = {
    "authenticate": Nothing,
    "join_room": Joined,
    "leave_room": Nothing,
    "send_message": Stored,
    "edit_message": Stored,
    "delete_message": Stored,
    "typing": Nothing,
    "mark_read": Read,
    "fetch_history": History,
}
