"""Invitation links: whoever holds one may join a private room, as long as it stands."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F
from django.utils import timezone

from accounts.models import User
from chat import queries
from chat.errors import ChatError, ErrorCode
from chat.models import InviteLink, Membership, RoomKind

from .authority import require_power
from .changing import changing_room
from .memberships import new_member

LINKS_LIMIT = 50  # that stand at once in a room


def make_link(
    *,
    room: int,
    by: User,
    expires_at: datetime | None = None,
    use_limit: int | None = None,
) -> InviteLink:
    """Make a link into a private room: the right of its owner and moderators, not of staff who
    do not belong to it, since whoever makes one could use it.

    Raises `ChatError` (`room_not_found`, `not_a_member`, `room_closed`, `not_allowed`).
    """
    with changing_room(room) as write:
        membership = write.membership_of(by.pk)
        write.require_open()
        if write.room.kind != RoomKind.PRIVATE or not membership.may_moderate:
            raise ChatError(ErrorCode.NOT_ALLOWED)
        if expires_at is not None and expires_at <= timezone.now():
            raise ChatError(ErrorCode.INVALID_EVENT, details={"field": "expires_at"})
        if use_limit is not None and use_limit < 1:
            raise ChatError(ErrorCode.INVALID_EVENT, details={"field": "use_limit"})
        if queries.standing_links(room=room).count() >= LINKS_LIMIT:
            raise ChatError(ErrorCode.NOT_ALLOWED, details={"limit": LINKS_LIMIT})
        return InviteLink.objects.create(
            room=write.room, created_by=by, expires_at=expires_at, use_limit=use_limit
        )


def revoke_link(*, room: int, by: User, link: int) -> None:
    """Let a link (its key) open nothing any more. Revoking twice changes nothing."""
    with changing_room(room) as write:
        require_power(write, by)
        found = InviteLink.objects.filter(room=write.room, pk=link)
        if not found.exists():
            raise ChatError(ErrorCode.INVALID_EVENT, details={"field": "link"})
        found.filter(revoked_at=None).update(revoked_at=timezone.now(), revoked_by=by)


def join_by_link(*, token: str, user: User) -> Membership:
    """Return the membership that the link of `token` gives, made now if it was not yet there.

    Raises `ChatError`: `room_not_found` for a link that does not stand, and for whom the room
    shuts out; `room_closed`.
    """
    link = queries.link_of(token)
    if link is None:
        raise ChatError(ErrorCode.ROOM_NOT_FOUND)
    with changing_room(link.room_id) as write:
        active = User.objects.filter(pk=user.pk, is_active=True)
        # Asked anew: it may have been revoked or used up while the room was waited for.
        if not active.exists() or queries.link_of(token) is None:
            raise ChatError(ErrorCode.ROOM_NOT_FOUND)
        found = Membership.objects.filter(room=write.room, user=user).first()
        if found is not None:
            return found
        membership = new_member(write, user, by_link=True)
        InviteLink.objects.filter(pk=link.pk).update(uses=F("uses") + 1)
        return membership
