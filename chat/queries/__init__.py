"""Every read of the chat. Nothing here writes, locks or decides what may be changed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import F, Prefetch, Q, QuerySet

from chat import shapes
from chat.errors import ChatError, ErrorCode
from chat.models import (
    Attachment,
    Ban,
    Membership,
    Message,
    MessageKind,
    MessageVersion,
    Room,
    RoomHead,
    RoomKind,
)
from chat.protocol.codec import encode

from .links import link_of, open_link, standing_links
from .memberships import (
    UNREAD_CAP,
    CountedMembership,
    Waiting,
    membership_with_unread,
    memberships_in,
    memberships_still_there,
    memberships_with_unread,
    people_called,
    readers,
    room_summaries,
    rooms_of,
    seen_up_to,
    summary,
    waiting_by_member,
)

if TYPE_CHECKING:
    from accounts.models import User

__all__ = [
    "UNREAD_CAP",
    "CountedMembership",
    "RoomSnapshot",
    "Waiting",
    "attachment",
    "bans_of",
    "changes_after",
    "enterable_room",
    "heads",
    "history_page",
    "link_of",
    "member",
    "members_of",
    "membership_with_unread",
    "memberships_in",
    "memberships_still_there",
    "memberships_with_unread",
    "message_of",
    "message_with_versions",
    "messages_after",
    "messages_before",
    "open_link",
    "people_called",
    "pinned_messages",
    "readers",
    "room_key",
    "room_snapshot",
    "room_summaries",
    "rooms_invited_to",
    "rooms_known_to",
    "rooms_of",
    "rooms_to_join",
    "seen_up_to",
    "standing_links",
    "stranger",
    "summary",
    "visible_room",
    "waiting_by_member",
]

VERSIONS_SHOWN = 200


def room_key(slug: str) -> int | None:
    """The key of the room called `slug` on the wire."""
    return Room.objects.filter(slug=slug).values_list("pk", flat=True).first()


def stranger(room: Room) -> ChatError:
    """What a non-member hears: of a hidden room the same as of one that does not exist."""
    return ChatError(ErrorCode.NOT_A_MEMBER if room.is_public else ErrorCode.ROOM_NOT_FOUND)


def visible_room(*, slug: str, user: User) -> Room:
    """The room if `user` may know of it. Raises `ChatError` (`room_not_found`) otherwise."""
    room = Room.objects.visible_to(user).select_related("head").filter(slug=slug).first()
    if room is None:
        raise ChatError(ErrorCode.ROOM_NOT_FOUND)
    return room


def enterable_room(*, slug: str, user: User) -> Room:
    """The room if `user` may know of it or is invited. Raises `ChatError` (`room_not_found`)."""
    rooms = Room.objects.visible_to(user) | Room.objects.filter(invitations__user=user)
    room = rooms.filter(slug=slug).distinct().first()
    if room is None:
        raise ChatError(ErrorCode.ROOM_NOT_FOUND)
    return room


def rooms_to_join(user: User) -> QuerySet[Room]:
    """Open public rooms that `user` is neither in nor shut out of, by name."""
    mine = user.memberships.values("room_id")
    shut = user.bans.values("room_id")
    rooms = Room.objects.open().filter(kind=RoomKind.PUBLIC)
    return rooms.exclude(pk__in=mine).exclude(pk__in=shut)


def rooms_invited_to(user: User) -> list[Room]:
    """Open rooms that somebody asked `user` to join, by name."""
    return list(Room.objects.open().filter(invitations__user=user))


def rooms_known_to(user: User) -> QuerySet[Room]:
    """The rooms whose existence `user` may know of, by name, with their heads."""
    return Room.objects.visible_to(user).select_related("head")


def members_of(*, room: int) -> QuerySet[Membership]:
    """The members of a room with the people, who has been there longest first."""
    return Membership.objects.filter(room_id=room).select_related("user").order_by("pk")


def bans_of(*, room: int) -> QuerySet[Ban]:
    """Who is banned from a room, with the people, the newest first."""
    return Ban.objects.filter(room_id=room).select_related("user").order_by("-pk")


def heads(rooms: Collection[int]) -> dict[int, RoomHead]:
    """The heads of `rooms` (keys), without locking them."""
    return RoomHead.objects.in_bulk(rooms)


def member(*, room: int, user: User) -> tuple[Membership, RoomHead]:
    """The membership and the head of a room, with the room loaded, of who is not shut out.

    Raises `ChatError` (`room_not_found`, `not_a_member`).
    """
    head = RoomHead.objects.select_related("room").filter(pk=room).first()
    if head is None:
        raise ChatError(ErrorCode.ROOM_NOT_FOUND)
    found = Membership.objects.filter(room_id=room, user=user, user__is_active=True).first()
    if found is None:
        raise stranger(head.room)
    return found, head


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
