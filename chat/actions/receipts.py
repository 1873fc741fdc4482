"""How far somebody has read. Not numbered: only the newest state counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

from chat import fanout, queries
from chat.bus_items import BusItem, PersonNotice, Receipt
from chat.errors import ChatError, ErrorCode
from chat.models import Membership, RoomHead, RoomKind
from chat.protocol.codec import event_frame
from chat.protocol.outbound import MessageRead
from chat.protocol.replies import Read

if TYPE_CHECKING:
    from accounts.models import User
    from chat.models import Room


def mark_read(*, room: int, user: User, sequence: int) -> Read:
    """Note that `user` has read up to `sequence`, at most up to the head; it never goes back.

    Their sessions hear it, and in direct and small rooms the others, if the reader shows it.
    """
    head = _head(room)
    upto = min(sequence, head.last_sequence)
    # One conditional UPDATE: of two devices the one that read further wins, in any order.
    moved = Membership.objects.filter(room_id=room, user=user, read_sequence__lt=upto).update(
        read_sequence=upto
    )
    read = _read(head.room, user)
    if moved:
        fanout.announce(_own(read, user), *_for_others(head.room, user, upto))
    return read


def mark_unread(*, room: int, user: User, sequence: int) -> Read:
    """Let the message at `sequence`, and all after it, wait for `user` again.

    Only their own sessions hear it: that the others' messages were read stays true.
    """
    head = _head(room)
    back = max(sequence, 1) - 1
    members = Membership.objects.filter(room_id=room, user=user, read_sequence__gt=back)
    moved = members.update(seen_sequence=queries.seen_up_to(), read_sequence=back)
    read = _read(head.room, user)
    if moved:
        fanout.announce(_own(read, user))
    return read


def _head(room: int) -> RoomHead:
    head = RoomHead.objects.select_related("room").filter(pk=room).first()
    if head is None:
        raise ChatError(ErrorCode.ROOM_NOT_FOUND)
    return head


def _read(room: Room, user: User) -> Read:
    membership = queries.membership_with_unread(room=room.pk, user=user)
    if membership is None:
        raise queries.stranger(room)
    return Read(
        room_id=room.slug,
        read_sequence=membership.read_sequence,
        unread=membership.unread,
        mentions=membership.mentions,
    )


def _own(read: Read, user: User) -> BusItem:
    notice = MessageRead(
        room_id=read.room_id,
        username=user.username,
        read_sequence=read.read_sequence,
        unread=read.unread,
        mentions=read.mentions,
    )
    return PersonNotice(user=user.pk, frame=event_frame(notice))


def _for_others(room: Room, user: User, upto: int) -> list[BusItem]:
    """What the others in the room hear: nothing in a large one, nor of who keeps it back, nor
    that somebody reads again what they had read before."""
    news = Membership.objects.filter(room=room, user=user, user__shows_receipts=True).exclude(
        seen_sequence__gte=upto
    )
    if not news.exists() or not (room.kind == RoomKind.DIRECT or _is_small(room)):
        return []
    return [Receipt(room.pk, user.pk, user.username, upto)]


def _is_small(room: Room) -> bool:
    limit: int = settings.CHAT_RECEIPTS_ROOM
    return Membership.objects.filter(room=room)[: limit + 1].count() <= limit
