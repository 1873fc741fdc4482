"""What a room forgets, and when its numbers start anew."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts.actions.holding import hold
from chat import fanout
from chat.bus_items import Head
from chat.models import Message, RoomHead
from chat.models.rooms import fresh_epoch
from chat.protocol.outbound import HistoryPruned

from .changing import RoomWrite, changing_room

DELETE_CHUNK = 1_000


def prune_messages(*, room: int) -> int:
    """Drop what the room's history limit does not keep, but nothing younger than 24 h.

    Returns how many messages went. Raising the floor is the change, and it is announced; the rows
    below it, which nobody can read any more, go afterwards in short transactions.
    """
    with changing_room(room) as write:
        floor = _new_floor(room=room, keep=write.room.history_limit)
        if floor > write.head.floor:
            write.head.floor = floor
            write.tell_room(HistoryPruned)
            _forget_originals(write)
        floor = write.head.floor
    return _delete_below(room=room, floor=floor)


def _new_floor(*, room: int, keep: int | None) -> int:
    """One above the newest message that is both beyond the limit and old enough, or 0."""
    if keep is None:
        return 0
    messages = Message.objects.filter(room_id=room)
    first_over = messages.order_by("-sequence").values_list("sequence", flat=True)[keep : keep + 1]
    if not first_over:
        return 0
    oldest_kept_age = timezone.now() - timedelta(seconds=settings.CHAT_RETENTION_MINIMUM)
    young = messages.filter(created_at__gte=oldest_kept_age).order_by("sequence")
    first_young = young.values_list("sequence", flat=True).first()
    newest_gone = messages.filter(sequence__lte=first_over[0])
    if first_young is not None:
        newest_gone = newest_gone.filter(sequence__lt=first_young)
    newest = newest_gone.aggregate(newest=Max("sequence"))["newest"]
    return 0 if newest is None else newest + 1


def _forget_originals(write: RoomWrite) -> None:
    """What is kept answers nothing that is gone: each such reply changes."""
    room, floor = write.room.pk, write.head.floor
    replies = list(
        Message.objects.filter(
            room_id=room, sequence__gte=floor, reply_to__room=room, reply_to__sequence__lt=floor
        ).order_by("sequence")
    )
    for reply in replies:
        reply.reply_to = None
    Message.objects.bulk_update(replies, ["reply_to"], batch_size=DELETE_CHUNK)
    write.renumber(replies)
    write.tell_changed(replies)


def _delete_below(*, room: int, floor: int) -> int:
    gone = 0
    while True:
        deleted = _delete_some(room=room, floor=floor)
        gone += deleted
        if deleted < DELETE_CHUNK:
            return gone


@transaction.atomic
def _delete_some(*, room: int, floor: int) -> int:
    below = Message.objects.filter(room_id=room, sequence__lt=floor)
    chunk = below.filter(pk__in=list(below.values_list("pk", flat=True)[:DELETE_CHUNK]))
    keys = hold(chunk)
    chunk.delete()
    return len(keys)


def renew_epochs() -> int:
    """Start the numbers of all rooms anew, after a backup was restored. Returns how many rooms.

    Positions that clients and hubs remember from the lost time then fit nothing: they start afresh.
    """
    heads = list(RoomHead.objects.all())
    for head in heads:
        head.epoch = fresh_epoch()
    RoomHead.objects.bulk_update(heads, ["epoch"], batch_size=500)
    # Hubs that run would find it out at their next check of the heads; so they know at once.
    fanout.announce(*(Head(head.pk, head.epoch, head.last_sequence) for head in heads))
    return len(heads)
