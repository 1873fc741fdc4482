"""Who is where, as one process knows it: kept by what hubs hear, compared now and then with Redis.

A place is a room, or the one that every session is in for as long as it lives.

Presence is a hint for people, never a condition: without Redis it is unknown, and nothing waits.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping

from django.conf import settings

from .bus_items import Arrived, Departed
from .companions import EVERYWHERE, Companions
from .leases import LANES, Leases
from .live_room import LiveRoom
from .presence_news import PresenceNews

logger = logging.getLogger(__name__)

Place = LiveRoom | Companions

LOOKS = 3


class Presence:
    """Knows who is in the places of this process, and tells them who came and went."""

    def __init__(
        self, rooms: Mapping[int, LiveRoom], everywhere: Companions, leases: Leases
    ) -> None:
        self._rooms = rooms
        self._everywhere = everywhere
        self._leases = leases
        self._preparing = [asyncio.Lock() for _ in range(LANES)]
        self._news = PresenceNews()
        self._loop = asyncio.get_running_loop()
        self._renewed_at = self._loop.time()

    async def prepare(self, place: Place) -> None:
        """Learn who is there, where this process does not know yet."""
        if place.people.known:
            return
        # One for all who come at once: each would read the names of all who came before.
        async with self._preparing[place.key % LANES]:
            if not place.people.known:
                await self._look(place)
                self._everywhere.settle()

    def forget(self) -> None:
        """Redis is away: nobody can say who is anywhere."""
        for place in self._places():
            place.people.forget()
        self._everywhere.settle()

    def _places(self) -> list[Place]:
        return [self._everywhere, *self._rooms.values()]

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
        """Sweep, renew and compare until cancelled."""
        while True:
            await asyncio.sleep(settings.CHAT_PRESENCE_SWEEP)
            try:
                await self._keep_true()
            except Exception:
                logger.exception("Presence could not be kept")

    async def _keep_true(self) -> None:
        if self._leases.away and not await self._leases.is_back():
            return
        now = self._loop.time()
        due = now - self._renewed_at >= settings.CHAT_PRESENCE_RENEW
        if due:
            self._renewed_at = now
        for place in self._places():
            if due or not place.people.known:
                await self._leases.renew(place.key)
                await self._compare(place)
            else:
                await self._leases.sweep(place.key)
        self._everywhere.settle()

    async def _compare(self, place: Place) -> None:
        new, gone = await self._look(place)
        for person in new:
            self._came(place, person)
        for person in gone:
            self._went(place, person, reason="lost")

    async def _look(self, place: Place) -> tuple[list[str], list[str]]:
        """Compare what is known here with Redis; return who is new and who has gone."""
        # Where a room was open nowhere, nobody has swept.
        await self._leases.sweep(place.key)
        for _ in range(LOOKS):
            version = place.people.version
            people = await self._leases.people(place.key)
            if people is None:
                break
            # Who came or went while Redis was asked may be missing in its answer, or still there.
            if place.people.version == version:
                # Until every process has renewed, and was late with it.
                patience = 2 * settings.CHAT_PRESENCE_RENEW
                return place.people.compare(people, now=self._loop.time(), patience=patience)
        return [], []
