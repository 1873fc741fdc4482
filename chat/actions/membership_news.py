"""What a member's own sessions hear of the membership, on every device: always all of it."""

from __future__ import annotations

from math import ceil
from typing import cast

from chat import bus_items, queries, shapes
from chat.models import Membership
from chat.protocol.codec import event_frame
from chat.protocol.contents import RoleName
from chat.protocol.outbound import MembershipChanged


def began(membership: Membership) -> bus_items.MembershipBegan:
    """A membership begins, with nothing waiting. Its room, head and pair must be loaded."""
    summary = queries.summary(membership, waiting=queries.Waiting(0, 0))
    return shapes.membership_began(membership, summary)


def changed(membership: Membership, *, room_id: str) -> bus_items.MembershipChanged:
    """The membership is as it stands now."""
    muted_until = membership.muted_until
    event = MembershipChanged(
        room_id=room_id,
        role=cast("RoleName", membership.role),
        silenced=membership.silenced,
        muted_until=shapes.utc(muted_until),
    )
    return bus_items.MembershipChanged(
        user=membership.user_id,
        room=membership.room_id,
        muted_until=ceil(muted_until.timestamp()) if muted_until else 0,
        frame=event_frame(event),
    )
