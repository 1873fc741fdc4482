"""A text on its way into a room, and what no text may be."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from django.conf import settings

from chat.actions.attached import check_ids
from chat.errors import ChatError, ErrorCode
from chat.models import Message

# What becomes of a draft.
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
    attachments: tuple[int, ...] = ()

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
    attachments: Sequence[int] = (),
) -> Draft:
    """Return a draft of `text` with files (ids). Raises `ChatError` as `check_text` does."""
    check_text(text, may_be_empty=bool(attachments))
    check_ids(attachments)
    return Draft(
        room, sender, text, sent_hash(text, attachments), client_id, reply_to, tuple(attachments)
    )


def sent_hash(text: str, attachments: Iterable[int] = ()) -> bytes:
    """What a retry is compared by: the words, and the ids of the files that go with them."""
    ids = ",".join(map(str, attachments))
    return sha256((f"{text}\0{ids}" if ids else text).encode()).digest()  # no text holds a NUL


def check_text(text: str, *, may_be_empty: bool = False) -> None:
    """Raise `ChatError` (`empty_message`, `message_too_long`, `invalid_event`) for what is no text.

    It must hold for what was sent, and again for what filters made of it.
    """
    if not (text.strip() or may_be_empty):
        raise ChatError(ErrorCode.EMPTY_MESSAGE, details={"field": "message"})
    if len(text) > settings.CHAT_TEXT_LIMIT:
        raise ChatError(
            ErrorCode.MESSAGE_TOO_LONG,
            details={"field": "message", "limit": settings.CHAT_TEXT_LIMIT},
        )
    if "\0" in text or LONE_SURROGATE.search(text):
        # PostgreSQL stores neither; SQLite would store NUL.
        raise ChatError(ErrorCode.INVALID_EVENT, details={"field": "message"})
