"""Whose a room is once its owner has gone."""

from __future__ import annotations

from chat.models import Membership, Role

from .changing import RoomWrite


def pass_on(write: RoomWrite) -> None:
    """Give a room that has no owner any more to somebody who is in it, if anybody is."""
    members = Membership.objects.filter(room=write.room)
    if members.filter(role=Role.OWNER).exists():
        return
    # Who can act before who was shut out, moderators before members: "moderator" sorts after.
    heir = members.order_by("-user__is_active", "-role", "joined_at", "pk").first()
    if heir is not None:
        heir.role = Role.OWNER
        heir.save(update_fields=["role"])
        write.tell_membership(heir)
