"""Take an invitation back, or decline it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chat import queries
from chat.errors import ChatError, ErrorCode
from chat.models import Invitation

from .authority import Power, acting_power
from .changing import changing_room

if TYPE_CHECKING:
    from accounts.models import User


def withdraw_invitation(*, room: int, by: User, user: User) -> None:
    """End an invitation that was not used yet: the right of the person asked, of who asked them,
    and of the moderators. Where there is none (any more), nothing changes.

    Raises `ChatError` (`room_not_found`, `not_a_member`, `not_allowed`).
    """
    with changing_room(room) as write:
        found = Invitation.objects.filter(room=write.room, user=user).first()
        if by.pk != user.pk:
            power = acting_power(write, by)
            if power is Power.STRANGER:
                raise queries.stranger(write.room)
            asked = found is not None and found.invited_by_id == by.pk
            if power < Power.MODERATOR and not asked:
                raise ChatError(ErrorCode.NOT_ALLOWED)
        elif found is None:
            raise queries.stranger(write.room)
        if found is not None:
            found.delete()
