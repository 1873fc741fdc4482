"""What a membership means to its person: what waits, how the room is called, who has read."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from functools import lru_cache
from threading import get_ident
from typing import TYPE_CHECKING, NamedTuple, cast

from django.conf import settings
from django.db.models import Case, F, OuterRef, Q, QuerySet, When
from django.db.models.functions import Coalesce, Greatest

from accounts.queries.counting import CountOf
from chat import shapes
from chat.models import Membership, Mention, Message, RoomKind
from chat.protocol.contents import Kind, Reader, RoleName, RoomSummary

if TYPE_CHECKING:
    from typing import TypedDict

    from django_stubs_ext import WithAnnotations

    from accounts.models import User

    class Counts(TypedDict):
        unread: int
        mentions: int

    CountedMembership = WithAnnotations[Membership, Counts]
else:
    CountedMembership = Membership

UNREAD_CAP = 100


class Waiting(NamedTuple):
    """How many messages wait for somebody, and how many of them call that person; both capped."""

    unread: int
    mentions: int


def _unread(cap: int) -> CountOf:
    """Live messages of others after the member's place, counted up to `cap`, stored nowhere."""
    messages = (
        Message.objects.counting_as_unread()
        .filter(room=OuterRef("room"), sequence__gt=OuterRef("read_sequence"))
        .exclude(sender=OuterRef("user"))
    )
    return CountOf(messages.order_by().values("pk")[:cap])


def _mentions(cap: int) -> Case:
    """Those of them that mention the member; in a direct room every one is meant for them."""
    mentions = Mention.objects.filter(
        room=OuterRef("room"), user=OuterRef("user"), sequence__gt=OuterRef("read_sequence")
    )
    return Case(
        When(room__kind=RoomKind.DIRECT, then=_unread(cap)),
        default=CountOf(mentions.order_by().values("pk")[:cap]),
    )


@lru_cache(maxsize=128)
def _counted_up_to(cap: int, *, thread: int) -> QuerySet[CountedMembership]:
    # Made once, which takes longer than asking; and for each thread: a query that becomes SQL
    # counts its tables in itself, and in what it is made of.
    return Membership.objects.annotate(unread=_unread(cap), mentions=_mentions(cap))


def _counted() -> QuerySet[CountedMembership]:
    """All memberships with what waits, to be filtered."""
    return _counted_up_to(UNREAD_CAP, thread=get_ident())


def membership_with_unread(*, room: int, user: User) -> CountedMembership | None:
    """The person's membership, with what waits counted; None for strangers and who is shut out."""
    found = _counted().filter(room_id=room, user=user, user__is_active=True)
    return found.first()


def memberships_in(*, rooms: Collection[int], user: User) -> list[CountedMembership]:
    """The person's memberships in `rooms` (keys), with what waits: one query."""
    return list(_counted().filter(room__in=rooms, user=user, user__is_active=True))


def memberships_with_unread(user: User) -> list[CountedMembership]:
    """The person's memberships by room name, with what waits, room and head loaded: one query.

    These rows are for showing: a direct room bears the name of the other person in them.
    """
    found = list(
        _counted()
        .filter(user=user)
        .select_related("room", "room__head", "room__pair__first", "room__pair__second")
        .order_by("room__name", "room_id")
    )
    for member in found:
        if other := member.other:
            member.room.name = other.display_name
    # Rooms as the database sorts names, then people.
    return sorted(found, key=lambda member: member.room.name.casefold() if member.other else "")


def memberships_begun(*, users: Collection[int], since: datetime) -> list[CountedMembership]:
    """The memberships of `users` (ids) that began at `since` or later, ready for a summary."""
    found = _counted().filter(user__in=users, joined_at__gte=since)
    return list(
        found.select_related("room", "room__head", "room__pair__first", "room__pair__second")
    )


def room_summaries(memberships: Collection[CountedMembership]) -> list[RoomSummary]:
    """What `welcome` tells of the person's rooms."""
    return [
        summary(member, waiting=Waiting(member.unread, member.mentions)) for member in memberships
    ]


def summary(member: Membership, *, waiting: Waiting) -> RoomSummary:
    """A room as its member sees it, with room, head and pair loaded."""
    room, other = member.room, member.other
    return RoomSummary(
        room_id=room.slug,
        name=other.display_name if other else room.name,
        kind=cast("Kind", room.kind),
        epoch=room.head.epoch,
        head=room.head.last_sequence,
        read_sequence=member.read_sequence,
        unread=waiting.unread,
        mentions=waiting.mentions,
        role=cast("RoleName", member.role),
        silenced=member.silenced,
        muted_until=shapes.utc(member.muted_until),
        with_=shapes.person(other) if other else None,
    )


def waiting_by_member(*, room: int, users: Collection[int]) -> dict[int, Waiting]:
    """What waits in the room for each of `users` (ids)."""
    found = _counted().filter(room_id=room, user__in=users)
    return {
        user: Waiting(unread, mentions)
        for user, unread, mentions in found.values_list("user_id", "unread", "mentions")
    }


def readers(*, room: int) -> list[Reader] | None:
    """How far the members have read who show it, where a room is direct or small; else None."""
    limit: int = settings.CHAT_RECEIPTS_ROOM
    members = list(
        Membership.objects.filter(room_id=room)
        .order_by("pk")
        .values_list("user__username", seen_up_to(), "user__shows_receipts", "room__kind")[
            : max(limit, 2) + 1
        ]
    )
    if len(members) > limit and members[0][3] != RoomKind.DIRECT:
        return None
    return [Reader(username=name, read_sequence=seen) for name, seen, shows, _ in members if shows]


def seen_up_to() -> Greatest:
    """How far a member has ever read."""
    return Greatest(F("read_sequence"), Coalesce("seen_sequence", 0))


def people_called(*, room: int, beginning: str, limit: int) -> list[User]:
    """Members whose username or name begins with `beginning`, in any case, by username."""
    named = Q()
    for field in ("username", "first_name", "last_name"):
        named |= Q((f"user__{field}__istartswith", beginning))
    members = Membership.objects.filter(named, room_id=room, user__is_active=True)
    found = members.select_related("user").order_by("user__username")[:limit]
    return [member.user for member in found]


def rooms_of(user_id: int, keys: Collection[int]) -> list[int]:
    """Those of the rooms `keys` that the person belongs to."""
    found = Membership.objects.filter(user=user_id, room__in=keys)
    return list(found.values_list("room_id", flat=True))


def memberships_still_there(pairs: Collection[tuple[int, int]]) -> set[tuple[int, int]]:
    """Of (room key, user id) `pairs`, those that are memberships."""
    rooms = {room for room, _ in pairs}
    users = {user for _, user in pairs}
    found = Membership.objects.filter(room__in=rooms, user__in=users)
    return set(found.values_list("room_id", "user_id")) & set(pairs)
