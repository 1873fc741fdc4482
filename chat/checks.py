"""What a hub asks the database now and then, because the bus may have kept it silent: how far the
rooms are, whose login has ended, who belongs to a room and who no longer does."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone

from . import reads
from .tasks import guarded

if TYPE_CHECKING:
    from .hub import Hub

CHECK_CHUNK = 500
# How much earlier than the last look a membership may bear its beginning and not have been there
# yet: it was not committed, or the clock of its process is slow.
BEGAN_UNSEEN_FOR = timedelta(minutes=1)


class Checks:
    """Finds for one hub what nobody told it. What it finds is handled as if it had been heard."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._looked_for_members_at: datetime = timezone.now()
        # Of memberships, room and person, whose end was heard since the last look began.
        self._ended: set[tuple[int, int]] = set()

    # How far the rooms are

    async def run_heads(self) -> None:
        """Check at intervals, and every beat while the bus is silent, until cancelled."""
        loop = asyncio.get_running_loop()
        checked_at = loop.time()
        while True:
            await asyncio.sleep(settings.CHAT_BEAT_INTERVAL)
            due = loop.time() - checked_at >= settings.CHAT_HEAD_CHECK_INTERVAL
            if due or self._hub.bus.deaf:
                checked_at = loop.time()
                await guarded(self.heads(), "Rooms could not be checked")

    async def heads(self) -> None:
        """Read the heads of all rooms that matter here; who stands elsewhere repairs itself."""
        rooms, activity = self._hub.rooms, self._hub.activity
        keys = list({*rooms, *activity.rooms})
        for start in range(0, len(keys), CHECK_CHUNK):
            chunk = keys[start : start + CHECK_CHUNK]
            stood_at = {key: rooms[key].position for key in chunk if key in rooms}
            for head in await reads.heads(chunk):
                activity.moved(head.room, head.number)
                if (room := rooms.get(head.room)) and head.room in stood_at:
                    room.check(head, stood_at=stood_at[head.room])

    # Who may be here

    async def run_access(self) -> None:
        """Check at intervals until cancelled."""
        while True:
            await asyncio.sleep(settings.CHAT_ACCESS_CHECK_INTERVAL)
            await guarded(self.access(), "Logins and memberships could not be checked")

    async def access(self) -> None:
        """End what lost its right without this hub hearing of it: logins and memberships. And tell
        what else it did not hear of: memberships that began, and notifications."""
        await self._logins()
        await self._memberships()
        await self._new_memberships()
        await self._hub.notices.check(self._hub.people)

    async def _logins(self) -> None:
        sessions = list(self._hub.sessions)
        reasons = await reads.ended_identities([session.identity for session in sessions])
        for session in sessions:
            if reason := reasons.get(session.identity):
                session.end(reason=reason)

    async def _memberships(self) -> None:
        """Those of rooms that are open here. Of the others `Activity` learns when it counts."""
        seats = {
            (room, session.user_id)
            for session in self._hub.sessions
            for room in session.rooms.values()
        }
        # Who comes back while the database is asked has a higher number.
        stood_at = {room: room.position for room, _ in seats}
        there = await reads.memberships_still_there({(room.key, user) for room, user in seats})
        for room, user in seats:
            if (room.key, user) not in there:
                room.take_out(user, number=stood_at[room] + 1, reason="ended")

    def note_end(self, room: int, user: int) -> None:
        """A membership ended: what is being read meanwhile may still show it."""
        self._ended.add((room, user))

    async def _new_memberships(self) -> None:
        self._ended.clear()
        looking_at, since = timezone.now(), self._looked_for_members_at - BEGAN_UNSEEN_FOR
        people = self._hub.people
        for start in range(0, len(people), CHECK_CHUNK):
            with self._hub.activity.counting():
                for began in await reads.memberships_begun(
                    people[start : start + CHECK_CHUNK], since=since
                ):
                    if (began.room, began.user) not in self._ended:
                        self._hub.hearing.find_membership(began)
        self._looked_for_members_at = looking_at
