"""What a server says of itself when it begins: enough to know it by, no secrets."""

import logging
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


def redis() -> str:
    """Where Redis is, without what one needs to get in."""
    if settings.EMBEDDED_VALKEY:
        return "embedded Valkey"
    parts = urlsplit(settings.REDIS_URL)
    if parts.scheme == "unix":
        return f"Redis at {parts.path}"
    return f"Redis at {parts.hostname}:{parts.port or 6379}"
