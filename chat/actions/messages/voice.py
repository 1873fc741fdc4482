"""Whether somebody may say anything just now, and what they may say it about."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import ceil

from django.utils import timezone

from accounts.models import User
from chat.actions.changing import RoomWrite
from chat.errors import ChatError, ErrorCode
from chat.models import Membership, Message, MessageKind


def require_voice(member: Membership, *, now: datetime) -> None:
    """Raise `ChatError` (`not_allowed`, with `retry_after`) while the member is muted."""
    if member.muted_until is not None and member.muted_until > now:
        wait = seconds(member.muted_until - now)
        raise ChatError(ErrorCode.NOT_ALLOWED, "You are muted here for now.", retry_after=wait)


def seconds(wait: timedelta) -> float:
    """In tenths, rounded up: whoever waits so long is not too early."""
    return ceil(wait.total_seconds() * 10) / 10


def require_writer(write: RoomWrite, user: User) -> None:
    """Let `user` go on if they may write in the room now. Raises `ChatError`."""
    require_voice(write.membership_of(user.pk), now=timezone.now())
    write.require_open()


def require_unmuted(write: RoomWrite, user: User) -> None:
    """Let `user` go on unless they are muted here; staff need not belong to the room."""
    member = Membership.objects.filter(room=write.room, user=user).first()
    if member is not None:
        require_voice(member, now=timezone.now())


def message_to_change(write: RoomWrite, message_id: int) -> Message:
    """The message, with its sender. Raises `ChatError` if the room has none of that id."""
    message = (
        Message.objects.select_related("sender").filter(room=write.room, pk=message_id).first()
    )
    if message is None or message.sequence < write.head.floor:
        raise ChatError(ErrorCode.INVALID_EVENT, details={"field": "message_id"})
    return message


def living_text(write: RoomWrite, message_id: int, *, of: User | None = None) -> Message:
    """The message, if a person (`of`, if given) said it and nobody took it back.

    Raises `ChatError`: `not_allowed` for what the room tells or another said, `conflict` for a
    tombstone.
    """
    message = message_to_change(write, message_id)
    if message.kind != MessageKind.TEXT or (of is not None and message.sender_id != of.pk):
        raise ChatError(ErrorCode.NOT_ALLOWED)
    if message.deleted_at is not None:
        raise ChatError(ErrorCode.CONFLICT)
    return message
