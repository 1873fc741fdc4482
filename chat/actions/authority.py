"""Who may do what to whom in a room: one ladder, and one question asked of it."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from chat import queries
from chat.errors import ChatError, ErrorCode
from chat.models import Membership, Role

from .changing import RoomWrite

if TYPE_CHECKING:
    from accounts.models import User

MODERATE_ANYWHERE = "chat.moderate_rooms"


class Power(IntEnum):
    """The higher may act on the lower, within one room; staff in all of them."""

    STRANGER = 0
    MEMBER = 1
    MODERATOR = 2
    OWNER = 3
    STAFF = 4


_BY_ROLE = {Role.MEMBER: Power.MEMBER, Role.MODERATOR: Power.MODERATOR, Role.OWNER: Power.OWNER}


def power_of(write: RoomWrite, user: User) -> Power:
    if user.is_active and user.has_perm(MODERATE_ANYWHERE):
        return Power.STAFF
    membership = Membership.objects.filter(room=write.room, user=user).first()
    return _BY_ROLE[Role(membership.role)] if membership else Power.STRANGER


def require_power(
    write: RoomWrite, by: User, *, least: Power = Power.MODERATOR, over: User | None = None
) -> None:
    """Let `by` go on if they have at least that power, and more than `over` has.

    Strangers to a hidden room learn nothing of it. Raises `ChatError`.
    """
    power = power_of(write, by)
    if power is Power.STRANGER:
        raise queries.stranger(write.room)
    if power < least or (over is not None and power <= power_of(write, over)):
        raise ChatError(ErrorCode.NOT_ALLOWED)
