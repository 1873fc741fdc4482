"""What a hub reads of the database: one hop a question, answers already encoded."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from django.conf import settings

from accounts.actions.visits import touch_last_seen, touch_last_used
from accounts.identity import Identity, shut_out, still_valid
from accounts.queries.notifications import unread_counts
from accounts.signals import EndReason

from . import bus_items, queries, shapes
from .bus_items import Change, Head
from .models import Message, RoomHead
from .protocol.codec import encode
from .protocol.contents import Reader, RoomState
from .protocol.outbound import RoomChanged
from .threads import in_thread


@dataclass(frozen=True, slots=True)
class Remembered:
    """A message as it goes into frames: its id, its place, its encoded body."""

    message_id: int
    sequence: int
    body: bytes


@dataclass(frozen=True, slots=True)
class LoadedRoom:
    """A room at its head: all that a hub needs to serve it."""

    slug: str
    epoch: str
    position: int
    floor: int
    state: RoomState
    messages: list[Remembered]
    has_more: bool
    readers: list[Reader] | None = None


@dataclass(frozen=True, slots=True)
class MovedRooms:
    """What waits, by room key and user id; and names by room key, where all members see one."""

    waiting: dict[tuple[int, int], queries.Waiting]
    names: dict[int, str]


@dataclass(frozen=True, slots=True)
class Repair:
    """What happened since a position; `changes` is None when only a reload helps."""

    position: int
    changes: list[Change] | None


async def room_key(slug: str) -> int | None:
    """The key of the room called `slug` on the wire."""
    return await in_thread(queries.room_key, slug)


async def unread_notifications(users: Collection[int]) -> dict[int, int]:
    """How many notifications wait for each of `users` (ids)."""
    return await in_thread(unread_counts, users)


async def ended_identities(identities: Collection[Identity]) -> dict[Identity, str]:
    """Those of `identities` whose login does not stand any more, and why."""
    return await in_thread(_ended, identities)


def _ended(identities: Collection[Identity]) -> dict[Identity, str]:
    # Who is connected is here, whether or not they load a page.
    touch_last_seen(user_ids={identity.user.pk for identity in identities})
    touch_last_used(identities=identities)
    ended = set(identities) - still_valid(identities)
    barred = shut_out(ended) if ended else set()
    return {
        identity: EndReason.DEACTIVATED if identity in barred else EndReason.EXPIRED
        for identity in ended
    }


async def memberships_still_there(pairs: Collection[tuple[int, int]]) -> set[tuple[int, int]]:
    """Those of (room key, user id) `pairs` that are memberships."""
    return await in_thread(queries.memberships_still_there, pairs)


async def memberships_begun(
    users: Collection[int], *, since: datetime
) -> list[bus_items.MembershipBegan]:
    """What sessions of `users` (ids) hear of their memberships that began `since` then."""
    return await in_thread(_memberships_begun, users, since)


def _memberships_begun(users: Collection[int], since: datetime) -> list[bus_items.MembershipBegan]:
    return [
        shapes.membership_began(
            membership,
            queries.summary(
                membership, waiting=queries.Waiting(membership.unread, membership.mentions)
            ),
        )
        for membership in queries.memberships_begun(users=users, since=since)
    ]


async def waiting(users: Mapping[int, Collection[int]]) -> MovedRooms:
    """What waits for each of `users` (ids by room key), and how these rooms are called."""
    return await in_thread(_waiting, users)


def _waiting(users: Mapping[int, Collection[int]]) -> MovedRooms:
    waiting = {
        (room, user): waiting
        for room, ids in users.items()
        for user, waiting in queries.waiting_by_member(room=room, users=ids).items()
    }
    return MovedRooms(waiting, queries.room_names(users))


async def rooms_of(user_id: int, keys: Collection[int]) -> list[int]:
    """Those of the rooms `keys` that the person belongs to."""
    return await in_thread(queries.rooms_of, user_id, keys)


async def load(room: int) -> LoadedRoom | None:
    """The room (its key) with its newest messages; None if it does not exist."""
    return await in_thread(_load, room)


def _load(room: int) -> LoadedRoom | None:
    found = queries.room_snapshot(room=room, limit=settings.CHAT_HISTORY_PAGE)
    if found is None:
        return None
    head, slug = found.head, found.head.room.slug
    return LoadedRoom(
        slug=slug,
        epoch=head.epoch,
        position=head.last_sequence,
        floor=head.floor,
        state=shapes.room_state(head.room, head),
        messages=[remembered(message, room_id=slug) for message in found.messages],
        has_more=found.has_more,
        readers=queries.readers(room=room),
    )


def remembered(message: Message, *, room_id: str) -> Remembered:
    body = encode(shapes.message_body(message, room_id=room_id))
    return Remembered(message.pk, message.sequence, body)


async def repair(room: int, *, epoch: str, position: int) -> Repair | None:
    """What a hub missed that stands at `position`; None if the room does not exist."""
    return await in_thread(_repair, room, epoch, position)


def _repair(room: int, epoch: str, position: int) -> Repair | None:
    # The head first: rows that change while these are read carry numbers above it.
    head = RoomHead.objects.select_related("room").filter(pk=room).first()
    if head is None:
        return None
    if must_reload(head, epoch=epoch, position=position):
        return Repair(head.last_sequence, None)
    rows = queries.changes_after(
        room=room, floor=head.floor, after=position, upto=head.last_sequence
    )
    changes = [
        shapes.message_change(row, room_id=head.room.slug, epoch=epoch, after=position)
        for row in rows
    ]
    taken = {row.changed_sequence for row in rows}
    spare = (n for n in range(head.last_sequence, position, -1) if n not in taken)
    if number := next(spare, None):
        # A number without a row was a change of the room, or of a message that changed again:
        # the room's present state takes the place of the last such number.
        changes.append(shapes.room_change(RoomChanged, head.room, head, number=number))
        changes.sort(key=attrgetter("number"))
    return Repair(head.last_sequence, changes)


def must_reload(head: RoomHead, *, epoch: str, position: int) -> bool:
    """Whether changes cannot lead from `position` to the head."""
    missed = head.last_sequence - position
    return (
        head.epoch != epoch
        or not 0 <= missed <= settings.CHAT_RESUME_LIMIT
        or position < head.floor - 1
    )


async def heads(rooms: Collection[int]) -> list[Head]:
    """The present heads of `rooms` (keys)."""
    return await in_thread(_heads, list(rooms))


def _heads(rooms: Collection[int]) -> list[Head]:
    found = queries.heads(rooms).values()
    return [Head(head.pk, head.epoch, head.last_sequence) for head in found]


async def changes(
    room: int, *, slug: str, floor: int, after: int, upto: int
) -> list[tuple[int, bytes]]:
    """Number and body of each message that changed in (after, upto], in order of change."""
    return await in_thread(_changes, room, slug, floor, after, upto)


def _changes(room: int, slug: str, floor: int, after: int, upto: int) -> list[tuple[int, bytes]]:
    rows = queries.changes_after(room=room, floor=floor, after=after, upto=upto)
    return [(row.changed_sequence, encode(shapes.message_body(row, room_id=slug))) for row in rows]
