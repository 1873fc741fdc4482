"""Who may say what: decided for a whole batch, under the locks of its rooms."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, cast

from django.conf import settings
from django.db.models import Count
from django.utils import timezone

from chat import queries
from chat.actions.attached import take, unsent
from chat.actions.changing import RoomWrite
from chat.errors import ChatError, ErrorCode
from chat.models import Membership, Message, MessageKind

from .drafts import Draft, Sent, check_text
from .voice import require_voice, seconds

if TYPE_CHECKING:
    from typing import TypedDict

    from django_stubs_ext import WithAnnotations

    class Answers(TypedDict):
        answers: int

    AnsweredMessage = WithAnnotations[Message, Answers]


class Admission:
    """Who may say what in this batch, decided under the rooms' locks by a few queries in all."""

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
        self.files = unsent(key for draft in drafts for key in draft.attachments)

    def _already_stored(
        self, drafts: Sequence[Draft]
    ) -> dict[tuple[int, int, str | None], Message]:
        sent = {draft.identity for draft in drafts if draft.client_id}
        if not sent:
            return {}
        return {
            (message.room_id, message.sender_id, message.client_id): message
            for message in Message.objects.sent_as(sent)
        }

    def _answered(self, drafts: Sequence[Draft]) -> dict[int, AnsweredMessage]:
        """What can be answered, with what a quote shows, by id."""
        ids = {draft.reply_to for draft in drafts if draft.reply_to}
        if not ids:
            return {}
        found = (
            Message.objects.filter(pk__in=ids, room__in=self.writes, kind=MessageKind.TEXT)
            .select_related("sender")
            .annotate(answers=Count("replies"))
        )
        return {
            message.pk: message
            for message in cast("list[AnsweredMessage]", list(found))
            if message.sequence >= self.writes[message.room_id].head.floor
        }

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
        check_text(draft.text, may_be_empty=bool(draft.attachments))
        member = self.members[draft.seat]
        require_voice(member, now=self.now)
        original = self._original(draft)
        files = take(self.files, draft.attachments, room=draft.room, sender=draft.sender)
        self._slow_down(member, write)
        message = write.new_message(
            sender=member.user,
            kind=MessageKind.TEXT,
            text=draft.text,
            text_hash=draft.sent_hash,
            client_id=draft.client_id,
            reply_to=original,
            created_at=self.now,
        )
        message.shown_attachments = files
        self.fresh.append(message)
        self.known[draft.identity] = message
        return message

    def _original(self, draft: Draft) -> AnsweredMessage | None:
        """The message that is answered. How many may answer one is limited: each of them changes
        when it does."""
        if draft.reply_to is None:
            return None
        original = self.originals.get(draft.reply_to)
        if original is None or original.room_id != draft.room:
            raise ChatError(ErrorCode.INVALID_EVENT, details={"field": "reply_to"})
        if original.answers >= settings.CHAT_REPLIES_LIMIT:
            raise ChatError(
                ErrorCode.NOT_ALLOWED,
                "This message has as many replies as one can have.",
                details={"field": "reply_to", "limit": settings.CHAT_REPLIES_LIMIT},
            )
        original.answers += 1
        return original

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
