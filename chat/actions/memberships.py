"""Become a member, ask somebody in, stop being one."""

from __future__ import annotations

from django.utils import timezone

from accounts.models import User
from chat import queries
from chat.errors import ChatError, ErrorCode
from chat.models import Ban, Invitation, Membership, Role, RoomKind, SystemAct

from . import membership_news, restraints
from .changing import RoomWrite, changing_room, changing_rooms
from .succession import pass_on, pass_on_from


def join_room(*, room: int, user: User) -> Membership:
    """Return the person's membership, made now if it was not yet there.

    Public rooms take everybody, the others whom they invited; a member stays a member of a
    closed room. Raises `ChatError` (`room_not_found`, `room_closed`, `not_allowed`).
    """
    found = Membership.objects.filter(room_id=room, user=user, user__is_active=True).first()
    if found is not None:
        # The usual case, at every reconnect: nothing changes, so nothing is locked.
        return found
    with changing_room(room) as write:
        if not User.objects.filter(pk=user.pk, is_active=True).exists():
            # Shut out, and the live session has not heard it yet: a stranger from now on.
            raise queries.stranger(write.room)
        found = Membership.objects.filter(room=write.room, user=user).first()
        return found or new_member(write, user)


def return_to_room(*, room: int, user: User) -> Membership:
    """The membership of somebody who comes back to a room. Nobody becomes a member by it.

    Raises `ChatError` (`room_not_found`, `not_a_member`).
    """
    membership, _ = queries.member(room=room, user=user)
    return membership


def new_member(write: RoomWrite, user: User, *, by_link: bool = False) -> Membership:
    """Make `user`, who is none yet, a member of the room that `write` holds.

    Raises `ChatError` (`room_not_found`, `room_closed`, `not_allowed`) for whom it does not take.
    """
    if Ban.objects.filter(room=write.room, user=user).exists():
        # Of a hidden room even this would tell that it exists.
        raise ChatError(ErrorCode.NOT_ALLOWED if write.room.is_public else ErrorCode.ROOM_NOT_FOUND)
    invited, _ = Invitation.objects.filter(room=write.room, user=user).delete()
    if not (write.room.is_public or invited or by_link):
        raise ChatError(ErrorCode.ROOM_NOT_FOUND)
    write.require_open()
    now = timezone.now()
    message = write.tell_act(SystemAct.JOINED, actor=user, subject=user, at=now)
    membership = Membership.objects.create(
        room=write.room,
        user=user,
        joined_sequence=message.sequence,
        read_sequence=message.sequence,
        **restraints.taken_up(room=write.room, user=user),
    )
    write.announced.append(membership_news.began(membership))
    return membership


def invite_member(*, room: int, by: User, user: User) -> Invitation | None:
    """Let `user` join a room that is not public. None if the person belongs to it already."""
    with changing_room(room) as write:
        write.membership_of(by.pk)
        write.require_open()
        banned = Ban.objects.filter(room=write.room, user=user).exists()
        if write.room.kind == RoomKind.DIRECT or banned:
            raise ChatError(ErrorCode.NOT_ALLOWED)
        if Membership.objects.filter(room=write.room, user=user).exists():
            return None
        invitation, _ = Invitation.objects.get_or_create(
            room=write.room, user=user, defaults={"invited_by": by}
        )
        return invitation


def end_membership(*, room: int, user: User) -> None:
    """Let `user` leave the room for good; all their sessions leave it too.

    An owner who leaves passes the room on to its longest member. Not being a member is an error.
    """
    with changing_room(room) as write:
        membership = write.membership_of(user.pk)
        if write.room.kind == RoomKind.DIRECT:
            raise ChatError(ErrorCode.NOT_ALLOWED)
        restraints.kept(membership)
        membership.delete()
        if membership.role == Role.OWNER:
            pass_on(write)
        write.tell_act(SystemAct.LEFT, actor=user, subject=user, at=timezone.now())


def pass_on_rooms(*, user: User) -> None:
    """Give every room of somebody whose account is being closed another owner; they stay a member,
    so that what they said keeps its place. A room in which nobody else can act stays theirs.

    Belongs into the closing's transaction, before that locks the person: writers lock heads first.
    """
    places = Membership.objects.filter(user=user).exclude(room__kind=RoomKind.DIRECT)
    # Of all their rooms, not of those they own only: until the commit nobody hands them another.
    with changing_rooms(list(places.values_list("room_id", flat=True))) as writes:
        for owned in places.filter(role=Role.OWNER, room__in=writes):
            pass_on_from(owned, writes[owned.room_id])


def silence_room(*, room: int, user: User, silenced: bool) -> None:
    """Let a member's clients keep quiet about a room, or not. What waits there is still counted."""
    with changing_room(room) as write:
        membership = write.membership_of(user.pk)
        if membership.silenced != silenced:
            membership.silenced = silenced
            membership.save(update_fields=["silenced"])
            write.tell_membership(membership)
