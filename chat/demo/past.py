"""What happened in a room before anybody listened, written as rows."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from chat.actions.changing import RoomWrite
from chat.models import (
    Membership,
    Message,
    MessageKind,
    MessageVersion,
    Reaction,
    SystemAct,
)

if TYPE_CHECKING:
    from accounts.models import User


def said(
    write: RoomWrite, *, sender: User, text: str, at: datetime, reply_to: int | None = None
) -> Message:
    """Return the next message of the room, not yet stored."""
    return write.new_message(
        sender=sender,
        text=text,
        text_hash=sha256(text.encode()).digest(),
        reply_to_id=reply_to,
        created_at=at,
    )


def edited(write: RoomWrite, message: Message, *, text: str, at: datetime) -> MessageVersion:
    """Give `message` another text since `at`; return the earlier one. Neither is stored yet."""
    earlier = MessageVersion(
        message=message,
        sequence=message.text_changed_sequence,
        text=message.text,
        written_at=message.edited_at or message.created_at,
    )
    message.changed_sequence = message.text_changed_sequence = write.take_number()
    message.text, message.edited_at = text, at
    return earlier


def deleted(write: RoomWrite, message: Message, *, by: User, at: datetime) -> Message:
    """Return the tombstone of `message`, not yet stored."""
    message.changed_sequence = write.take_number()
    message.text, message.deleted_at, message.deleted_by = "", at, by
    message.reply_to = None
    return message


def reacted(write: RoomWrite, message: Message, *, user: User, emoji: str) -> Reaction:
    """Return the reaction of `user`, not yet stored; `message` has changed."""
    message.changed_sequence = write.take_number()
    return Reaction(message=message, user=user, emoji=emoji)


def pinned(write: RoomWrite, message: Message, *, by: User, at: datetime) -> Message:
    """Return `message` pinned since `at`, not yet stored."""
    message.changed_sequence = write.take_number()
    message.pinned_at, message.pinned_by = at, by
    return message


def joined(write: RoomWrite, *, user: User, at: datetime) -> tuple[Message, Membership]:
    """Return what tells that `user` came, and the membership; neither is stored yet."""
    message = write.new_message(
        sender=user, subject=user, act=SystemAct.JOINED, kind=MessageKind.SYSTEM, created_at=at
    )
    membership = Membership(
        room=write.room,
        user=user,
        joined_at=at,
        joined_sequence=message.sequence,
        read_sequence=message.sequence,
    )
    return message, membership
