"""Invitation links: which of them open something, and what."""

from __future__ import annotations

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.models import User
from chat.models import Ban, InviteLink, Membership, Role, RoomKind


def _standing() -> QuerySet[InviteLink]:
    """Links neither revoked nor expired nor used up, whose maker may still make one."""
    makers = Membership.objects.filter(
        room=OuterRef("room"),
        user=OuterRef("created_by"),
        user__is_active=True,
        role__in=(Role.OWNER, Role.MODERATOR),
    )
    return InviteLink.objects.filter(
        Q(expires_at=None) | Q(expires_at__gt=timezone.now()),
        Q(use_limit=None) | Q(uses__lt=F("use_limit")),
        Exists(makers),
        revoked_at=None,
        room__kind=RoomKind.PRIVATE,
    )


def standing_links(*, room: int) -> QuerySet[InviteLink]:
    """The links that open a room (its key), the newest first."""
    return _standing().filter(room_id=room).select_related("created_by").order_by("-pk")


def link_of(token: str) -> InviteLink | None:
    """The link of a token, with its room and maker, if it opens something."""
    if "\0" in token:  # PostgreSQL refuses to look for it
        return None
    return _standing().select_related("room", "created_by").filter(token=token).first()


def open_link(*, token: str, user: User) -> InviteLink | None:
    """The link of a token, if it opens something to `user`."""
    link = link_of(token)
    if link is None or Ban.objects.filter(room=link.room, user=user).exists():
        return None
    return link
