"""The words that several events share, each with its bounds and its meaning."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import Meta

# Any number of a room's order; PostgreSQL's bigint is the bound.
Number = Annotated[int, Meta(ge=0, le=2**63 - 1)]

RoomId = Annotated[
    str, Meta(min_length=1, max_length=64, description="The room's slug; it never changes.")
]
MessageId = Annotated[
    int, Meta(ge=1, le=2**63 - 1, description="The message's id; it never changes.")
]
ReplyTo = Annotated[int, Meta(ge=1, le=2**63 - 1, description="The id of the message answered.")]
AttachmentId = Annotated[
    int, Meta(ge=1, le=2**63 - 1, description="The file's id; it never changes.")
]
ClientId = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=64,
        pattern="^[!-~]+$(?!\n)",  # `$` alone lets a closing line feed through
        description="Made by the client, fresh for each message; makes a retry harmless.",
    ),
]
Text = Annotated[str, Meta(description="The text, as plain text.")]
Ref = Annotated[
    str,
    Meta(
        max_length=64, description="Any short text; the one `ack` or `error` in answer repeats it."
    ),
]
Emoji = Annotated[
    str, Meta(min_length=1, max_length=32, description="One emoji, as Unicode has it.")
]
IsTyping = Annotated[bool, Meta(description="True while typing, false after.")]

Username = Annotated[str, Meta(description="The name that the person logs in with.")]
RoomName = Annotated[str, Meta(description="The name to show.")]
Place = Annotated[int, Meta(description="The message's place in the room, for ever.")]
Change = Annotated[int, Meta(description="The number of this change; the higher one wins.")]
Epoch = Annotated[str, Meta(description="Which count the numbers belong to.")]
Head = Annotated[int, Meta(description="The room's last number.")]
ReadUpTo = Annotated[int, Meta(description="The person has read up to this number.")]
Unread = Annotated[int, Meta(description="Counted up to 100, which means 100 or more.")]
Mentions = Annotated[
    int, Meta(description="Those of the unread that mention one; in a direct room all of them.")
]
Silenced = Annotated[bool, Meta(description="One wants no notice of what is said there.")]
MutedUntil = (
    Annotated[datetime, Meta(tz=True, description="Until when one can only read, if one is muted.")]
    | None
)
NotificationsUnread = Annotated[
    int, Meta(description="Notifications that the person has not read yet: exactly.")
]
PostId = Annotated[int, Meta(description="The post's id; it never changes.")]
DirectlyPresent = Annotated[
    list[int] | None,
    Meta(
        description="Ids of all people one has a direct room with who are connected now; null"
        " while unknown."
    ),
]
HasMore = Annotated[bool, Meta(description="Older messages exist.")]
Time = Annotated[datetime, Meta(tz=True, description="When, in UTC.")]
SentAt = Annotated[datetime, Meta(tz=True, description="When the message was stored, in UTC.")]
Reason = Annotated[str, Meta(description="Why, as a short fixed word.")]
ActiveUsers = Annotated[
    list[str] | None,
    Meta(description="Usernames of who is here, not all in a full room; null while unknown."),
]
ActiveCount = Annotated[
    int | None, Meta(description="How many people are here; null while unknown.")
]
