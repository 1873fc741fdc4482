"""The seats of this process's sessions, leased in Redis.

Whoever takes a person's first seat in a place, or gives up the last, learns it from Redis and tells
every hub, this one too. While Redis does not answer, nothing waits for it.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import NamedTuple, Protocol, TypeVar

from django.conf import settings
from redis.asyncio import Redis
from redis.exceptions import RedisError

from . import fanout, tasks
from .bus_items import Arrived, Departed
from .people_here import person_key
from .presence_store import Moved, PresenceStore

logger = logging.getLogger(__name__)

T = TypeVar("T")
Seats = list[tuple[str, str]]  # person and session

# Questions under way at once. Those of one place share a lane: they reach Redis in their order.
LANES = 16
# Seconds in which who was closed by a server that restarts may come back unnoticed.
COMES_BACK_WITHIN = 5.0
# Seconds for Redis to answer, or it is away.
ANSWER_PATIENCE = 2.0
STOP_PATIENCE = 1.0


class Visitor(Protocol):
    """What this needs of a session."""

    @property
    def id(self) -> str: ...
    @property
    def user_id(self) -> int: ...
    @property
    def username(self) -> str: ...


class Seat(NamedTuple):
    """Where a session is (the place's key); `person` is "id:username"."""

    place: int
    person: str
    session: str


class Leases:
    """Keeps the leases of this process. A place is meant by its key.

    `missed` is called when Redis stops answering. Until `is_back` finds that it does again, nobody
    else asks it.
    """

    def __init__(self, *, missed: Callable[[], None]) -> None:
        self._client = Redis.from_url(
            settings.REDIS_URL,
            socket_timeout=ANSWER_PATIENCE,
            socket_connect_timeout=ANSWER_PATIENCE,
        )
        self._store = PresenceStore(self._client)
        self._lanes = [asyncio.Lock() for _ in range(LANES)]
        self._missed = missed
        self.away = False
        # Person by session, by place: what the renewal leases again.
        self._seats: dict[int, dict[str, str]] = defaultdict(dict)
        self._leaving: dict[asyncio.Task[None], Seat] = {}
        self._draining = False

    # Coming and going

    async def enter(self, place: int, visitor: Visitor) -> None:
        """Lease the visitor a seat; if it is the person's first there, everybody hears it."""
        person = person_key(visitor.user_id, visitor.username)
        self._seats[place][visitor.id] = person
        self._announce_come(place, await self._lease(place, lambda: [(person, visitor.id)]))

    def leave(self, place: int, visitor: Visitor, *, grace: float = 0.0, reason: str) -> None:
        """Give the seat back, after `grace` s in which a reload may come back unnoticed."""
        person = self._seats[place].pop(visitor.id, None)
        if not self._seats[place]:
            del self._seats[place]
        if person is not None:
            seat = Seat(place, person, visitor.id)
            leaving = self._expire(seat) if self._draining else self._leave(seat, grace, reason)
            task = asyncio.create_task(leaving)
            self._leaving[task] = seat
            task.add_done_callback(self._leaving.pop)

    async def _leave(self, seat: Seat, grace: float, reason: str) -> None:
        await asyncio.sleep(grace)
        moved = await self._ask(seat.place, lambda: self._store.leave(*seat))
        self._announce_gone(seat.place, moved, reason=reason)

    async def _expire(self, seat: Seat) -> None:
        lease = COMES_BACK_WITHIN
        await self._lease(seat.place, lambda: [(seat.person, seat.session)], lease=lease)

    async def _lease(
        self, place: int, seats: Callable[[], Seats], *, lease: float | None = None
    ) -> Moved | None:
        lease = settings.CHAT_PRESENCE_LEASE if lease is None else lease
        return await self._ask(place, lambda: self._store.enter(place, seats(), lease=lease))

    def _announce_come(self, place: int, moved: Moved | None) -> None:
        if moved is not None and moved.people:
            fanout.broadcast(*(Arrived(place, person) for person in moved.people))

    def _announce_gone(self, place: int, moved: Moved | None, *, reason: str) -> None:
        if moved is not None and moved.people:
            fanout.broadcast(*(Departed(place, person, reason) for person in moved.people))

    # Keeping it true

    async def renew(self, place: int) -> None:
        """Lease all seats again, in full: what was lost is back after one renewal."""
        if place in self._seats:
            self._announce_come(place, await self._lease(place, lambda: self._seats_in(place)))

    def _seats_in(self, place: int) -> Seats:
        """Read in the place's own lane: who has left by then is not brought back."""
        return [(person, session) for session, person in self._seats.get(place, {}).items()]

    async def sweep(self, place: int) -> None:
        """Drop leases that have ended, of whatever process."""
        while moved := await self._ask(place, lambda: self._store.sweep(place)):
            self._announce_gone(place, moved, reason="lost")
            if not moved.people:
                break

    async def people(self, place: int) -> list[str] | None:
        """Everybody ("id:username") with a lease, in no order; None while that is unknown."""
        return await self._ask(place, lambda: self._store.people(place))

    # The end

    def drain(self) -> None:
        """From now on who is closed here has a moment to come back elsewhere unnoticed."""
        self._draining = True

    async def stop(self) -> None:
        """Let all leases of this process end soon."""
        seats = [*self._leaving.values()]
        await tasks.end(self._leaving)
        for place in self._seats:
            seats += [Seat(place, *seat) for seat in self._seats_in(place)]
        with suppress(TimeoutError):
            async with asyncio.timeout(STOP_PATIENCE):
                await asyncio.gather(*map(self._expire, seats))
        with suppress(RedisError, OSError):
            await self._client.aclose()

    # Redis

    async def _ask(self, place: int, question: Callable[[], Awaitable[T]]) -> T | None:
        """The answer of Redis, or None while it has none."""
        async with self._lanes[place % LANES]:
            if self.away:
                return None
            try:
                return await question()
            except (RedisError, OSError, TimeoutError) as error:
                self._miss(error)
                return None

    def _miss(self, error: Exception) -> None:
        if not self.away:
            logger.warning("Presence is unknown for now: %r", error)
        self.away = True
        self._missed()

    async def is_back(self) -> bool:
        """Whether Redis answers again. Ask while it is `away`."""
        try:
            await self._client.ping()
        except (RedisError, OSError, TimeoutError):
            return False
        logger.info("Presence is known again")
        self.away = False
        return True
