"""Leave tombstones in place of messages."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from django.utils import timezone

from chat import queries
from chat.actions.authority import Power, acting_power
from chat.actions.changing import RoomWrite, changing_room
from chat.actions.moderation import log
from chat.errors import ChatError, ErrorCode
from chat.models import (
    Attachment,
    Mention,
    Message,
    MessageKind,
    MessageVersion,
    ModerationAct,
    Reaction,
)

from .voice import message_to_change

if TYPE_CHECKING:
    from accounts.models import User


def delete_message(*, room: int, user: User, message_id: int, reason: str = "") -> Message:
    """Leave a tombstone in place of a message: the sender's right, and the moderators', who give
    a reason for the log."""
    with changing_room(room) as write:
        power = _power_of_member(write, user)
        message = message_to_change(write, message_id)
        if _is_to_go(write, message, by=user, power=power):
            _delete(write, [message], by=user, reason=reason)
        return message


def delete_messages(
    *, room: int, by: User, message_ids: Collection[int], reason: str
) -> dict[int, ChatError]:
    """Delete some messages of one room together; return which were refused, and why.

    The room waits meanwhile: a hundred at a time are a good number.
    """
    refused: dict[int, ChatError] = {}
    with changing_room(room) as write:
        power = _power_of_member(write, by)
        going: list[Message] = []
        for message_id in dict.fromkeys(message_ids):
            try:
                message = message_to_change(write, message_id)
                if _is_to_go(write, message, by=by, power=power):
                    going.append(message)
            except ChatError as error:
                refused[message_id] = error
        _delete(write, going, by=by, reason=reason)
    return refused


def _power_of_member(write: RoomWrite, by: User) -> Power:
    power = acting_power(write, by)
    if power is Power.STRANGER:
        raise queries.stranger(write.room)
    return power


def _is_to_go(write: RoomWrite, message: Message, *, by: User, power: Power) -> bool:
    """Whether the message is there still. Raises `ChatError` if `by` may not delete it."""
    if message.kind != MessageKind.TEXT:
        raise ChatError(ErrorCode.NOT_ALLOWED)
    if message.sender_id == by.pk:
        write.require_open()
    elif power < Power.MODERATOR:
        raise ChatError(ErrorCode.NOT_ALLOWED)
    return message.deleted_at is None


def _delete(write: RoomWrite, messages: list[Message], *, by: User, reason: str) -> None:
    """All that hangs on the texts goes with them; those that quote them show that."""
    now = timezone.now()
    for message in messages:
        message.text = ""
        message.deleted_at, message.deleted_by = now, by
        message.pinned_at = message.pinned_by = message.reply_to = None
    Message.objects.bulk_update(
        messages, ["text", "deleted_at", "deleted_by", "pinned_at", "pinned_by", "reply_to"]
    )
    Reaction.objects.filter(message__in=messages).delete()
    Mention.objects.filter(message__in=messages).delete()
    MessageVersion.objects.filter(message__in=messages).delete()
    Attachment.objects.filter(message__in=messages).delete()
    _log(write, (message for message in messages if message.sender_id != by.pk), by, reason)
    write.renumber(messages)
    write.tell_changed([*messages, *write.renumber_replies(messages)])


def _log(write: RoomWrite, messages: Iterable[Message], by: User, reason: str) -> None:
    for message in messages:
        log(
            ModerationAct.DELETE_MESSAGE,
            actor=by,
            room=write.room,
            subject=message.sender,
            message=message,
            reason=reason,
        )
