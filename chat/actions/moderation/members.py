"""What moderators do to people in a room."""

from __future__ import annotations

from datetime import UTC, datetime

from django.utils import timezone

from accounts.models import User
from chat.actions import restraints
from chat.actions.authority import Power, require_power
from chat.actions.changing import RoomWrite, changing_room
from chat.actions.succession import pass_on
from chat.errors import ChatError, ErrorCode
from chat.models import (
    Ban,
    Invitation,
    Membership,
    ModerationAct,
    Role,
    RoomKind,
    SystemAct,
)

from .log import log


def remove_member(*, room: int, by: User, user: User, reason: str) -> None:
    """End somebody's membership; they may come back if the room lets them. If it was the owner,
    whom only staff can remove, the room is passed on."""
    with changing_room(room) as write:
        require_power(write, by, over=user)
        _remove(write, by=by, user=user)
        log(ModerationAct.REMOVE, actor=by, room=write.room, subject=user, reason=reason)


def ban_member(*, room: int, by: User, user: User, reason: str) -> None:
    """Remove somebody, member or not, and keep them out. Banning twice changes nothing."""
    with changing_room(room) as write:
        require_power(write, by, over=user)
        Invitation.objects.filter(room=write.room, user=user).delete()
        _, new = Ban.objects.get_or_create(room=write.room, user=user)
        if Membership.objects.filter(room=write.room, user=user).exists():
            _remove(write, by=by, user=user)
        if new:
            log(ModerationAct.BAN, actor=by, room=write.room, subject=user, reason=reason)


def unban_member(*, room: int, by: User, user: User, reason: str) -> None:
    """Let somebody come back."""
    with changing_room(room) as write:
        require_power(write, by)
        lifted, _ = Ban.objects.filter(room=write.room, user=user).delete()
        if lifted:
            log(ModerationAct.UNBAN, actor=by, room=write.room, subject=user, reason=reason)


def _remove(write: RoomWrite, *, by: User, user: User) -> None:
    if write.room.kind == RoomKind.DIRECT:
        raise ChatError(ErrorCode.NOT_ALLOWED)
    membership = _member(write, user)
    restraints.kept(membership)
    membership.delete()
    if membership.role == Role.OWNER:
        pass_on(write)
    write.tell_act(SystemAct.REMOVED, actor=by, subject=user, at=timezone.now())


def mute_member(*, room: int, by: User, user: User, until: datetime, reason: str) -> None:
    """Let somebody only read, up to a time to come."""
    with changing_room(room) as write:
        require_power(write, by, over=user)
        if until <= timezone.now():
            raise ChatError(ErrorCode.INVALID_EVENT, details={"field": "until"})
        _update_membership(write, user, muted_until=until)
        detail = f"until {until.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        log(
            ModerationAct.MUTE,
            actor=by,
            room=write.room,
            subject=user,
            reason=reason,
            detail=detail,
        )


def unmute_member(*, room: int, by: User, user: User, reason: str) -> None:
    """Let somebody write again."""
    with changing_room(room) as write:
        require_power(write, by, over=user)
        lifted = restraints.lifted(room=write.room, user=user)
        if lifted or _update_membership(write, user, muted_until=None):
            log(ModerationAct.UNMUTE, actor=by, room=write.room, subject=user, reason=reason)


def set_role(*, room: int, by: User, user: User, role: Role, reason: str) -> None:
    """Make a member a moderator, or a moderator a member: the owner's right.

    Not even staff make an owner, or leave the room without one, but by handing it on.
    """
    with changing_room(room) as write:
        require_power(write, by, least=Power.OWNER, over=user)
        if Role.OWNER in (role, _member(write, user).role):
            raise ChatError(ErrorCode.NOT_ALLOWED, details={"field": "role"})
        if _update_membership(write, user, role=role):
            log(
                ModerationAct.SET_ROLE,
                actor=by,
                room=write.room,
                subject=user,
                reason=reason,
                detail=role,
            )


def transfer_ownership(*, room: int, by: User, user: User, reason: str) -> None:
    """Hand the room to another member; who owned it is a moderator from then on."""
    with changing_room(room) as write:
        require_power(write, by, least=Power.OWNER)
        if User.objects.filter(pk=user.pk, is_active=False).exists():
            raise ChatError(ErrorCode.NOT_ALLOWED, details={"field": "user"})
        owners = Membership.objects.filter(room=write.room, role=Role.OWNER).exclude(user=user)
        if _update_membership(write, user, role=Role.OWNER):
            for owner in list(owners.select_related("user")):
                _update_membership(write, owner.user, role=Role.MODERATOR)
            log(ModerationAct.TRANSFER, actor=by, room=write.room, subject=user, reason=reason)


def _member(write: RoomWrite, user: User) -> Membership:
    found = Membership.objects.filter(room=write.room, user=user).first()
    if found is None:
        raise ChatError(ErrorCode.NOT_A_MEMBER, details={"field": "user"})
    found.room = write.room
    return found


def _update_membership(write: RoomWrite, user: User, **values: object) -> bool:
    """Say whether that was a change; the member's own sessions hear of it."""
    membership = _member(write, user)
    changed = any(getattr(membership, name) != value for name, value in values.items())
    for name, value in values.items():
        setattr(membership, name, value)
    membership.save(update_fields=list(values))
    if changed:
        write.tell_membership(membership)
    return changed
