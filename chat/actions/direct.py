"""Write to one person: the room that two people share."""

from __future__ import annotations

from django.conf import settings
from django.db import IntegrityError, transaction

from accounts.models import User
from chat import fanout
from chat.errors import ChatError, ErrorCode
from chat.models import DirectPair, Membership, Room, RoomHead, RoomKind

from . import membership_news
from .pace import require_pace
from .rooms import hidden_slug


def start_direct_room(*, by: User, user: User) -> Room:
    """Return the room of `by` and `user`, made now if they have none. One room for a pair.

    Raises `ChatError` (`not_allowed`): with oneself, or where one of the two is shut out; for a
    new one also `rate_limited`, since nobody can refuse to be written to.
    """
    if by.pk == user.pk:
        raise ChatError(ErrorCode.NOT_ALLOWED, details={"field": "user"})
    if found := _room_of(by, user):
        return found
    require_pace("direct_rooms", by, a_minute=settings.CHAT_DIRECT_ROOMS_PER_MINUTE)
    try:
        with transaction.atomic():
            return _make(by, user)
    except IntegrityError:
        # The other one, or this one on another device, was quicker by a moment.
        if found := _room_of(by, user):
            return found
        raise


def _room_of(one: User, other: User) -> Room | None:
    first, second = sorted((one.pk, other.pk))
    pair = DirectPair.objects.select_related("room").filter(first=first, second=second).first()
    return pair.room if pair else None


def _make(by: User, user: User) -> Room:
    people = list(User.objects.filter(pk__in=(by.pk, user.pk), is_active=True).order_by("pk"))
    if len(people) < 2:
        raise ChatError(ErrorCode.NOT_ALLOWED, details={"field": "user"})
    # The room's own name is for moderators; each of the two sees the other's.
    name = ", ".join(person.username for person in people)
    room = Room.objects.create(slug=hidden_slug(), name=name, kind=RoomKind.DIRECT, created_by=by)
    room.pair = DirectPair.objects.create(room=room, first=people[0], second=people[1])
    room.head = RoomHead.objects.create(room=room)
    members = Membership.objects.bulk_create(
        Membership(room=room, user=person) for person in people
    )
    fanout.announce(*(membership_news.began(member) for member in members))
    return room
