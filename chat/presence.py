"""Who is here: a person's first session in a place, and the last. The leases are in Redis.

A place is a room, or the one that every session is in for as long as it lives.

Presence is a hint for people, never a condition: without Redis it is unknown, and nothing waits.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import NamedTuple, Protocol, TypeVar

from django.conf import settings
from redis.asyncio import Redis
from redis.exceptions import RedisError

from . import fanout, tasks
from .bus_items import Arrived, Departed
from .companions import EVERYWHERE, Companions
from .live_room import LiveRoom
from .people_here import person_key
from .presence_news import PresenceNews
from .presence_store import Moved, PresenceStore

logger = logging.getLogger(__name__)

T = TypeVar("T")
Place = LiveRoom | Companions
Seats = list[tuple[str, str]]  # person and session

# Questions under way at once. Those of one place share a lane: they reach Redis in their order.
LANES = 16
# Seconds in which who was closed by a server that restarts may come back unnoticed.
COMES_BACK_WITHIN = 5.0
STOP_PATIENCE = 1.0
LOOKS = 3


class Visitor(Protocol):
    """What presence needs of a session."""

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


class Presence:
    """Keeps the leases of this process's sessions, and tells its places who came and went."""

    def __init__(self, rooms: Mapping[int, LiveRoom], everywhere: Companions) -> None:
        self._rooms = rooms
        self._everywhere = everywhere
        self._client = Redis.from_url(
            settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2
        )
        self._store = PresenceStore(self._client)
        self._lanes = [asyncio.Lock() for _ in range(LANES)]
        self._preparing = [asyncio.Lock() for _ in range(LANES)]
        # Person by session, by the place's key: what the renewal leases again.
        self._seats: dict[int, dict[str, str]] = defaultdict(dict)
        self._leaving: dict[asyncio.Task[None], Seat] = {}
        self._news = PresenceNews()
        # Redis does not answer; until it does, only `run` asks it, and nobody waits.
        self._away = False
        self._draining = False
        self._loop = asyncio.get_running_loop()
        self._renewed_at = self._loop.time()

    # Coming and going

    async def prepare(self, place: Place) -> None:
        """Learn who is there, where this process does not know yet."""
        if place.people.known:
            return
        # One for all who come at once: each would read the names of all who came before.
        async with self._preparing[place.key % LANES]:
            if not place.people.known:
                await self._look(place)
                self._everywhere.settle()

    async def enter(self, place: Place, visitor: Visitor) -> None:
        """Lease the visitor a seat; if it is the person's first there, everybody hears it."""
        person = person_key(visitor.user_id, visitor.username)
        self._seats[place.key][visitor.id] = person
        moved = await self._lease(place.key, lambda: [(person, visitor.id)])
        self._announce_come(place.key, moved)

    def leave(self, place: Place, visitor: Visitor, *, grace: float = 0.0, reason: str) -> None:
        """Give the seat back, after `grace` s in which a reload may come back unnoticed."""
        person = self._seats[place.key].pop(visitor.id, None)
        if not self._seats[place.key]:
            del self._seats[place.key]
        if person is not None:
            seat = Seat(place.key, person, visitor.id)
            leaving = self._expire(seat) if self._draining else self._leave(seat, grace, reason)
            task = self._loop.create_task(leaving)
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

    # Hearing of it

    def hear(self, news: Arrived | Departed) -> None:
        """Take in what this or another process announced, and tell those whom it concerns."""
        place = self._everywhere if news.place == EVERYWHERE else self._rooms.get(news.place)
        if place is None:
            return
        if isinstance(news, Arrived):
            # While it is unknown who is here, the next look at Redis finds who came as well.
            if place.people.known and place.people.came(news.person):
                self._came(place, news.person)
        elif place.people.went(news.person):
            self._went(place, news.person, reason=news.reason)

    def _came(self, place: Place, person: str) -> None:
        if isinstance(place, Companions):
            place.moved(person)
        else:
            self._news.came(place, person)

    def _went(self, place: Place, person: str, *, reason: str) -> None:
        if isinstance(place, Companions):
            place.moved(person)
        else:
            self._news.went(place, person, reason=reason)

    # Keeping it true

    async def run(self) -> None:
        """Sweep and renew until cancelled."""
        while True:
            await asyncio.sleep(settings.CHAT_PRESENCE_SWEEP)
            try:
                await self._keep_true()
            except Exception:
                logger.exception("Presence could not be kept")

    async def _keep_true(self) -> None:
        if self._away and not await self._is_back():
            return
        now = self._loop.time()
        due = now - self._renewed_at >= settings.CHAT_PRESENCE_RENEW
        if due:
            self._renewed_at = now
        for place in self._places():
            if due or not place.people.known:
                await self._renew(place)
            else:
                await self._sweep(place)
        self._everywhere.settle()

    def _places(self) -> list[Place]:
        return [self._everywhere, *self._rooms.values()]

    async def _renew(self, place: Place) -> None:
        """Lease all seats again, in full: what was lost is back after one renewal."""
        if place.key in self._seats:
            moved = await self._lease(place.key, lambda: self._seats_in(place.key))
            self._announce_come(place.key, moved)
        new, gone = await self._look(place)
        for person in new:
            self._came(place, person)
        for person in gone:
            self._went(place, person, reason="lost")

    def _seats_in(self, place: int) -> Seats:
        """Read in the place's own lane: who has left by then is not brought back."""
        return [(person, session) for session, person in self._seats.get(place, {}).items()]

    async def _look(self, place: Place) -> tuple[list[str], list[str]]:
        """Compare what is known here with Redis; return who is new and who has gone."""
        # Where a room was open nowhere, nobody has swept.
        await self._sweep(place)
        for _ in range(LOOKS):
            version = place.people.version
            people = await self._ask(place.key, lambda: self._store.people(place.key))
            if people is None:
                break
            # Who came or went while Redis was asked may be missing in its answer, or still there.
            if place.people.version == version:
                # Until every process has renewed, and was late with it.
                patience = 2 * settings.CHAT_PRESENCE_RENEW
                return place.people.compare(people, now=self._loop.time(), patience=patience)
        return [], []

    async def _sweep(self, place: Place) -> None:
        while moved := await self._ask(place.key, lambda: self._store.sweep(place.key)):
            self._announce_gone(place.key, moved, reason="lost")
            if not moved.people:
                break

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
            if self._away:
                return None
            try:
                return await question()
            except (RedisError, OSError, TimeoutError) as error:
                self._miss(error)
                return None

    def _miss(self, error: Exception) -> None:
        if not self._away:
            logger.warning("Presence is unknown for now: %r", error)
        self._away = True
        for place in self._places():
            place.people.forget()
        self._everywhere.settle()

    async def _is_back(self) -> bool:
        try:
            await self._client.ping()
        except (RedisError, OSError, TimeoutError):
            return False
        logger.info("Presence is known again")
        self._away = False
        return True
