"""Where the contents of attachments are: not below the static files, and served by us alone."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.core.files.storage import Storage, storages

if TYPE_CHECKING:
    from datetime import datetime

PREVIEW_END = "-preview"


def attachment_storage() -> Storage:
    return storages["attachments"]


def new_path() -> str:
    """Nothing of the person's name for a file reaches the disk, and nobody guesses a path."""
    name = secrets.token_hex(20)
    return f"{name[:2]}/{name[2:]}"


def preview_of(path: str) -> str:
    """Where the small picture of what is at `path` would be."""
    return f"{path}{PREVIEW_END}"


def remove(path: str) -> None:
    """Remove what is at `path`, with its preview; nothing there is fine."""
    storage = attachment_storage()
    storage.delete(path)
    storage.delete(preview_of(path))


def paths_before(moment: datetime) -> Iterator[list[str]]:
    """The paths of all files last written before `moment`, folder by folder."""
    storage = attachment_storage()
    try:
        folders, _ = storage.listdir("")
    except FileNotFoundError:
        return  # nothing was ever attached
    for folder in sorted(folders):
        _, names = storage.listdir(folder)
        paths = [f"{folder}/{name}" for name in names]
        yield [path for path in paths if _is_older(storage, path, moment)]


def _is_older(storage: Storage, path: str, moment: datetime) -> bool:
    try:
        return storage.get_modified_time(path) < moment
    except FileNotFoundError:
        return False  # removed meanwhile
