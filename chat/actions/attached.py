"""The files of messages, from the sending to the end. All under the lock of the room's head."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.conf import settings

from chat.errors import ChatError, ErrorCode
from chat.models import Attachment, Message


def check_ids(attachments: Sequence[int]) -> None:
    """Raise `ChatError` (`invalid_event`) for too many files, and for one that is named twice."""
    if len(attachments) > settings.CHAT_FILES_PER_MESSAGE:
        raise too_many_files()
    if len(set(attachments)) < len(attachments):
        raise _not_to_send()


def too_many_files() -> ChatError:
    return ChatError(
        ErrorCode.INVALID_EVENT,
        "Too many files for one message.",
        details={"field": "attachments", "limit": settings.CHAT_FILES_PER_MESSAGE},
    )


def unsent(keys: Iterable[int]) -> dict[int, Attachment]:
    """Those of `keys` that were not sent yet; none of them can be removed until the commit."""
    wanted = set(keys)
    if not wanted:
        return {}
    found = Attachment.objects.filter(pk__in=wanted, message=None).order_by("pk")
    return {file.pk: file for file in found.select_for_update()}


def take(
    files: dict[int, Attachment], keys: Sequence[int], *, room: int, sender: int
) -> list[Attachment]:
    """Take the sender's own files out of `files`, in the order of `keys`.

    What is another's, of another room or sent already is like what does not exist.
    """
    for key in keys:
        file = files.get(key)
        if file is None or (file.room_id, file.uploader_id) != (room, sender):
            raise _not_to_send()
    return [files.pop(key) for key in keys]


def _not_to_send() -> ChatError:
    return ChatError(ErrorCode.INVALID_EVENT, details={"field": "attachments"})


def link(messages: Iterable[Message]) -> None:
    """Give the files that these new messages hold to them."""
    files = []
    for message in messages:
        for place, file in enumerate(message.shown_attachments):
            file.message, file.place = message, place
            files.append(file)
    if files:
        Attachment.objects.bulk_update(files, ["message", "place"])
