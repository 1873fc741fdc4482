"""What moderators do to a room itself."""

from __future__ import annotations

from django.utils import timezone

from accounts.models import User
from chat.actions.authority import Power, require_power
from chat.actions.changing import changing_room
from chat.errors import ChatError, ErrorCode
from chat.models import ModerationAct, Room
from chat.protocol.outbound import RoomChanged, RoomClosed

from .log import log

SLOW_MODE_LIMIT = 3600


def set_slow_mode(*, room: int, by: User, seconds: int, reason: str) -> Room:
    """Let members say one thing every `seconds` s; 0 ends it. Moderators are not slowed."""
    if not 0 <= seconds <= SLOW_MODE_LIMIT:
        details: dict[str, str | int] = {"field": "seconds", "limit": SLOW_MODE_LIMIT}
        raise ChatError(ErrorCode.INVALID_EVENT, details=details)
    with changing_room(room) as write:
        require_power(write, by)
        if write.room.slow_mode != seconds:
            write.room.slow_mode = seconds
            write.room.save(update_fields=["slow_mode"])
            write.tell_room(RoomChanged)
            detail = f"{seconds} s"
            log(ModerationAct.SLOW_MODE, actor=by, room=write.room, reason=reason, detail=detail)
        return write.room


def close_room(*, room: int, by: User, reason: str = "") -> Room:
    """Let the room be read only from now on: the owner's right. Closing twice changes nothing."""
    with changing_room(room) as write:
        require_power(write, by, least=Power.OWNER)
        if write.room.closed_at is None:
            write.room.closed_at = timezone.now()
            write.room.save(update_fields=["closed_at"])
            write.tell_room(RoomClosed)
            log(ModerationAct.CLOSE, actor=by, room=write.room, reason=reason)
        return write.room


def reopen_room(*, room: int, by: User, reason: str = "") -> Room:
    """Let the members of a closed room write again."""
    with changing_room(room) as write:
        require_power(write, by, least=Power.OWNER)
        if write.room.closed_at is not None:
            write.room.closed_at = None
            write.room.save(update_fields=["closed_at"])
            write.tell_room(RoomChanged)
            log(ModerationAct.REOPEN, actor=by, room=write.room, reason=reason)
        return write.room
