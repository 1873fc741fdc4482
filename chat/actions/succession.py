"""Whose a room is once its owner has gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chat.models import Membership, Role

from .changing import RoomWrite

if TYPE_CHECKING:
    from django.db.models import QuerySet


def pass_on(write: RoomWrite) -> None:
    """Give a room that has no owner any more to somebody who is in it, if anybody is."""
    if Membership.objects.filter(room=write.room, role=Role.OWNER).exists():
        return
    if heir := _heirs(write).first():
        _give(write, heir)


def pass_on_from(owner: Membership, write: RoomWrite) -> None:
    """Give a room to somebody else who can act, if anybody can; its owner of before stays in it."""
    heir = _heirs(write).exclude(pk=owner.pk).first()
    if heir is not None and heir.user.is_active:
        owner.role = Role.MEMBER
        owner.save(update_fields=["role"])
        _give(write, heir)


def _heirs(write: RoomWrite) -> QuerySet[Membership]:
    members = Membership.objects.filter(room=write.room).select_related("user")
    # Who can act before who was shut out, moderators before members: "moderator" sorts after.
    return members.order_by("-user__is_active", "-role", "joined_at", "pk")


def _give(write: RoomWrite, heir: Membership) -> None:
    heir.role = Role.OWNER
    heir.save(update_fields=["role"])
    write.tell_membership(heir)
