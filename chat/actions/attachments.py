"""Put a file into a room before it is sent, take it away again, and send files by a form."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from io import BytesIO
from typing import IO, TYPE_CHECKING, Any

from django.conf import settings
from django.core.files import File
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from accounts.models import User
from chat import queries
from chat.errors import ChatError, ErrorCode
from chat.files.names import clean_name, extension_of
from chat.files.pictures import NotAPicture, TooManyPixels, remake
from chat.files.storage import (
    PREVIEW_END,
    attachment_storage,
    new_path,
    paths_before,
    remove,
)
from chat.files.types import FileType, file_type
from chat.models import Attachment, AttachmentKind, Message

from .attached import too_many_files
from .messages import send_message
from .messages.drafts import sent_hash
from .messages.voice import require_voice
from .pace import require_pace

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

REMOVED_TOGETHER = 500  # rows
NOT_WHAT_IT_SAYS = "This file is not what its name says."
TOO_MANY_PIXELS = "This picture has too many pixels."
TOO_MUCH_UNSENT = "You have uploaded too much that is not sent yet."


def attach_file(*, room: int, by: User, name: str, source: IO[bytes], size: int) -> Attachment:
    """Keep a file of `size` bytes in the room (its key) until its uploader sends it.

    `name` is the uploader's, and shown cleaned. Raises `ChatError`: as for writing in the room,
    and `file_too_large`, `unsupported_file`, `rate_limited`; `not_allowed` with too much unsent.
    """
    _require_writer(room, by)
    require_pace("uploads", by, a_minute=settings.CHAT_UPLOADS_PER_MINUTE)
    if size > settings.CHAT_FILE_SIZE:
        raise _too_large(settings.CHAT_FILE_SIZE)
    shown = clean_name(name)
    kind = file_type(extension_of(shown), allowed=settings.CHAT_FILE_TYPES)
    if kind is None:
        raise ChatError(ErrorCode.UNSUPPORTED_FILE)
    if not kind.fits(source):
        raise ChatError(ErrorCode.UNSUPPORTED_FILE, NOT_WHAT_IT_SAYS)
    _require_quota(by, more=size)
    attachment = Attachment(room_id=room, uploader=by, name=shown, type=kind.mime)
    return _store(attachment, kind, source, size)


def _require_writer(room: int, by: User) -> None:
    member, head = queries.member(room=room, user=by)
    if head.room.closed_at is not None:
        raise ChatError(ErrorCode.ROOM_CLOSED)
    require_voice(member, now=timezone.now())


def _require_quota(by: User, *, more: int) -> None:
    waiting = Attachment.objects.filter(uploader=by, message=None).aggregate(all=Sum("size"))
    if (waiting["all"] or 0) + more > settings.CHAT_UNSENT_BYTES:
        raise ChatError(ErrorCode.NOT_ALLOWED, TOO_MUCH_UNSENT)


def _too_large(limit: int, words: str = "") -> ChatError:
    return ChatError(ErrorCode.FILE_TOO_LARGE, words, details={"limit": limit})


def _store(attachment: Attachment, kind: FileType, source: IO[bytes], size: int) -> Attachment:
    preview = b""
    attachment.kind = AttachmentKind.PICTURE if kind.is_picture else AttachmentKind.FILE
    if kind.is_picture:
        try:
            picture = remake(source, mime=kind.mime, pixels=settings.CHAT_PICTURE_PIXELS)
        except TooManyPixels:
            raise _too_large(settings.CHAT_PICTURE_PIXELS, TOO_MANY_PIXELS) from None
        except NotAPicture:
            raise ChatError(ErrorCode.UNSUPPORTED_FILE, NOT_WHAT_IT_SAYS) from None
        source, size, preview = BytesIO(picture.content), len(picture.content), picture.preview
        attachment.width, attachment.height = picture.width, picture.height
    attachment.size, attachment.has_preview = size, bool(preview)
    storage = attachment_storage()
    attachment.file.name = storage.save(new_path(), File(source))
    try:
        if preview:
            storage.save(attachment.preview_path, File(BytesIO(preview)))
        with transaction.atomic():
            # Two uploads at once wait for each other here, so that the sum is right.
            User.objects.select_for_update(no_key=True).get(pk=attachment.uploader_id)
            _require_quota(attachment.uploader, more=size)
            attachment.save()
    except BaseException:
        remove(attachment.path)
        raise
    return attachment


def discard_file(*, room: int, by: User, attachment: int) -> None:
    """Remove a file of one's own (its id) that was not sent.

    Raises `ChatError`: as for reading the room, and `invalid_event` where there is no such file.
    """
    queries.member(room=room, user=by)
    with transaction.atomic():
        if not _remove_unsent(room_id=room, uploader=by, pk=attachment):
            raise ChatError(ErrorCode.INVALID_EVENT, details={"field": "attachment_id"})


def _remove_unsent(**which: object) -> int:
    """Whoever sends one of them at this moment has it: that row is waited for, and looked at."""
    waiting = Attachment.objects.filter(message=None, **which).order_by("pk")
    keys = [file.pk for file in waiting.select_for_update()[:REMOVED_TOGETHER]]
    Attachment.objects.filter(pk__in=keys).delete()
    return len(keys)


def send_with_files(
    *, room: int, sender: User, text: str, client_id: str, files: Sequence[UploadedFile[Any]]
) -> Message:
    """Send a message with files that come together with it; all of it, or nothing.

    Sent again it is harmless: then the files are not even looked at. Raises `ChatError`.
    """
    if found := _sent_before(room, sender, text, client_id):
        return found
    if len(files) > settings.CHAT_FILES_PER_MESSAGE:
        raise too_many_files()
    kept: list[Attachment] = []
    try:
        for file in files:
            size, name = file.size or 0, file.name or ""
            kept.append(attach_file(room=room, by=sender, name=name, source=file, size=size))
        ids = [each.pk for each in kept]
        return send_message(
            room=room, sender=sender, text=text, client_id=client_id, attachments=ids
        )
    except BaseException:
        with transaction.atomic():
            _remove_unsent(pk__in=[each.pk for each in kept])
        raise


def _sent_before(room: int, sender: User, text: str, client_id: str) -> Message | None:
    """What this form was already sent as. Raises `ChatError` (`conflict`) for another text."""
    message = (
        Message.objects.as_shown().filter(room=room, sender=sender, client_id=client_id).first()
    )
    if message is None:
        return None
    ids = [file.pk for file in message.shown_attachments]
    if message.deleted_at is None and bytes(message.text_hash) != sent_hash(text, ids):
        raise ChatError(ErrorCode.CONFLICT, details={"field": "client_id"})
    return message


def prune_attachments() -> tuple[int, int]:
    """Remove files that nobody sent in time, and contents that no row knows any more.

    Returns how many of each. The second are what a crash left between the one and the other.
    """
    before = timezone.now() - timedelta(seconds=settings.CHAT_UNSENT_AGE)
    unsent = 0
    while True:
        with transaction.atomic():
            gone = _remove_unsent(created_at__lt=before)
        unsent += gone
        if gone < REMOVED_TOGETHER:
            break
    strays = 0
    for paths in paths_before(before):
        strays += _remove_strays(paths)
    return unsent, strays


def _remove_strays(paths: Sequence[str]) -> int:
    owners = {path.removesuffix(PREVIEW_END) for path in paths}
    known = Attachment.objects.filter(file__in=owners).values_list("file", flat=True)
    strays = owners.difference(known)
    for path in strays:
        remove(path)
    return len(strays)
