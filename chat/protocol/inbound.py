"""What a client may ask for. Names are imperative; unknown fields are ignored."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta, Struct

from .fields import (
    AttachmentId,
    ClientId,
    Emoji,
    IsTyping,
    MessageId,
    Number,
    ReplyTo,
    RoomId,
    Text,
)


class InboundEvent(Struct, kw_only=True):
    """An event that a client sends."""

    event: ClassVar[str]


class Authenticate(InboundEvent):
    """Log in with a token; only as the first frame, where no cookie was accepted."""

    event: ClassVar[str] = "authenticate"
    token: Annotated[
        str, Meta(min_length=1, max_length=512, description="From `POST /api/tokens/`.")
    ]


class JoinRoom(InboundEvent):
    """Open a room: become a member if it is public, hear what it says from now on.

    Answered by `room_history`, then the ack. With `after` and `epoch` the history is what changed
    since that number, so that nothing is missed; who comes back so is a member already, or is
    refused.
    """

    event: ClassVar[str] = "join_room"
    room_id: RoomId
    after: Annotated[Number, Meta(description="The number one stands at.")] | None = None
    epoch: (
        Annotated[str, Meta(max_length=16, description="The epoch that `after` belongs to.")] | None
    ) = None


class LeaveRoom(InboundEvent):
    """Close a room in this session. The membership stays."""

    event: ClassVar[str] = "leave_room"
    room_id: RoomId


class SendMessage(InboundEvent):
    """Say something. The ack (`message_id`, `sequence`, `timestamp`) means it is stored.

    `attachments` are files that one has uploaded to this room and not sent yet; with any, the
    text may be empty.
    """

    event: ClassVar[str] = "send_message"
    room_id: RoomId
    message: Text
    client_id: ClientId | None = None
    reply_to: ReplyTo | None = None
    attachments: (
        Annotated[
            list[AttachmentId], Meta(max_length=100, description="Files to go with it, in order.")
        ]
        | None
    ) = None


class EditMessage(InboundEvent):
    """Change one's own text. With `base_sequence`, only if the text last changed at that number."""

    event: ClassVar[str] = "edit_message"
    room_id: RoomId
    message_id: MessageId
    message: Text
    base_sequence: (
        Annotated[Number, Meta(description="The `text_sequence` that one has seen.")] | None
    ) = None


class DeleteMessage(InboundEvent):
    """Take a message back; a tombstone stays."""

    event: ClassVar[str] = "delete_message"
    room_id: RoomId
    message_id: MessageId


class React(InboundEvent):
    """Answer a message with an emoji, or take that back. Whoever may write may react."""

    event: ClassVar[str] = "react"
    room_id: RoomId
    message_id: MessageId
    emoji: Emoji
    on: Annotated[bool, Meta(description="False takes the reaction back.")]


class Pin(InboundEvent):
    """Pin a message to its room, or unpin it: the right of moderators, and of both people of a
    direct room."""

    event: ClassVar[str] = "pin"
    room_id: RoomId
    message_id: MessageId
    on: Annotated[bool, Meta(description="False unpins it.")]


class Typing(InboundEvent):
    """Say that one is typing, or has stopped."""

    event: ClassVar[str] = "typing"
    room_id: RoomId
    typing: IsTyping


class MarkRead(InboundEvent):
    """Everything up to `sequence` was read."""

    event: ClassVar[str] = "mark_read"
    room_id: RoomId
    sequence: Annotated[Number, Meta(description="The number of the last message one has seen.")]


class MarkUnread(InboundEvent):
    """The message at `sequence` and all after it count as unread again."""

    event: ClassVar[str] = "mark_unread"
    room_id: RoomId
    sequence: Annotated[Number, Meta(description="The place of the first message to read again.")]


class FetchHistory(InboundEvent):
    """Older messages: those placed before `before`. The ack carries `messages`, `has_more`."""

    event: ClassVar[str] = "fetch_history"
    room_id: RoomId
    before: Annotated[Number, Meta(description="The `sequence` of the oldest message held.")]
    limit: (
        Annotated[int, Meta(ge=1, le=200, description="Messages wanted; less may come.")] | None
    ) = None


class Ping(InboundEvent):
    """Answered by `pong`."""

    event: ClassVar[str] = "ping"


INBOUND: dict[str, type[InboundEvent]] = {
    kind.event: kind
    for kind in (
        Authenticate,
        JoinRoom,
        LeaveRoom,
        SendMessage,
        EditMessage,
        DeleteMessage,
        React,
        Pin,
        Typing,
        MarkRead,
        MarkUnread,
        FetchHistory,
        Ping,
    )
}
