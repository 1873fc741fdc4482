"""Store what people say: one message, or a batch of them in one transaction."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from django.db import DatabaseError, InterfaceError, OperationalError

from chat.actions import mentions
from chat.actions.attached import link
from chat.actions.changing import changing_rooms
from chat.errors import ChatError, ErrorCode
from chat.filters import FilterContext, filtered_sync
from chat.metrics import STORED
from chat.models import Membership, Message

from .admission import Admission
from .drafts import Draft, Sent, draft_message

if TYPE_CHECKING:
    from accounts.models import User

logger = logging.getLogger(__name__)


def send_message(
    *,
    room: int,
    sender: User,
    text: str,
    client_id: str | None = None,
    reply_to: int | None = None,
    attachments: Sequence[int] = (),
) -> Message:
    """Store and announce one message in the room (its key), or return the one already stored
    under this `client_id`. Raises `ChatError`.

    `attachments` are ids of the sender's own files in this room that were not sent yet.
    """
    draft = draft_message(
        room=room,
        sender=sender.pk,
        text=text,
        client_id=client_id,
        reply_to=reply_to,
        attachments=attachments,
    )
    try:
        kept = filtered_sync(draft.text, FilterContext(sender=draft.sender, room=draft.room))
    except ChatError:
        if stored := stored_before(draft):
            return stored
        raise
    [sent] = send_messages([replace(draft, text=kept)])
    if isinstance(sent, ChatError):
        raise sent
    return sent


def stored_before(draft: Draft) -> Message | None:
    """The message that the same words are already stored as: a filter comes too late for it."""
    if draft.client_id is None:
        return None
    return Message.objects.filter(
        room=draft.room,
        sender=draft.sender,
        client_id=draft.client_id,
        text_hash=draft.sent_hash,
    ).first()


def send_messages(drafts: Sequence[Draft]) -> list[Sent]:
    """Store a batch in one transaction; return for each draft its message or its error.

    A draft that the database cannot take fails alone: the batch is then sent one by one.
    """
    try:
        return _send_batch(drafts)
    except (OperationalError, InterfaceError) as error:
        logger.warning("The database did not take %d messages: %r", len(drafts), error)
        if is_lock_timeout(error) and len({draft.room for draft in drafts}) > 1:
            return _send_room_by_room(drafts)
        return [ChatError(ErrorCode.UNAVAILABLE) for _ in drafts]
    except (DatabaseError, ValueError, OverflowError):
        if len(drafts) > 1:
            return [sent for draft in drafts for sent in send_messages([draft])]
        logger.exception("The database refused a message")
        return [ChatError(ErrorCode.INVALID_EVENT, details={"field": "message"})]


def is_lock_timeout(error: BaseException) -> bool:
    """Whether PostgreSQL gave up waiting for a lock (SQLSTATE 55P03)."""
    return getattr(error.__cause__, "sqlstate", None) == "55P03"


def _send_room_by_room(drafts: Sequence[Draft]) -> list[Sent]:
    """One room's head is held by somebody: the others must not wait with it."""
    by_room = {room: [d for d in drafts if d.room == room] for room in {d.room for d in drafts}}
    sent = {room: iter(send_messages(batch)) for room, batch in by_room.items()}
    return [next(sent[draft.room]) for draft in drafts]


def _send_batch(drafts: Sequence[Draft]) -> list[Sent]:
    with changing_rooms({draft.room for draft in drafts}) as writes:
        admission = Admission(writes, drafts)
        sent = [admission.admit(draft) for draft in drafts]
        Message.objects.bulk_create(admission.fresh)
        link(admission.fresh)
        mentions.note(admission.fresh)
        if admission.slowed:
            Membership.objects.bulk_update(admission.slowed, ["spoke_at"])
        for message in admission.fresh:
            writes[message.room_id].tell_message(message)
    STORED.inc(len(admission.fresh))
    return sent
