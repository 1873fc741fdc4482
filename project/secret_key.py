"""The secret key of a development copy."""

import os
import secrets
from pathlib import Path


def development_key(path: Path) -> str:
    """Return the key kept at `path`, made on first use and readable by its owner only.

    Processes that start together agree: a key becomes visible whole, and the first one stays.
    """
    if not path.exists():
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(64))
        try:
            path.hardlink_to(draft)
        except FileExistsError:
            pass  # another process was first: its key counts
        finally:
            draft.unlink()
    return path.read_text().strip()
