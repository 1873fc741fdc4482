"""Who is here: a person's first session in a room, and the last. The leases are in Redis.

Presence is a hint for people, never a condition: without Redis it is unknown, and nothing waits.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Coroutine, Mapping
from contextlib import suppress
from typing import Any, Protocol, TypeVar

from django.conf import settings
from redis.asyncio import Redis
from redis.exceptions import RedisError

from . import fanout
from .bus_items import Arrived, Departed
from .live_room import LiveRoom
from .people_here import person_key
from .presence_news import PresenceNews
from .presence_store import Moved, PresenceStore

logger = logging.getLogger(__name__)

T = TypeVar("T")

# After a failure Redis is left alone for this long (seconds), so that joins do not wait for it.
LEFT_ALONE = 2.0


class Visitor(Protocol):
    """What presence needs of a session."""

    @property
    def id(self) -> str: ...
    @property
    def user_id(self) -> int: ...
    @property
    def username(self) -> str: ...


class Presence:
    """Keeps the leases of this process's sessions, and tells its rooms who came and went."""

    def __init__(self, rooms: Mapping[int, LiveRoom]) -> None:
        self._rooms = rooms
        self._client = Redis.from_url(
            settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2
        )
        self._store = PresenceStore(self._client)
        # Person by session, by room key: what the renewal leases again.
        self._seats: dict[int, dict[str, str]] = defaultdict(dict)
        self._news = PresenceNews()
        self._away_until = 0.0
        self._leaving: set[asyncio.Task[None]] = set()

    # Coming and going

    async def prepare(self, room: LiveRoom) -> None:
        """Learn who is in the room, where this process does not know yet."""
        if not room.people.known:
            people = await self._ask(self._store.people(room.key))
            if people is not None:
                room.people.compare(people)

    async def enter(self, room: LiveRoom, visitor: Visitor) -> None:
        """Lease the visitor's place; if it is the person's first, everybody hears it."""
        person = person_key(visitor.user_id, visitor.username)
        self._seats[room.key][visitor.id] = person
        lease = settings.CHAT_PRESENCE_LEASE
        moved = await self._ask(self._store.enter(room.key, [(person, visitor.id)], lease=lease))
        if moved is None:
            room.people.forget()
        elif moved.people:
            fanout.broadcast(Arrived(room.key, person))

    def leave(self, room: LiveRoom, visitor: Visitor, *, grace: float = 0.0, reason: str) -> None:
        """Give the place back, after `grace` s in which a reload may come back unnoticed."""
        person = self._seats[room.key].pop(visitor.id, None)
        if not self._seats[room.key]:
            del self._seats[room.key]
        if person is not None:
            task = asyncio.create_task(self._leave(room.key, person, visitor.id, grace, reason))
            self._leaving.add(task)
            task.add_done_callback(self._leaving.discard)

    async def _leave(self, room: int, person: str, session: str, grace: float, reason: str) -> None:
        await asyncio.sleep(grace)
        moved = await self._ask(self._store.leave(room, person, session))
        if moved is not None:
            self._announce_gone(room, moved, reason=reason)

    def _announce_gone(self, room: int, moved: Moved, *, reason: str) -> None:
        fanout.broadcast(*(Departed(room, person, reason) for person in moved.people))

    # Hearing of it

    def hear(self, news: Arrived | Departed) -> None:
        """Take in what this or another process announced, and tell the room's listeners."""
        room = self._rooms.get(news.room)
        if room is None:
            return
        if isinstance(news, Arrived):
            if room.people.came(news.person):
                self._news.came(room, news.person)
        elif room.people.went(news.person):
            self._news.went(room, news.person, reason=news.reason)

    # Keeping it true

    async def run(self) -> None:
        """Sweep and renew until cancelled."""
        loop = asyncio.get_running_loop()
        renewed_at = loop.time()
        while True:
            await asyncio.sleep(settings.CHAT_PRESENCE_SWEEP)
            due = loop.time() - renewed_at >= settings.CHAT_PRESENCE_RENEW
            if due:
                renewed_at = loop.time()
            for room in list(self._rooms.values()):
                if due:
                    await self._renew(room)
                await self._sweep(room)

    async def _renew(self, room: LiveRoom) -> None:
        """Lease all places again, in full: what was lost is back after one renewal."""
        seats = [(person, session) for session, person in self._seats.get(room.key, {}).items()]
        lease = settings.CHAT_PRESENCE_LEASE
        if seats and await self._ask(self._store.enter(room.key, seats, lease=lease)) is None:
            room.people.forget()
            return
        people = await self._ask(self._store.people(room.key))
        if people is None:
            room.people.forget()
            return
        told_before = room.people.known
        new, gone = room.people.compare(people)
        if told_before:
            for person in new:
                self._news.came(room, person)
            for person in gone:
                self._news.went(room, person, reason="lost")

    async def _sweep(self, room: LiveRoom) -> None:
        moved = await self._ask(self._store.sweep(room.key))
        if moved is not None:
            self._announce_gone(room.key, moved, reason="lost")

    async def stop(self) -> None:
        """Let the leases end soon: who comes back to another process has not left at all."""
        for room, seats in list(self._seats.items()):
            pairs = [(person, session) for session, person in seats.items()]
            short = settings.CHAT_PRESENCE_GRACE + LEFT_ALONE
            await self._ask(self._store.enter(room, pairs, lease=short))
        for task in list(self._leaving):
            task.cancel()
        await asyncio.gather(*self._leaving, return_exceptions=True)
        with suppress(RedisError, OSError):
            await self._client.aclose()

    async def _ask(self, question: Coroutine[Any, Any, T]) -> T | None:
        """The answer of Redis, or None while it has none."""
        loop = asyncio.get_running_loop()
        if loop.time() < self._away_until:
            question.close()
            return None
        try:
            return await question
        except (RedisError, OSError, TimeoutError) as error:
            logger.warning("Presence is unknown for now: %r", error)
            self._away_until = loop.time() + LEFT_ALONE
            return None
