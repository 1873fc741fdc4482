"""What was said: the newest, what came before or after, what changed since, and one message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import F, Prefetch, Q

from chat import shapes
from chat.models import Attachment, Message, MessageKind, MessageVersion, RoomHead
from chat.protocol.codec import encode

from .rooms import member

if TYPE_CHECKING:
    from accounts.models import User

VERSIONS_SHOWN = 200


@dataclass(frozen=True, slots=True)
class RoomSnapshot:
    """A room as it stood at its head: `messages` are the newest, oldest first."""

    head: RoomHead
    messages: list[Message]
    has_more: bool


def room_snapshot(*, room: int, limit: int) -> RoomSnapshot | None:
    """Read the head first: what changes meanwhile has a higher number and is heard again."""
    head = RoomHead.objects.select_related("room").filter(pk=room).first()
    if head is None:
        return None
    messages, has_more = messages_before(
        room=room, floor=head.floor, before=head.last_sequence + 1, limit=limit
    )
    return RoomSnapshot(head, messages, has_more)


def messages_before(
    *, room: int, floor: int, before: int, limit: int
) -> tuple[list[Message], bool]:
    """The last `limit` messages placed in [floor, before), oldest first; whether there are more."""
    found = (
        Message.objects.as_shown()
        .filter(room_id=room, sequence__gte=floor, sequence__lt=before)
        .order_by("-sequence")[: limit + 1]
    )
    page = list(found)
    return page[limit - 1 :: -1] if len(page) > limit else page[::-1], len(page) > limit


def messages_after(*, room: int, floor: int, after: int, limit: int) -> tuple[list[Message], bool]:
    """The first `limit` messages placed in (after, …], oldest first; whether there are more."""
    found = (
        Message.objects.as_shown()
        .filter(room_id=room, sequence__gte=floor, sequence__gt=after)
        .order_by("sequence")[: limit + 1]
    )
    page = list(found)
    return page[:limit], len(page) > limit


def message_of(*, head: RoomHead, message_id: int) -> Message | None:
    """A message of the room, also a deleted one; None if there is none."""
    found = Message.objects.as_shown().filter(room=head.pk, pk=message_id)
    return found.filter(sequence__gte=head.floor).first()


def message_with_versions(*, room: int, message_id: int) -> Message | None:
    """What people see of a message, with the first texts it had before (`earlier`), oldest
    first. Two queries."""
    earlier = MessageVersion.objects.order_by("sequence")[:VERSIONS_SHOWN]
    found = Message.objects.with_people().prefetch_related(Prefetch("versions", earlier, "earlier"))
    texts = found.filter(kind=MessageKind.TEXT, deleted_at=None)
    return texts.filter(room_id=room, pk=message_id, sequence__gte=F("room__head__floor")).first()


def history_page(*, room: int, user: User, before: int, limit: int) -> tuple[list[bytes], bool]:
    """Encoded messages placed below `before`, oldest first, for a member; whether there are more.

    Raises `ChatError` (`room_not_found`, `not_a_member`).
    """
    _, head = member(room=room, user=user)
    page, has_more = messages_before(room=room, floor=head.floor, before=before, limit=limit)
    bodies = [encode(shapes.message_body(message, room_id=head.room.slug)) for message in page]
    return bodies, has_more


def changes_after(
    *, room: int, floor: int, after: int, upto: int, limit: int | None = None
) -> list[Message]:
    """The messages whose last change has a number in (after, upto], in order of change."""
    found = (
        Message.objects.as_shown()
        .filter(
            room_id=room,
            sequence__gte=floor,
            changed_sequence__gt=after,
            changed_sequence__lte=upto,
        )
        .order_by("changed_sequence")
    )
    return list(found if limit is None else found[:limit])


def pinned_messages(*, room: int, floor: int) -> list[Message]:
    """What is pinned in the room (its key), the last pinned first. Two queries."""
    pinned = Message.objects.as_shown().pinned(room=room).filter(sequence__gte=floor)
    return list(pinned.order_by("-pinned_at", "-pk"))


def attachment(*, slug: str, user: User, attachment_id: int) -> Attachment | None:
    """A file that a member may see: of a message that is not pruned, or one's own before it is
    sent. None for everything else. One query."""
    sent = Q(message__sequence__gte=F("room__head__floor"), message__deleted_at=None)
    return (
        Attachment.objects.filter(sent | Q(message=None, uploader=user))
        .filter(
            pk=attachment_id,
            room__slug=slug,
            room__memberships__user=user,
            room__memberships__user__is_active=True,
        )
        .first()
    )
