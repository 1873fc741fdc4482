"""The register of live sessions in Redis: who is connected, from where, since when, in which rooms.

Each process keeps its own sessions' entries under leases; the admin reads all of them.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from typing import Any

import msgspec
from django.conf import settings
from msgspec import Struct
from redis.asyncio import Redis
from redis.exceptions import RedisError

from . import fanout

logger = logging.getLogger(__name__)

FLUSH_INTERVAL = 1.0
STOP_PATIENCE = 1.0


class LiveSession(Struct, frozen=True, kw_only=True):
    """One connection. `login` is "browser" or "token"; `rooms` are slugs."""

    session_id: str
    user_id: int
    username: str
    login: str
    address: str
    agent: str
    since: datetime
    rooms: tuple[str, ...]


_decoder = msgspec.json.Decoder(LiveSession)


def _keys() -> tuple[str, str]:
    """The leases (a sorted set by when they end, in ms) and the entries (a hash)."""
    prefix = f"{settings.CHAT_BUS_PREFIX}:sessions"
    return f"{prefix}:leases", f"{prefix}:entries"


def live_sessions() -> list[LiveSession]:
    """Every live session, oldest first. Raises `RedisError` while Redis is away."""
    leases, entries = _keys()
    client = fanout.client()
    living: Any = client.zrangebyscore(leases, _in_ms(client.time()), "+inf")
    if not living:
        return []
    found = client.hmget(entries, living)
    return sorted(
        (_decoder.decode(entry) for entry in found if entry), key=lambda session: session.since
    )


def _in_ms(time: tuple[int, int]) -> int:
    """A time of Redis's clock, in seconds and microseconds."""
    seconds, microseconds = time
    return seconds * 1000 + microseconds // 1000


class Register:
    """This process's entries. Changes are written together, once a second."""

    def __init__(self) -> None:
        self._client = Redis.from_url(
            settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2
        )
        self._entries: dict[str, LiveSession] = {}
        self._changed: set[str] = set()
        self._gone: set[str] = set()

    def note(self, entry: LiveSession) -> None:
        """Add or replace an entry."""
        self._entries[entry.session_id] = entry
        self._changed.add(entry.session_id)

    def forget(self, session_id: str) -> None:
        if self._entries.pop(session_id, None) is not None:
            self._gone.add(session_id)

    async def run(self) -> None:
        """Write what changed, and now and then all leases, until cancelled."""
        loop = asyncio.get_running_loop()
        renewed_at = loop.time()
        while True:
            await asyncio.sleep(FLUSH_INTERVAL)
            if loop.time() - renewed_at >= settings.CHAT_PRESENCE_RENEW:
                renewed_at = loop.time()
                self._changed.update(self._entries)
            try:
                await self._flush()
            except (RedisError, OSError, TimeoutError):
                # The next renewal writes everything again.
                logger.debug("The register of live sessions cannot be written", exc_info=True)
            except Exception:
                logger.exception("The register of live sessions cannot be written")

    async def _flush(self) -> None:
        changed, self._changed = self._changed, set()
        gone, self._gone = self._gone, set()
        if changed or gone:
            await self._write(changed, gone, now=_in_ms(await self._client.time()))

    async def _write(self, changed: Iterable[str], gone: set[str], *, now: int) -> None:
        leases, entries = _keys()
        lease = int(settings.CHAT_PRESENCE_LEASE * 1000)
        async with self._client.pipeline(transaction=True) as pipe:
            expired: Any = await self._client.zrangebyscore(leases, "-inf", now)
            ended = [*gone, *expired]
            if ended:
                pipe.zrem(leases, *ended)
                pipe.hdel(entries, *ended)
            for session_id in changed:
                # Gone by now, it is taken out with the next flush.
                if entry := self._entries.get(session_id):
                    pipe.zadd(leases, {session_id: now + lease})
                    pipe.hset(entries, session_id, msgspec.json.encode(entry))
            pipe.pexpire(leases, lease * 2)
            pipe.pexpire(entries, lease * 2)
            await pipe.execute()

    async def stop(self) -> None:
        """Take this process's entries out."""
        self._gone.update(self._entries)
        self._entries.clear()
        with suppress(RedisError, OSError, TimeoutError):
            async with asyncio.timeout(STOP_PATIENCE):
                await self._flush()
        with suppress(RedisError, OSError):
            await self._client.aclose()
