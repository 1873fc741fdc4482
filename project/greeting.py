"""What a server says of itself when it begins: enough to know it by, no secrets."""

import logging
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection

from project import __version__

logger = logging.getLogger(__name__)


def log(address: str, *, workers: int | None) -> None:
    """Log one line; `workers` is None where one process does everything itself."""
    processes = "one process" if workers is None else f"workers: {workers}"
    database = connection.display_name
    logger.info("Parley %s, %s, %s, %s, at %s", __version__, processes, database, redis(), address)


def how_to_try(address: str) -> str:
    """Tell a newcomer, in the terminal, what to do with the demo at `address`."""
    # Here, since `runserver` is loaded before the models can be.
    from chat.demo.team import ADMIN, PASSWORD, PEOPLE

    first, second, *others = PEOPLE
    return f"""
Parley is at {address}

  1. Open it, and log in as {first}. The password of everybody here is {PASSWORD}
  2. Open a second browser, or a private window, and log in there as {second}.
  3. Open the room "releases" in both, and talk.

  {", ".join(others)} is there too, and {ADMIN}, who also gets into {address}/admin/
  Who makes an account of their own gets a mail with a link: it is printed
  here, and kept in {_from_here(settings.MAIL_FOLDER)}.
  Ctrl-C stops Parley. What was said is kept, and is there after the next "make run".
"""


def _from_here(folder: Path) -> str:
    here = Path.cwd()
    return str(folder.relative_to(here) if folder.is_relative_to(here) else folder)


def redis() -> str:
    """Where Redis is, without what one needs to get in."""
    if settings.EMBEDDED_VALKEY:
        return "embedded Valkey"
    parts = urlsplit(settings.REDIS_URL)
    if parts.scheme == "unix":
        return f"Redis at {parts.path}"
    return f"Redis at {parts.hostname}:{parts.port or 6379}"
