"""Give one's own message another text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from chat.actions import mentions
from chat.actions.changing import changing_room
from chat.errors import ChatError, ErrorCode
from chat.filters import FilterContext, filtered_sync
from chat.models import Message, MessageVersion
from chat.shapes import in_one_line

from .drafts import check_text
from .voice import living_text, require_writer

if TYPE_CHECKING:
    from accounts.models import User


def edit_message(
    *, room: int, user: User, message_id: int, text: str, base_sequence: int | None = None
) -> Message:
    """Give one's own message another text. The same text again changes nothing; the earlier one
    is kept for the room's moderators.

    Raises `ChatError`: `conflict` if the text last changed at another number than `base_sequence`.
    """
    check_text(text, may_be_empty=True)
    kept = filtered_sync(text, FilterContext(sender=user.pk, room=room))
    check_text(kept, may_be_empty=True)
    with changing_room(room) as write:
        require_writer(write, user)
        message = living_text(write, message_id, of=user)
        if base_sequence is not None and base_sequence != message.text_changed_sequence:
            changed = "This text was changed meanwhile."
            raise ChatError(ErrorCode.CONFLICT, changed, details={"field": "base_sequence"})
        if not kept.strip():
            check_text(kept, may_be_empty=message.attachments.exists())
        if message.text == kept:
            return message
        MessageVersion.objects.create(
            message=message,
            sequence=message.text_changed_sequence,
            text=message.text,
            written_at=message.edited_at or message.created_at,
        )
        before = message.text
        quoted_otherwise = in_one_line(kept) != in_one_line(before)
        message.changed_sequence = message.text_changed_sequence = write.take_number()
        message.text = kept
        message.edited_at = timezone.now()
        message.save(
            update_fields=["text", "edited_at", "changed_sequence", "text_changed_sequence"]
        )
        mentions.renew(message, before=before)
        replies = write.renumber_replies([message]) if quoted_otherwise else []
        write.tell_changed([message, *replies])
        return message
