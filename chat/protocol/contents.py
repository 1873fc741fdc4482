"""What frames hold: people, rooms and messages, as everybody may see them."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from .fields import (
    AttachmentId,
    Change,
    Emoji,
    Epoch,
    Head,
    Mentions,
    MessageId,
    MutedUntil,
    Place,
    ReadUpTo,
    ReplyTo,
    RoomId,
    RoomName,
    SentAt,
    Silenced,
    Text,
    Unread,
    Username,
)

Kind = Annotated[
    Literal["public", "private", "direct"],
    Meta(description="Who may join: everybody, the invited, or these two people."),
]


RoleName = Annotated[
    Literal["owner", "moderator", "member"], Meta(description="What one may do in the room.")
]


class Person(Struct, frozen=True, kw_only=True):
    """Somebody, as everybody may see them."""

    id: Annotated[int, Meta(description="The person's id; it never changes.")]
    username: Username
    name: Annotated[str, Meta(description="The name to show.")]
    avatar: Annotated[str, Meta(description="Path of the picture.")]


class RoomState(Struct, frozen=True, kw_only=True):
    """A room's present state."""

    room_id: RoomId
    name: Annotated[
        str,
        Meta(
            description="The name to show. Of a direct room it is the same for both: show the name"
            " that its summary gives."
        ),
    ]
    topic: Annotated[str, Meta(description="What the room is about; may be empty.")]
    kind: Kind
    closed: Annotated[bool, Meta(description="Whether the room can only be read.")]
    slow_mode: Annotated[int, Meta(description="Seconds between two messages of a member.")]
    floor: Annotated[int, Meta(description="Everything placed below this was pruned.")]


class Quote(Struct, frozen=True, kw_only=True):
    """The message that another one answers, as it is now."""

    message_id: MessageId
    sequence: Place
    username: Username
    name: Annotated[str, Meta(description="The sender's name to show.")]
    avatar: Annotated[str, Meta(description="Path of the sender's picture.")]
    text: Annotated[str, Meta(description="Its beginning in one line, at most 140 characters.")]
    deleted: Annotated[bool, Meta(description="Whether it is a tombstone.")]


class Reactions(Struct, frozen=True, kw_only=True):
    """Who answered a message with one emoji."""

    emoji: Emoji
    count: Annotated[int, Meta(description="How many people.")]
    usernames: Annotated[
        list[str], Meta(description="The first 100 of them, in the order of reacting.")
    ]


class Attachment(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A file that goes with a message. Its addresses answer members only."""

    attachment_id: AttachmentId
    name: Annotated[str, Meta(description="What the sender called it.")]
    type: Annotated[str, Meta(description="MIME type.")]
    kind: Annotated[
        Literal["picture", "file"], Meta(description="A picture can be shown, a file downloaded.")
    ]
    size: Annotated[int, Meta(description="Bytes.")]
    width: Annotated[int, Meta(description="Pixels, of pictures.")] | None = None
    height: Annotated[int, Meta(description="Pixels, of pictures.")] | None = None
    url: Annotated[str, Meta(description="Path of the file.")]
    preview: (
        Annotated[str, Meta(description="Path of a smaller picture that does not move.")] | None
    ) = None


class MessageBody(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A whole message in its present state, or the tombstone of a deleted one (`message` empty)."""

    room_id: RoomId
    message_id: MessageId
    sequence: Place
    changed_sequence: Change
    text_sequence: Annotated[
        int, Meta(description="The last change of the text: `base_sequence` of an edit.")
    ]
    username: Username
    sender: Annotated[Person, Meta(description="Who said it, or did it.")]
    message: Text
    kind: Annotated[
        Literal["text", "system"], Meta(description="Said by a person, or told by the room.")
    ]
    timestamp: SentAt
    edited: Annotated[bool, Meta(description="Whether the text is another than at first.")]
    deleted: Annotated[bool, Meta(description="Whether this is a tombstone.")]
    client_id: Annotated[str, Meta(description="What the sender's client called it.")] | None = None
    reply_to: ReplyTo | None = None
    act: Annotated[str, Meta(description="System messages: joined, left, removed.")] | None = None
    subject: Annotated[Person | None, Meta(description="Whom the act happened to.")] = None
    quote: Annotated[Quote | None, Meta(description="The message of `reply_to`.")] = None
    reactions: Annotated[
        list[Reactions], Meta(description="In the order in which the emoji came.")
    ] = []
    pinned: Annotated[bool, Meta(description="Whether it is pinned to the room.")] = False
    pinned_by: Annotated[str, Meta(description="The username of who pinned it.")] | None = None
    mentions: Annotated[
        list[str], Meta(description="Usernames of the other members whom the text mentions.")
    ] = []
    attachments: Annotated[list[Attachment], Meta(description="Files, in the sender's order.")] = []


class RoomSummary(Struct, frozen=True, kw_only=True, omit_defaults=True, rename={"with_": "with"}):
    """One of the person's rooms, as they see it. A direct room bears the other person's name."""

    room_id: RoomId
    name: RoomName
    kind: Kind
    epoch: Epoch
    head: Head
    read_sequence: ReadUpTo
    unread: Unread
    mentions: Mentions
    role: RoleName
    silenced: Silenced
    muted_until: MutedUntil = None
    with_: Annotated[Person | None, Meta(description="The other one of a direct room.")] = None


class Reader(Struct, frozen=True, kw_only=True):
    """How far one of the room's people has read."""

    username: Username
    read_sequence: ReadUpTo


class Limits(Struct, frozen=True, kw_only=True):
    """What the server accepts."""

    text: Annotated[int, Meta(description="Characters of a message.")]
    frame: Annotated[int, Meta(description="Bytes of a frame.")]
    open_rooms: Annotated[int, Meta(description="Rooms open in one session.")]
    history: Annotated[int, Meta(description="Messages of a page.")]


class ErrorDetails(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Which field is at fault, which limit was passed."""

    field: Annotated[str, Meta(description="The field of `data` at fault.")] | None = None
    limit: Annotated[int, Meta(description="The limit that was passed.")] | None = None
