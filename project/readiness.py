"""Whether this process can do its work: asked by probes, answered in bounded time."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection, connections
from django.db.migrations.recorder import MigrationRecorder
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from chat import runtime

PATIENCE = 2.0  # seconds for database and Redis to answer


class Readiness:
    """Asks each part one question at a time, however many probes come."""

    def __init__(self) -> None:
        self._asking: asyncio.Future[bool] | None = None

    async def database(self) -> bool:
        """Whether the database answers, and holds our tables."""
        if self._asking is None or self._asking.done():
            self._asking = _in_daemon_thread(_database_answers)
        await asyncio.wait({self._asking}, timeout=PATIENCE)
        return self._asking.done() and self._asking.result()

    async def redis(self) -> bool:
        """Whether Redis answers, and this process hears the others over it."""
        parts = runtime.current()
        if parts is not None and parts.hub.bus.deaf:
            return False
        with suppress(RedisError, OSError, TimeoutError):
            async with asyncio.timeout(PATIENCE), _redis() as client:
                return bool(await client.ping())
        return False


def _redis() -> Redis:
    # Anew each time, without retries: what matters is whether others could connect now.
    patience = PATIENCE / 2
    return Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=patience,
        socket_connect_timeout=patience,
        retry=Retry(NoBackoff(), 0),
    )


def _database_answers() -> bool:
    try:
        return MigrationRecorder(connection).migration_qs.exists()
    except (DatabaseError, InterfaceError):
        return False
    finally:
        connections.close_all()


def _in_daemon_thread(question: Callable[[], bool]) -> asyncio.Future[bool]:
    """Ask in a thread that the end of the process need not wait for: the answer may never come."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[bool] = loop.create_future()

    def ask() -> None:
        said = False
        try:
            said = question()
        finally:
            with suppress(RuntimeError):  # the loop has ended meanwhile
                loop.call_soon_threadsafe(answer.set_result, said)

    threading.Thread(target=ask, name="readiness", daemon=True).start()
    return answer
