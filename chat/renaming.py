"""Live rooms show people as they are called and look now."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from django.conf import settings

from . import reads, tasks
from .live_room import LiveRoom
from .tasks import guarded


class Renaming:
    """Reads one process's rooms anew after people in them have changed how they look.

    Round after round, with a rest after each: however often that happens, it costs no more.
    """

    def __init__(self, rooms: Mapping[int, LiveRoom]) -> None:
        self._rooms = rooms
        self._renamed: set[int] = set()
        self._refreshing: asyncio.Task[None] | None = None

    def changed(self, user: int) -> None:
        """Somebody (an id) is called or looks otherwise than the rooms here show."""
        self._renamed.add(user)
        if self._refreshing is None:
            self._refreshing = asyncio.create_task(self._refresh())

    async def stop(self) -> None:
        if self._refreshing is not None:
            await tasks.end([self._refreshing])

    async def _refresh(self) -> None:
        try:
            while self._renamed:
                users, self._renamed = self._renamed, set()
                for user in users:
                    await guarded(self._refresh_rooms_of(user), "Rooms could not be read anew")
                await asyncio.sleep(settings.CHAT_ACTIVITY_INTERVAL)
        finally:
            self._refreshing = None

    async def _refresh_rooms_of(self, user: int) -> None:
        for key in await reads.rooms_of(user, list(self._rooms)):
            if room := self._rooms.get(key):
                await room.refresh()
