"""Say, change, take back."""

from __future__ import annotations

import logging
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from math import ceil
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError
from django.utils import timezone

from chat import queries
from chat.errors import ChatError, ErrorCode
from chat.filters import FilterContext, filtered_sync
from chat.metrics import STORED
from chat.models import Membership, Message, MessageKind, ModerationAct

from .authority import Power, acting_power
from .changing import RoomWrite, changing_room, changing_rooms
from .moderation import log

if TYPE_CHECKING:
    from accounts.models import User

logger = logging.getLogger(__name__)

Sent = Message | ChatError
LONE_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Draft:
    """A text on its way into a room; `sent_hash` is of the words as they came."""

    room: int
    sender: int
    text: str
    sent_hash: bytes
    client_id: str | None
    reply_to: int | None

    @property
    def identity(self) -> tuple[int, int, str | None]:
        return self.room, self.sender, self.client_id

    @property
    def seat(self) -> tuple[int, int]:
        return self.room, self.sender


def draft_message(
    *,
    room: int,
    sender: int,
    text: str,
    client_id: str | None = None,
    reply_to: int | None = None,
) -> Draft:
    """Return a draft of `text`. Raises `ChatError` as `check_text` does."""
    check_text(text)
    return Draft(room, sender, text, sha256(text.encode()).digest(), client_id, reply_to)


def check_text(text: str) -> None:
    """Raise `ChatError` (`empty_message`, `message_too_long`, `invalid_event`) for what is no text.

    It must hold for what was sent, and again for what filters made of it.
    """
    if not text.strip():
        raise ChatError(ErrorCode.EMPTY_MESSAGE, details={"field": "message"})
    if len(text) > settings.CHAT_TEXT_LIMIT:
        raise ChatError(
            ErrorCode.MESSAGE_TOO_LONG,
            details={"field": "message", "limit": settings.CHAT_TEXT_LIMIT},
        )
    if "\0" in text or LONE_SURROGATE.search(text):
        # PostgreSQL stores neither; SQLite would store NUL.
        raise ChatError(ErrorCode.INVALID_EVENT, details={"field": "message"})


def send_message(
    *,
    room: int,
    sender: User,
    text: str,
    client_id: str | None = None,
    reply_to: int | None = None,
) -> Message:
    """Store and announce one message in the room (its key), or return the one already stored
    under this `client_id`. Raises `ChatError`."""
    draft = draft_message(
        room=room, sender=sender.pk, text=text, client_id=client_id, reply_to=reply_to
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
        if admission.slowed:
            Membership.objects.bulk_update(admission.slowed, ["spoke_at"])
        for message in admission.fresh:
            writes[message.room_id].tell_message(message)
    STORED.inc(len(admission.fresh))
    return sent


class Admission:
    """Who may say what in this batch, decided under the rooms' locks with three queries in all."""

    def __init__(self, writes: dict[int, RoomWrite], drafts: Sequence[Draft]) -> None:
        self.writes = writes
        self.now = timezone.now()
        self.fresh: list[Message] = []
        self.slowed: list[Membership] = []
        self.members = {
            (member.room_id, member.user_id): member
            for member in Membership.objects.filter(
                room__in=writes,
                user__in={draft.sender for draft in drafts},
                user__is_active=True,
            ).select_related("user")
        }
        self.known = self._already_stored(drafts)
        self.originals = self._answered(drafts)

    def _already_stored(
        self, drafts: Sequence[Draft]
    ) -> dict[tuple[int, int, str | None], Message]:
        ids = {draft.client_id for draft in drafts if draft.client_id}
        if not ids:
            return {}
        senders = {draft.sender for draft in drafts}
        return {
            (message.room_id, message.sender_id, message.client_id): message
            for message in Message.objects.filter(
                room__in=self.writes, sender__in=senders, client_id__in=ids
            )
        }

    def _answered(self, drafts: Sequence[Draft]) -> set[tuple[int, int]]:
        originals = {draft.reply_to for draft in drafts if draft.reply_to}
        if not originals:
            return set()
        return set(Message.objects.filter(pk__in=originals).values_list("pk", "room_id"))

    def admit(self, draft: Draft) -> Sent:
        """Return the message of `draft`, new or already stored, or why there is none."""
        try:
            write = self._writable(draft)
            return self._retried(draft, write) or self._new(draft, write)
        except ChatError as error:
            return error

    def _writable(self, draft: Draft) -> RoomWrite:
        write = self.writes.get(draft.room)
        if write is None:
            raise ChatError(ErrorCode.ROOM_NOT_FOUND)
        if draft.seat not in self.members:
            raise queries.stranger(write.room)
        return write

    def _retried(self, draft: Draft, write: RoomWrite) -> Message | None:
        message = self.known.get(draft.identity) if draft.client_id else None
        if message is None:
            return None
        if bytes(message.text_hash) != draft.sent_hash:
            raise ChatError(ErrorCode.CONFLICT, details={"field": "client_id"})
        write.tell_head()
        return message

    def _new(self, draft: Draft, write: RoomWrite) -> Message:
        write.require_open()
        check_text(draft.text)
        if draft.reply_to and (draft.reply_to, draft.room) not in self.originals:
            raise ChatError(ErrorCode.INVALID_EVENT, details={"field": "reply_to"})
        member = self.members[draft.seat]
        require_voice(member, now=self.now)
        self._slow_down(member, write)
        number = write.take_number()
        message = Message(
            room=write.room,
            sequence=number,
            changed_sequence=number,
            text_changed_sequence=number,
            sender=member.user,
            kind=MessageKind.TEXT,
            text=draft.text,
            text_hash=draft.sent_hash,
            client_id=draft.client_id,
            reply_to_id=draft.reply_to,
            created_at=self.now,
        )
        self.fresh.append(message)
        self.known[draft.identity] = message
        return message

    def _slow_down(self, member: Membership, write: RoomWrite) -> None:
        """Let a member of a slow room speak only so often, also within one batch."""
        pause = timedelta(seconds=write.room.slow_mode)
        if not pause or member.may_moderate:
            return
        if member.spoke_at is not None and member.spoke_at + pause > self.now:
            wait = seconds(member.spoke_at + pause - self.now)
            raise ChatError(ErrorCode.RATE_LIMITED, retry_after=wait)
        member.spoke_at = self.now
        self.slowed.append(member)


def require_voice(member: Membership, *, now: datetime) -> None:
    """Raise `ChatError` (`not_allowed`, with `retry_after`) while the member is muted."""
    if member.muted_until is not None and member.muted_until > now:
        wait = seconds(member.muted_until - now)
        raise ChatError(ErrorCode.NOT_ALLOWED, "You are muted here for now.", retry_after=wait)


def seconds(wait: timedelta) -> float:
    """In tenths, rounded up: whoever waits so long is not too early."""
    return ceil(wait.total_seconds() * 10) / 10


def edit_message(
    *, room: int, user: User, message_id: int, text: str, base_sequence: int | None = None
) -> Message:
    """Give one's own message another text. The same text again changes nothing.

    Raises `ChatError`: `conflict` if the text last changed at another number than `base_sequence`.
    """
    check_text(text)
    kept = filtered_sync(text, FilterContext(sender=user.pk, room=room))
    check_text(kept)
    with changing_room(room) as write:
        require_voice(write.membership_of(user.pk), now=timezone.now())
        write.require_open()
        message = _message_to_change(write, message_id)
        if message.sender_id != user.pk or message.kind != MessageKind.TEXT:
            raise ChatError(ErrorCode.NOT_ALLOWED)
        if message.deleted_at is not None:
            raise ChatError(ErrorCode.CONFLICT)
        if base_sequence is not None and base_sequence != message.text_changed_sequence:
            raise ChatError(ErrorCode.CONFLICT, details={"field": "base_sequence"})
        if message.text == kept:
            return message
        number = write.take_number()
        message.changed_sequence = message.text_changed_sequence = number
        message.text = kept
        message.edited_at = timezone.now()
        message.save(
            update_fields=["text", "edited_at", "changed_sequence", "text_changed_sequence"]
        )
        write.tell_message(message)
        return message


def delete_message(*, room: int, user: User, message_id: int, reason: str = "") -> Message:
    """Leave a tombstone in place of a message: the sender's right, and the moderators', who give
    a reason for the log."""
    with changing_room(room) as write:
        power = _power_of_member(write, user)
        return _delete(write, by=user, power=power, message_id=message_id, reason=reason)


def delete_messages(
    *, room: int, by: User, message_ids: Collection[int], reason: str
) -> dict[int, ChatError]:
    """Delete some messages of one room together; return which were refused, and why.

    The room waits meanwhile: a hundred at a time are a good number.
    """
    refused: dict[int, ChatError] = {}
    with changing_room(room) as write:
        power = _power_of_member(write, by)
        for message_id in message_ids:
            try:
                _delete(write, by=by, power=power, message_id=message_id, reason=reason)
            except ChatError as error:
                refused[message_id] = error
    return refused


def _power_of_member(write: RoomWrite, by: User) -> Power:
    power = acting_power(write, by)
    if power is Power.STRANGER:
        raise queries.stranger(write.room)
    return power


def _delete(write: RoomWrite, *, by: User, power: Power, message_id: int, reason: str) -> Message:
    """Refuse before anything is changed: others of the same batch are kept."""
    message = _message_to_change(write, message_id)
    if message.kind != MessageKind.TEXT:
        raise ChatError(ErrorCode.NOT_ALLOWED)
    if message.sender_id == by.pk:
        write.require_open()
    elif power < Power.MODERATOR:
        raise ChatError(ErrorCode.NOT_ALLOWED)
    if message.deleted_at is not None:
        return message
    if message.sender_id != by.pk:
        log(
            ModerationAct.DELETE_MESSAGE,
            actor=by,
            room=write.room,
            subject=message.sender,
            message=message,
            reason=reason,
        )
    message.changed_sequence = write.take_number()
    message.text = ""
    message.deleted_at = timezone.now()
    message.deleted_by = by
    message.save(update_fields=["text", "deleted_at", "deleted_by", "changed_sequence"])
    write.tell_message(message)
    return message


def _message_to_change(write: RoomWrite, message_id: int) -> Message:
    message = Message.objects.with_people().filter(room=write.room, pk=message_id).first()
    if message is None or message.sequence < write.head.floor:
        raise ChatError(ErrorCode.INVALID_EVENT, details={"field": "message_id"})
    return message
