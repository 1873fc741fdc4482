"""Pin what a room shall have at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone

from chat.actions.authority import Power, require_power
from chat.actions.changing import changing_room
from chat.errors import ChatError, ErrorCode
from chat.models import Message, RoomKind
from chat.protocol.outbound import PinChanged

from .voice import living_text, require_unmuted

if TYPE_CHECKING:
    from accounts.models import User


def pin_message(*, room: int, user: User, message_id: int, on: bool) -> Message:
    """Pin a message to its room, or unpin it: the right of moderators, and of both people of a
    direct room, unless they are muted. What is so already changes nothing.

    Raises `ChatError`: `not_allowed` with a limit where a room has too many pins.
    """
    with changing_room(room) as write:
        direct = write.room.kind == RoomKind.DIRECT
        require_power(write, user, least=Power.MEMBER if direct else Power.MODERATOR)
        require_unmuted(write, user)
        write.require_open()
        message = living_text(write, message_id)
        if (message.pinned_at is not None) == on:
            return message
        if on:
            _require_place(room)
        message.pinned_at = timezone.now() if on else None
        message.pinned_by = user if on else None
        message.changed_sequence = write.take_number()
        message.save(update_fields=["pinned_at", "pinned_by", "changed_sequence"])
        write.tell_changed([message], PinChanged)
        return message


def _require_place(room: int) -> None:
    if Message.objects.pinned(room=room).count() >= settings.CHAT_PINS_LIMIT:
        raise ChatError(
            ErrorCode.NOT_ALLOWED,
            "This room has as many pinned messages as one can have.",
            details={"limit": settings.CHAT_PINS_LIMIT},
        )
