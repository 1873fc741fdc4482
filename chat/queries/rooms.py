"""Rooms, and who may know of them, enter them, belongs to them or is shut out."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from django.db.models import QuerySet

from chat.errors import ChatError, ErrorCode
from chat.models import Ban, Membership, Room, RoomHead, RoomKind

if TYPE_CHECKING:
    from accounts.models import User


def room_key(slug: str) -> int | None:
    """The key of the room called `slug` on the wire."""
    return Room.objects.filter(slug=slug).values_list("pk", flat=True).first()


def room_names(rooms: Collection[int]) -> dict[int, str]:
    """How those of `rooms` (keys) are called that are called the same by all their members."""
    named = Room.objects.filter(pk__in=rooms).exclude(kind=RoomKind.DIRECT)
    return dict(named.values_list("pk", "name"))


def stranger(room: Room) -> ChatError:
    """What a non-member hears: of a hidden room the same as of one that does not exist."""
    return ChatError(ErrorCode.NOT_A_MEMBER if room.is_public else ErrorCode.ROOM_NOT_FOUND)


def visible_room(*, slug: str, user: User) -> Room:
    """The room if `user` may know of it. Raises `ChatError` (`room_not_found`) otherwise."""
    room = Room.objects.visible_to(user).select_related("head").filter(slug=slug).first()
    if room is None:
        raise ChatError(ErrorCode.ROOM_NOT_FOUND)
    return room


def enterable_room(*, slug: str, user: User) -> Room:
    """The room if `user` may know of it or is invited. Raises `ChatError` (`room_not_found`)."""
    rooms = Room.objects.visible_to(user) | Room.objects.filter(invitations__user=user)
    room = rooms.filter(slug=slug).distinct().first()
    if room is None:
        raise ChatError(ErrorCode.ROOM_NOT_FOUND)
    return room


def rooms_to_join(user: User) -> QuerySet[Room]:
    """Open public rooms that `user` is neither in nor shut out of, by name."""
    mine = user.memberships.values("room_id")
    shut = user.bans.values("room_id")
    rooms = Room.objects.open().filter(kind=RoomKind.PUBLIC)
    return rooms.exclude(pk__in=mine).exclude(pk__in=shut)


def rooms_invited_to(user: User) -> list[Room]:
    """Open rooms that somebody asked `user` to join, by name."""
    return list(Room.objects.open().filter(invitations__user=user))


def rooms_known_to(user: User) -> QuerySet[Room]:
    """The rooms that `user` may know of or is invited to, by name, with their heads."""
    invited = Room.objects.filter(pk__in=user.invitations.values("room_id"))
    return (Room.objects.visible_to(user) | invited).select_related("head")


def members_of(*, room: int) -> QuerySet[Membership]:
    """The members of a room with the people, who has been there longest first."""
    return Membership.objects.filter(room_id=room).select_related("user").order_by("pk")


def bans_of(*, room: int) -> QuerySet[Ban]:
    """Who is banned from a room, with the people, the newest first."""
    return Ban.objects.filter(room_id=room).select_related("user").order_by("-pk")


def heads(rooms: Collection[int]) -> dict[int, RoomHead]:
    """The heads of `rooms` (keys), without locking them."""
    return RoomHead.objects.in_bulk(rooms)


def member(*, room: int, user: User) -> tuple[Membership, RoomHead]:
    """The membership and the head of a room, with the room loaded, of who is not shut out.

    Raises `ChatError` (`room_not_found`, `not_a_member`).
    """
    head = RoomHead.objects.select_related("room").filter(pk=room).first()
    if head is None:
        raise ChatError(ErrorCode.ROOM_NOT_FOUND)
    found = Membership.objects.filter(room_id=room, user=user, user__is_active=True).first()
    if found is None:
        raise stranger(head.room)
    return found, head
