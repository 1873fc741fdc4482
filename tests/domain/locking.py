"""Rows that another connection holds for longer than this one waits. On PostgreSQL alone."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from django.db import connection


@contextmanager
def held_elsewhere(lock: str, key: int) -> Iterator[None]:
    """Let another connection hold what the query `lock` locks of the row `key`."""
    other: Any = connection.copy("other")
    try:
        with impatient(), other.cursor() as theirs:
            theirs.execute("BEGIN")
            theirs.execute(lock, [key])
            yield
    finally:
        other.close()
        other.close_pool()


def head_held_elsewhere(room: int) -> AbstractContextManager[None]:
    """Let another connection change the room (its key)."""
    return held_elsewhere("SELECT 1 FROM chat_roomhead WHERE room_id = %s FOR UPDATE", room)


@contextmanager
def impatient() -> Iterator[None]:
    """Wait for locks for a moment only; then again for as long as everybody: connections go back
    into the pool as they are, and any thread of a later test may get this one."""
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '50ms'")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")
        connection.close()
