"""Short words for putting files into rooms."""

from io import BytesIO
from pathlib import Path
from typing import Any

from accounts.models import User
from chat.actions.attachments import attach_file
from chat.files.storage import attachment_storage
from chat.models import Attachment, Room
from tests.drawing import picture


def attach(
    room: Room, by: User, name: str = "notes.txt", content: bytes = b"Milk, eggs.", **options: Any
) -> Attachment:
    arguments = {"source": BytesIO(content), "size": len(content), **options}
    return attach_file(room=room.pk, by=by, name=name, **arguments)


def attach_picture(room: Room, by: User, name: str = "cat.png") -> Attachment:
    return attach(room, by, name, picture("PNG", (800, 400)))


def on_disk(attachment: Attachment) -> list[bool]:
    """Whether the contents and the preview are there."""
    storage = attachment_storage()
    return [storage.exists(path) for path in (attachment.path, attachment.preview_path)]


def files_in(where: Path) -> list[Path]:
    return [path for path in where.rglob("*") if path.is_file()]
