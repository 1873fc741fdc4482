"""The frame of every write: lock the head, number the real changes, announce after the commit."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models import F

from chat import fanout, queries, shapes
from chat.bus_items import Change, Head
from chat.errors import ChatError, ErrorCode
from chat.models import Membership, Message, MessageKind, Room, RoomHead, SystemAct
from chat.protocol.outbound import RoomChange as RoomChangeEvent

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User


@dataclass
class RoomWrite:
    """One room whose head this transaction holds. Whoever changes something takes a number."""

    head: RoomHead
    started_at: int
    announced: list[Change | Head] = field(default_factory=list)

    @property
    def room(self) -> Room:
        return self.head.room

    def take_number(self) -> int:
        self.head.last_sequence += 1
        return self.head.last_sequence

    def tell_message(self, message: Message) -> None:
        """Announce the message's last change; its people must be loaded."""
        self.announced.append(
            shapes.message_change(
                message,
                room_id=self.room.slug,
                epoch=self.head.epoch,
                after=message.changed_sequence - 1,
            )
        )

    def tell_room(self, event: type[RoomChangeEvent]) -> None:
        """Announce the room's present state as its next change."""
        number = self.take_number()
        self.announced.append(shapes.room_change(event, self.room, self.head, number=number))

    def tell_head(self) -> None:
        """Announce how far the room is, for hubs that missed what stands already."""
        self.announced.append(Head(self.room.pk, self.head.epoch, self.head.last_sequence))

    def tell_act(self, act: SystemAct, *, actor: User, subject: User, at: datetime) -> Message:
        """Store and announce a system message: `actor` did `act` to `subject`."""
        number = self.take_number()
        message = Message.objects.create(
            room=self.room,
            sequence=number,
            changed_sequence=number,
            text_changed_sequence=number,
            sender=actor,
            subject=subject,
            act=act,
            kind=MessageKind.SYSTEM,
            created_at=at,
        )
        self.tell_message(message)
        return message

    def membership_of(self, user_id: int) -> Membership:
        """Return the membership of who acts: whoever was shut out meanwhile has none.

        Strangers to a hidden room learn nothing of it.
        """
        found = Membership.objects.filter(
            room=self.room, user_id=user_id, user__is_active=True
        ).first()
        if found is None:
            raise queries.stranger(self.room)
        return found

    def require_open(self) -> None:
        if self.room.closed_at is not None:
            raise ChatError(ErrorCode.ROOM_CLOSED)


def lock_heads(rooms: Collection[int]) -> list[RoomHead]:
    """Lock the heads of `rooms` (keys) in key order and return them with their rooms.

    The order keeps two writers of several rooms from waiting for each other. The lock lasts until
    commit, so that number n is committed before n+1 is given.
    """
    heads = RoomHead.objects.filter(pk__in=rooms).order_by("pk")
    if not connection.features.has_select_for_update:
        # SQLite locks the whole database at the first write: a write that changes nothing.
        heads.update(last_sequence=F("last_sequence"))
    # The rooms are locked with them: what is only joined to a locked row would be shown as it was
    # before the wait for the lock, and a room closed meanwhile would look open.
    locked = heads.select_for_update(of=("self", "room"), no_key=True)
    return list(locked.select_related("room"))


@contextmanager
def changing_rooms(rooms: Collection[int]) -> Iterator[dict[int, RoomWrite]]:
    """Hold the heads of `rooms` (keys) for one transaction; unknown keys are left out."""
    with transaction.atomic():
        writes = {head.pk: RoomWrite(head, head.last_sequence) for head in lock_heads(rooms)}
        yield writes
        moved = [w.head for w in writes.values() if w.head.last_sequence > w.started_at]
        if moved:
            RoomHead.objects.bulk_update(moved, ["last_sequence", "floor"])
        fanout.announce(*(item for write in writes.values() for item in write.announced))


@contextmanager
def changing_room(room: int) -> Iterator[RoomWrite]:
    """Hold the head of one room (its key). Raises `ChatError` (`room_not_found`)."""
    with changing_rooms([room]) as writes:
        if room not in writes:
            raise ChatError(ErrorCode.ROOM_NOT_FOUND)
        yield writes[room]
