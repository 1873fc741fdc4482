"""What a client may hear. Names say what happened; what is durable carries its number."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta, Raw, Struct

from .contents import (
    ErrorDetails,
    Limits,
    MessageBody,
    Person,
    Reader,
    RoleName,
    RoomState,
    RoomSummary,
)
from .fields import (
    ActiveCount,
    ActiveUsers,
    Change,
    DirectlyPresent,
    Epoch,
    HasMore,
    Head,
    IsTyping,
    Mentions,
    MutedUntil,
    NotificationsUnread,
    PostId,
    ReadUpTo,
    Reason,
    RoomId,
    Silenced,
    Time,
    Unread,
    Username,
)


class OutboundEvent(Struct, kw_only=True, omit_defaults=True):
    """An event that a client hears."""

    event: ClassVar[str]


class Welcome(OutboundEvent):
    """The first event of a logged-in session."""

    event: ClassVar[str] = "welcome"
    protocol: Annotated[int, Meta(description="The version of this protocol.")]
    session_id: Annotated[str, Meta(description="This connection's name.")]
    user: Annotated[Person, Meta(description="Who one is here.")]
    capabilities: Annotated[list[str], Meta(description="The events this server takes.")]
    limits: Annotated[Limits, Meta(description="What the server accepts.")]
    rooms: Annotated[list[RoomSummary], Meta(description="The rooms one is a member of.")]
    notifications: NotificationsUnread
    present: DirectlyPresent
    server_time: Time


class RoomHistory(OutboundEvent):
    """The answer to `join_room`, in one frame or, after an absence, several (`more`).

    Without `reset`, `messages` are the changed ones in order of change. With it, drop what you
    have: they are the last ones in order of place. Stand at `sequence` afterwards.
    """

    event: ClassVar[str] = "room_history"
    room_id: RoomId
    room: Annotated[RoomState | Raw, Meta(description="The room's present state.")]
    messages: Annotated[
        list[MessageBody | Raw], Meta(description="The last ones, or the changed ones.")
    ]
    sequence: Annotated[int, Meta(description="The number to stand at after this frame.")]
    epoch: Epoch
    has_more: HasMore
    more: Annotated[bool, Meta(description="Another frame of this answer follows.")]
    reset: Annotated[bool, Meta(description="Drop everything held of this room first.")]
    active_users: ActiveUsers
    active_count: ActiveCount
    readers: (
        Annotated[
            list[Reader],
            Meta(
                description="In direct and small rooms, how far those have read who show it;"
                " left out elsewhere."
            ),
        ]
        | None
    ) = None


class NewMessage(OutboundEvent):
    """A message came in."""

    event: ClassVar[str] = "new_message"


class MessageEdited(OutboundEvent):
    """A message has another text, or one that it quotes has."""

    event: ClassVar[str] = "message_edited"


class MessageDeleted(OutboundEvent):
    """A message became a tombstone."""

    event: ClassVar[str] = "message_deleted"


class ReactionChanged(OutboundEvent):
    """Somebody reacted to a message, or took that back."""

    event: ClassVar[str] = "reaction_changed"


class PinChanged(OutboundEvent):
    """A message was pinned or unpinned."""

    event: ClassVar[str] = "pin_changed"


class RoomChange(OutboundEvent):
    """A change of the room itself."""

    changed_sequence: Change
    room: Annotated[RoomState, Meta(description="The room's present state.")]


class RoomChanged(RoomChange):
    """The room's state is now this one."""

    event: ClassVar[str] = "room_changed"


class RoomClosed(RoomChange):
    """The room can only be read from now on."""

    event: ClassVar[str] = "room_closed"


class HistoryPruned(RoomChange):
    """Everything placed below the room's `floor` is gone."""

    event: ClassVar[str] = "history_pruned"


class PresenceEvent(OutboundEvent):
    """Who is in a room now. Of several people who came or went at once, one is named."""

    room_id: RoomId
    username: Username
    message: Annotated[str, Meta(description="The same in words.")]
    active_users: ActiveUsers
    active_count: ActiveCount
    timestamp: Time
    reason: Reason | None = None


class UserJoined(PresenceEvent):
    """Somebody's first session in the room opened it. The person themselves hear it too."""

    event: ClassVar[str] = "user_joined"


class UserLeft(PresenceEvent):
    """Somebody's last session in the room has gone."""

    event: ClassVar[str] = "user_left"


class UserTyping(OutboundEvent):
    """Somebody types, or stopped. Expires by itself after five seconds."""

    event: ClassVar[str] = "user_typing"
    room_id: RoomId
    username: Username
    typing: IsTyping


class RoomActivity(OutboundEvent):
    """Something happened in one of the person's rooms that this session has not open."""

    event: ClassVar[str] = "room_activity"
    room_id: RoomId
    head: Head
    unread: Unread
    mentions: Mentions
    name: Annotated[
        str | None, Meta(description="What the room is called now; not of direct rooms.")
    ] = None


class MessageRead(OutboundEvent):
    """How far a person has read. One's own sessions hear with it what waits; in direct and small
    rooms the others hear it too, without, unless the reader does not show it."""

    event: ClassVar[str] = "message_read"
    room_id: RoomId
    username: Username
    read_sequence: ReadUpTo
    unread: Unread | None = None
    mentions: Mentions | None = None


class MembershipBegan(OutboundEvent):
    """One is a member of a room now, by whatever session, or because somebody wrote to one."""

    event: ClassVar[str] = "membership_began"
    room: Annotated[RoomSummary, Meta(description="The room as one sees it.")]


class MembershipChanged(OutboundEvent):
    """What one is in a room, as it stands now."""

    event: ClassVar[str] = "membership_changed"
    room_id: RoomId
    role: RoleName
    silenced: Silenced
    muted_until: MutedUntil = None


class MembershipEnded(OutboundEvent):
    """One is no longer a member; nothing more of this room arrives."""

    event: ClassVar[str] = "membership_ended"
    room_id: RoomId
    reason: Reason


class DirectPresence(OutboundEvent):
    """Others are connected, of the people one has direct rooms with."""

    event: ClassVar[str] = "direct_presence"
    present: DirectlyPresent


class SessionEnded(OutboundEvent):
    """This login has ended; the socket closes."""

    event: ClassVar[str] = "session_ended"
    reason: Reason


class Notifications(OutboundEvent):
    """Another number of notifications waits for the person, on all their devices."""

    event: ClassVar[str] = "notifications"
    unread: NotificationsUnread


class FeedChanged(OutboundEvent):
    """Somebody published a post. Whoever shows a list of posts asks for what is new in it."""

    event: ClassVar[str] = "feed_changed"
    post_id: PostId
    username: Username


class PostChanged(OutboundEvent):
    """A post has another text, was hidden or shown, or there is something new under it. Whoever
    shows it asks for it again."""

    event: ClassVar[str] = "post_changed"
    post_id: PostId
    comment_id: (
        Annotated[int, Meta(description="The comment that came, went or changed, if it was one.")]
        | None
    ) = None
    gone: Annotated[bool, Meta(description="Whether the post was deleted.")] = False


class ServerTick(OutboundEvent):
    """The server lives: one tick an interval, however many processes run."""

    event: ClassVar[str] = "server_tick"
    count: Annotated[int, Meta(description="How many ticks there have been.")]
    timestamp: Time


class Ack(OutboundEvent):
    """What was asked for under this `ref` is done, and stored if it is of the kind that is."""

    event: ClassVar[str] = "ack"


class Error(OutboundEvent):
    """What was asked for under this `ref` was refused; the socket lives."""

    event: ClassVar[str] = "error"
    code: Annotated[str, Meta(description="One of the error codes; made for programs.")]
    message: Annotated[str, Meta(description="The same in words, for people.")]
    details: Annotated[ErrorDetails | None, Meta(description="What exactly is wrong.")] = None
    retry_after: Annotated[float, Meta(description="Seconds to wait before a retry.")] | None = None


class Pong(OutboundEvent):
    """The answer to `ping`."""

    event: ClassVar[str] = "pong"


# Events whose data is a whole message.
MESSAGE_EVENTS: tuple[type[OutboundEvent], ...] = (
    NewMessage,
    MessageEdited,
    MessageDeleted,
    ReactionChanged,
    PinChanged,
)

OUTBOUND: dict[str, type[OutboundEvent]] = {
    kind.event: kind
    for kind in (
        Welcome,
        RoomHistory,
        NewMessage,
        MessageEdited,
        MessageDeleted,
        ReactionChanged,
        PinChanged,
        RoomChanged,
        RoomClosed,
        HistoryPruned,
        UserJoined,
        UserLeft,
        UserTyping,
        RoomActivity,
        MessageRead,
        MembershipBegan,
        MembershipChanged,
        MembershipEnded,
        DirectPresence,
        SessionEnded,
        Notifications,
        FeedChanged,
        PostChanged,
        ServerTick,
        Ack,
        Error,
        Pong,
    )
}
