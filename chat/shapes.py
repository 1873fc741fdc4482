"""Rows as the wire shows them: the one place where a model becomes a protocol type."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

from . import models
from .bus_items import Change, MembershipBegan
from .models import Membership, Message, MessageKind, Reaction, Room, RoomHead
from .protocol import outbound
from .protocol.codec import encode, event_frame
from .protocol.contents import (
    Attachment,
    Kind,
    MessageBody,
    Person,
    Quote,
    Reactions,
    RoomState,
    RoomSummary,
)
from .protocol.outbound import MessageDeleted, MessageEdited, NewMessage, OutboundEvent
from .protocol.outbound import RoomChange as RoomChangeEvent
from .protocol.replies import Stored

if TYPE_CHECKING:
    from accounts.models import User

QUOTE_LIMIT = 140  # characters


def utc(moment: datetime | None) -> datetime | None:
    return moment.astimezone(UTC) if moment else None


def person(user: User) -> Person:
    return Person(
        id=user.pk, username=user.username, name=user.display_name, avatar=user.avatar_url
    )


def room_state(room: Room, head: RoomHead) -> RoomState:
    return RoomState(
        room_id=room.slug,
        name=room.name,
        topic=room.topic,
        kind=cast("Kind", room.kind),
        closed=room.closed_at is not None,
        slow_mode=room.slow_mode,
        floor=head.floor,
    )


def attachment(file: models.Attachment, *, room_id: str) -> Attachment:
    return Attachment(
        attachment_id=file.pk,
        name=file.name,
        type=file.type,
        kind="picture" if file.kind == models.AttachmentKind.PICTURE else "file",
        size=file.size,
        width=file.width,
        height=file.height,
        url=file.url_in(room_id),
        preview=file.preview_url_in(room_id) if file.has_preview else None,
    )


def message_body(message: Message, *, room_id: str) -> MessageBody:
    """`message`, loaded `as_shown`; `room_id` is the slug, so that no room need be."""
    original = message.reply_to if message.reply_to_id else None
    return MessageBody(
        room_id=room_id,
        message_id=message.pk,
        sequence=message.sequence,
        changed_sequence=message.changed_sequence,
        text_sequence=message.text_changed_sequence,
        username=message.sender.username,
        sender=person(message.sender),
        message=message.text,
        kind="system" if message.kind == MessageKind.SYSTEM else "text",
        timestamp=message.created_at.astimezone(UTC),
        edited=message.edited_at is not None,
        deleted=message.deleted_at is not None,
        client_id=message.client_id,
        reply_to=message.reply_to_id,
        act=message.act or None,
        subject=person(message.subject) if message.subject else None,
        quote=quote(original) if original else None,
        reactions=reactions(message.shown_reactions),
        pinned=message.pinned_at is not None,
        pinned_by=message.pinned_by.username if message.pinned_by else None,
        mentions=[mention.user.username for mention in message.shown_mentions],
        attachments=[attachment(file, room_id=room_id) for file in message.shown_attachments],
    )


def quote(original: Message) -> Quote:
    return Quote(
        message_id=original.pk,
        sequence=original.sequence,
        username=original.sender.username,
        name=original.sender.display_name,
        avatar=original.sender.avatar_url,
        text=in_one_line(original.text),
        deleted=original.deleted_at is not None,
    )


def in_one_line(text: str) -> str:
    """The beginning of `text` as a quote shows it."""
    line = " ".join(text.split())
    return line if len(line) <= QUOTE_LIMIT else f"{line[: QUOTE_LIMIT - 1]}…"


def reactions(rows: Iterable[Reaction]) -> list[Reactions]:
    """Rows of one message, the first ones of each emoji, in the order of reacting."""
    alike: dict[str, list[Reaction]] = {}
    for row in rows:
        alike.setdefault(row.emoji, []).append(row)
    return [
        Reactions(emoji=emoji, count=same[0].in_all, usernames=[row.username for row in same])
        for emoji, same in alike.items()
    ]


def message_event(message: Message, *, after: int) -> type[OutboundEvent]:
    """What a message's state is to someone who stands at `after`."""
    if message.sequence > after:
        return NewMessage
    return MessageDeleted if message.deleted_at else MessageEdited


def message_change(
    message: Message,
    *,
    room_id: str,
    epoch: str,
    after: int,
    event: type[OutboundEvent] | None = None,
) -> Change:
    """The message's last change, as those hear it who stand at `after`, unless `event` says more
    exactly what it was."""
    return Change(
        room=message.room_id,
        epoch=epoch,
        number=message.changed_sequence,
        event=(event or message_event(message, after=after)).event,
        body=encode(message_body(message, room_id=room_id)),
        message_id=message.pk,
        sequence=message.sequence,
        removed=message.ends_membership_of or 0,
    )


def room_change(event: type[RoomChangeEvent], room: Room, head: RoomHead, *, number: int) -> Change:
    body = encode(event(changed_sequence=number, room=room_state(room, head)))
    return Change(
        room=room.pk,
        epoch=head.epoch,
        number=number,
        event=event.event,
        body=body,
        floor=head.floor,
    )


def membership_began(membership: Membership, summary: RoomSummary) -> MembershipBegan:
    """What the person's own sessions hear: the room as `summary` shows it to them."""
    return MembershipBegan(
        user=membership.user_id,
        room=membership.room_id,
        room_id=summary.room_id,
        frame=event_frame(outbound.MembershipBegan(room=summary)),
        companion=summary.with_.id if summary.with_ else 0,
    )


def stored(message: Message) -> Stored:
    return Stored(
        message_id=message.pk,
        sequence=message.sequence,
        changed_sequence=message.changed_sequence,
        timestamp=message.created_at.astimezone(UTC),
        client_id=message.client_id,
    )
