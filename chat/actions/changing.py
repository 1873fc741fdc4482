"""The frame of every write: lock the head, number the real changes, announce after the commit."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.db.models import F

from chat import fanout, queries, shapes
from chat.bus_items import BusItem, Head
from chat.errors import ChatError, ErrorCode
from chat.models import (
    Membership,
    Message,
    MessageKind,
    MessageWords,
    Room,
    RoomHead,
    SystemAct,
)
from chat.protocol.outbound import OutboundEvent
from chat.protocol.outbound import RoomChange as RoomChangeEvent

from . import membership_news

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User

CHANGED_TOGETHER = 500  # messages in one statement


@dataclass
class RoomWrite:
    """One room whose head this transaction holds. Whoever changes something takes a number."""

    head: RoomHead
    started_at: int
    announced: list[BusItem] = field(default_factory=list)
    reworded: dict[int, Message] = field(default_factory=dict)  # whose text changed, by key

    @property
    def room(self) -> Room:
        return self.head.room

    def take_number(self) -> int:
        self.head.last_sequence += 1
        return self.head.last_sequence

    def new_message(self, **fields: Any) -> Message:
        """Return the next message of the room, not yet stored, with all set that a frame shows:
        telling of it asks the database nothing."""
        number = self.take_number()
        message = Message(
            room=self.room,
            sequence=number,
            changed_sequence=number,
            text_changed_sequence=number,
            **fields,
        )
        message.shown_reactions = []
        message.shown_attachments = []
        message.shown_mentions = []
        return message

    def renumber(self, messages: Sequence[Message]) -> None:
        """Give each of `messages` the number of a change, and store it."""
        for message in messages:
            message.changed_sequence = self.take_number()
        Message.objects.bulk_update(messages, ["changed_sequence"], batch_size=CHANGED_TOGETHER)

    def renumber_replies(self, originals: Collection[Message]) -> list[Message]:
        """Give the replies to `originals`, whose quotes have changed, the number of a change.

        Returns them, to be told of.
        """
        replies = list(Message.objects.filter(reply_to__in=originals).order_by("sequence"))
        self.renumber(replies)
        return replies

    def tell_message(self, message: Message, event: type[OutboundEvent] | None = None) -> None:
        """Announce the last change of a new message, or of one that is loaded `as_shown`.

        If that changed its text, search follows before the commit.
        """
        if message.deleted_at or message.text_changed_sequence == message.changed_sequence:
            self.reworded[message.pk] = message
        self.announced.append(
            shapes.message_change(
                message,
                room_id=self.room.slug,
                epoch=self.head.epoch,
                after=message.changed_sequence - 1,
                event=event,
            )
        )

    def tell_changed(
        self, messages: Sequence[Message], event: type[OutboundEvent] | None = None
    ) -> None:
        """Announce the last changes of `messages`, which are stored, as whoever reads them sees
        them from now on. `event` says what happened if it is not the text that changed."""
        for start in range(0, len(messages), CHANGED_TOGETHER):
            keys = [message.pk for message in messages[start : start + CHANGED_TOGETHER]]
            stored = Message.objects.as_shown().filter(pk__in=keys)
            for message in stored.order_by("changed_sequence"):
                self.tell_message(message, event)

    def tell_room(self, event: type[RoomChangeEvent]) -> None:
        """Announce the room's present state as its next change."""
        number = self.take_number()
        self.announced.append(shapes.room_change(event, self.room, self.head, number=number))

    def tell_head(self) -> None:
        """Announce how far the room is, for hubs that missed what stands already."""
        self.announced.append(Head(self.room.pk, self.head.epoch, self.head.last_sequence))

    def tell_act(self, act: SystemAct, *, actor: User, subject: User, at: datetime) -> Message:
        """Store and announce a system message: `actor` did `act` to `subject`."""
        message = self.new_message(
            sender=actor, subject=subject, act=act, kind=MessageKind.SYSTEM, created_at=at
        )
        message.save()
        self.tell_message(message)
        return message

    def tell_membership(self, membership: Membership) -> None:
        """Announce to the member's own sessions what they are in this room now."""
        self.announced.append(membership_news.changed(membership, room_id=self.room.slug))

    def membership_of(self, user_id: int) -> Membership:
        """Return the membership of who acts: whoever was shut out meanwhile has none.

        Strangers to a hidden room learn nothing of it.
        """
        found = Membership.objects.filter(
            room=self.room, user_id=user_id, user__is_active=True
        ).first()
        if found is None:
            raise queries.stranger(self.room)
        found.room = self.room
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
            # All are there. `bulk_update` would do, but its conditions, two for each head, take as
            # long as everything else of a batch together.
            RoomHead.objects.bulk_create(
                moved,
                update_conflicts=True,
                unique_fields=["room"],
                update_fields=["last_sequence", "floor"],
            )
        MessageWords.objects.follow(
            message for write in writes.values() for message in write.reworded.values()
        )
        fanout.announce(*(item for write in writes.values() for item in write.announced))


@contextmanager
def changing_room(room: int) -> Iterator[RoomWrite]:
    """Hold the head of one room (its key). Raises `ChatError` (`room_not_found`)."""
    with changing_rooms([room]) as writes:
        if room not in writes:
            raise ChatError(ErrorCode.ROOM_NOT_FOUND)
        yield writes[room]
