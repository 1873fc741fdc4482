"""What the list of rooms shows, and what a room shows before one joins it. Reads only."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypedDict

from django.db.models import OuterRef, Q, QuerySet, Subquery
from msgspec import structs

from accounts.queries.counting import CountOf

from . import queries, shapes
from .models import Ban, Membership, Message, Room
from .paging import PageOf, page_of
from .protocol.contents import MessageBody
from .timeline import Day, Reader, days

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    from accounts.models import User

    from .queries import CountedMembership

    class People(TypedDict):
        people: int

    PeopledRoom = WithAnnotations[Room, People]

ROOMS_A_PAGE = 50
PREVIEWED = 20  # messages
# People are counted no further: what is more is a crowd, and counting it would be felt.
PEOPLE_CAP = 1000
LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class OwnRoom:
    """One of the person's rooms, with what was said in it last."""

    member: CountedMembership
    last: Message | None


@dataclass(frozen=True, slots=True)
class OpenRoom:
    """A room that one may join; `people` counts up to `PEOPLE_CAP`."""

    room: PeopledRoom
    last: Message | None


@dataclass(frozen=True, slots=True)
class Preview:
    """What a public room shows of itself to who is not in it: how many people, the last words."""

    people: int
    days: list[Day]


def own_rooms(
    memberships: Collection[CountedMembership], *, words: str = "", number: int = 1
) -> PageOf[OwnRoom]:
    """Those of the memberships whose room is called or is about `words`: what calls the person
    first, then what else waits, then what was spoken in last. Three queries."""
    found = [member for member in memberships if is_about(member.room, words)]
    spoken = _last_spoken([member.room_id for member in found])

    def order(member: CountedMembership) -> tuple[bool, bool, float, str]:
        _, at = spoken.get(member.room_id, (0, LONG_AGO))
        since = (at - LONG_AGO).total_seconds()
        waits = member.unread and not member.silenced
        return not member.mentions, not waits, -since, member.room.name

    page = page_of(sorted(found, key=order), number=number, size=ROOMS_A_PAGE)
    keys = [spoken[member.room_id][0] for member in page if member.room_id in spoken]
    last = _to_show().in_bulk(keys)
    items = [
        OwnRoom(member, last.get(spoken.get(member.room_id, (0, LONG_AGO))[0])) for member in page
    ]
    return PageOf(items, page.number, page.has_next)


def is_about(room: Room, words: str) -> bool:
    """Whether `words` stand in the room's name or topic, in any case."""
    return words.casefold() in f"{room.name}\n{room.topic}".casefold()


def open_rooms(user: User, *, words: str = "", number: int = 1) -> PageOf[OpenRoom]:
    """Public rooms that `user` may join, by name. Three queries."""
    rooms = queries.rooms_to_join(user)
    if words:
        rooms = rooms.filter(Q(name__icontains=words) | Q(topic__icontains=words))
    members = Membership.objects.filter(room=OuterRef("pk")).order_by().values("pk")[:PEOPLE_CAP]
    counted = rooms.annotate(people=CountOf(members))
    page = page_of(counted, number=number, size=ROOMS_A_PAGE)
    last = _to_show().filter(pk__in=_newest([room.pk for room in page]))
    by_room = {message.room_id: message for message in last}
    items = [OpenRoom(room, by_room.get(room.pk)) for room in page]
    return PageOf(items, page.number, page.has_next)


def preview(room: Room, *, reader: User) -> Preview | None:
    """The last words of a public room that still takes people in, else None. Four queries."""
    if not room.is_public or room.closed_at:
        return None
    head = queries.heads([room.pk])[room.pk]
    rows, _ = queries.messages_before(
        room=room.pk, floor=head.floor, before=head.last_sequence + 1, limit=PREVIEWED
    )
    messages = [_before_joining(shapes.message_body(row, room_id=room.slug)) for row in rows]
    return Preview(
        people=Membership.objects.filter(room=room)[:PEOPLE_CAP].count(),
        days=list(days(messages, reader=Reader(reader, read=head.last_sequence, unread=0))),
    )


def _before_joining(message: MessageBody) -> MessageBody:
    """A message without its files, which only members are given; their names stand for them."""
    names = ", ".join(file.name for file in message.attachments)
    return structs.replace(message, attachments=[], message=message.message or names)


def is_banned(room: Room, user: User) -> bool:
    """Whether the room shuts the person out."""
    return Ban.objects.filter(room=room, user=user).exists()


def _last_spoken(rooms: Collection[int]) -> dict[int, tuple[int, datetime]]:
    """By room: the key and the time of the last thing that somebody said and that stands."""
    found = Message.objects.filter(pk__in=_newest(rooms))
    rows = found.values_list("room_id", "pk", "created_at")
    return {room: (key, at) for room, key, at in rows}


def _to_show() -> QuerySet[Message]:
    return Message.objects.with_people().prefetch_related("attachments")


def _newest(rooms: Collection[int]) -> Subquery:
    """The keys of the rooms' last live messages: a step into an index for each room."""
    newest = Message.objects.counting_as_unread().filter(room=OuterRef("pk"))
    last = newest.order_by("-sequence").values("pk")[:1]
    keys = Room.objects.filter(pk__in=rooms).order_by().annotate(last=Subquery(last))
    return Subquery(keys.values("last"))
