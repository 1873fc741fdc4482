"""What binds somebody in a room also binds them when they leave it and come back."""

from __future__ import annotations

from datetime import timedelta
from typing import TypedDict

from django.utils import timezone

from accounts.models import User
from chat.models import Membership, Restraint, Room


class Binding(TypedDict, total=False):
    """The fields of a membership that bind."""

    muted_until: object
    spoke_at: object


def kept(membership: Membership) -> None:
    """Note what still binds a member whose membership ends now, with the room loaded."""
    now = timezone.now()
    pause = timedelta(seconds=membership.room.slow_mode)
    muted = membership.muted_until is not None and membership.muted_until > now
    slowed = membership.spoke_at is not None and membership.spoke_at + pause > now
    if muted or slowed:
        Restraint.objects.update_or_create(
            room=membership.room,
            user_id=membership.user_id,
            defaults={
                "muted_until": membership.muted_until if muted else None,
                "spoke_at": membership.spoke_at if slowed else None,
            },
        )


def taken_up(*, room: Room, user: User) -> Binding:
    """What binds somebody whose membership begins now; it is the membership's from then on."""
    found = Restraint.objects.filter(room=room, user=user).first()
    if found is None:
        return {}
    found.delete()
    return {"muted_until": found.muted_until, "spoke_at": found.spoke_at}


def lifted(*, room: Room, user: User) -> bool:
    """Forget the mute of somebody who is no member now; whether there was one."""
    muted = Restraint.objects.filter(room=room, user=user, muted_until__gt=timezone.now())
    return bool(muted.update(muted_until=None))
