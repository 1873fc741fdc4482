"""Who may do what to whom in a room: one ladder, and one question asked of it."""

from __future__ import annotations

from enum import IntEnum

from accounts.models import User
from chat import queries
from chat.errors import ChatError, ErrorCode
from chat.models import Membership, Role, Room

from .changing import RoomWrite

MODERATE_ANYWHERE = "chat.moderate_rooms"
READ_ANYWHERE = "chat.read_private_rooms"


class Power(IntEnum):
    """The higher may act on the lower, within one room; staff in all of them."""

    STRANGER = 0
    MEMBER = 1
    MODERATOR = 2
    OWNER = 3
    STAFF = 4


_BY_ROLE = {Role.MEMBER: Power.MEMBER, Role.MODERATOR: Power.MODERATOR, Role.OWNER: Power.OWNER}


def power_in(room: Room, user: User) -> Power:
    """The power of `user` in a room, also of somebody shut out: they keep their place on the
    ladder. Without the room's lock it says what to offer, not what may be done."""
    # Asked anew: what a live session knows of its person may be hours old.
    if User.objects.get(pk=user.pk).has_perm(MODERATE_ANYWHERE):
        return Power.STAFF
    membership = Membership.objects.filter(room=room, user=user).first()
    return _BY_ROLE[Role(membership.role)] if membership else Power.STRANGER


def power_of(write: RoomWrite, user: User) -> Power:
    """The power of `user` in the room that this transaction holds."""
    return power_in(write.room, user)


def acting_power(write: RoomWrite, by: User) -> Power:
    """The power of somebody who acts now: whoever is shut out has none."""
    if not User.objects.filter(pk=by.pk, is_active=True).exists():
        return Power.STRANGER
    return power_of(write, by)


def require_power(
    write: RoomWrite, by: User, *, least: Power = Power.MODERATOR, over: User | None = None
) -> None:
    """Let `by` go on if they have at least that power, and more than `over` has.

    Strangers to a hidden room learn nothing of it. Raises `ChatError`.
    """
    power = acting_power(write, by)
    if power is Power.STRANGER:
        raise queries.stranger(write.room)
    if power < least or (over is not None and power <= power_of(write, over)):
        raise ChatError(ErrorCode.NOT_ALLOWED)


def may_read(room: Room, user: User) -> bool:
    """Whether staff may look at what is said in a room without belonging to it."""
    return room.is_public or (user.is_active and user.has_perm(READ_ANYWHERE))
