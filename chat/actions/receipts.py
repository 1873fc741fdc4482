"""How far somebody has read. Not numbered: only the newest state counts, and it never goes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chat import fanout, queries
from chat.bus_items import PersonNotice
from chat.errors import ChatError, ErrorCode
from chat.models import Membership, RoomHead
from chat.protocol.codec import event_frame
from chat.protocol.outbound import MessageRead
from chat.protocol.replies import Read

if TYPE_CHECKING:
    from accounts.models import User


def mark_read(*, room: int, user: User, sequence: int) -> Read:
    """Note that `user` has read up to `sequence`, at most up to the head; tell their sessions."""
    head = RoomHead.objects.select_related("room").filter(pk=room).first()
    if head is None:
        raise ChatError(ErrorCode.ROOM_NOT_FOUND)
    upto = min(sequence, head.last_sequence)
    # One conditional UPDATE: of two devices the one that read further wins, in any order.
    moved = Membership.objects.filter(room_id=room, user=user, read_sequence__lt=upto).update(
        read_sequence=upto
    )
    membership = queries.membership_with_unread(room=room, user=user)
    if membership is None:
        raise queries.stranger(head.room)
    read = Read(
        room_id=head.room.slug, read_sequence=membership.read_sequence, unread=membership.unread
    )
    if moved:
        notice = MessageRead(
            room_id=read.room_id,
            username=user.username,
            read_sequence=read.read_sequence,
            unread=read.unread,
        )
        fanout.announce(PersonNotice(user=user.pk, frame=event_frame(notice)))
    return read
