"""When a room is read because something is missing: soon, once at a time, until it is whole."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from itertools import count

from django.db import DatabaseError, InterfaceError

logger = logging.getLogger(__name__)

RETRY_DELAYS = (0.1, 0.3, 1.0, 3.0)


class Repairs:
    """The repairs of one room (its key): `repair` reads once, `is_whole` says whether that was
    enough. What the database raises is tried again for as long as it takes."""

    def __init__(
        self, room: int, repair: Callable[[], Awaitable[None]], is_whole: Callable[[], bool]
    ) -> None:
        self._room = room
        self._repair = repair
        self._is_whole = is_whole
        self._running: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None

    @property
    def idle(self) -> bool:
        """Whether none is due and none runs."""
        return self._running is None and self._timer is None

    def due_in(self, delay: float) -> None:
        """Begin one after `delay` s, unless it begins before that or runs already."""
        if self._running is not None:
            return
        loop = asyncio.get_running_loop()
        if self._timer is not None:
            if self._timer.when() <= loop.time() + delay:
                return
            self._timer.cancel()
        self._timer = loop.call_later(delay, self._begin)

    def call_off(self) -> None:
        """Nothing is missing any more: begin none."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _begin(self) -> None:
        self._timer = None
        self._running = asyncio.create_task(self._until_whole())

    async def _until_whole(self) -> None:
        for attempt in count():
            try:
                await self._repair()
            except (DatabaseError, InterfaceError) as error:
                logger.warning("Room %d cannot be read now: %r", self._room, error)
            except Exception:
                logger.exception("Room %d cannot be read", self._room)
            else:
                if self._is_whole():
                    break
            await asyncio.sleep(RETRY_DELAYS[min(attempt, len(RETRY_DELAYS) - 1)])
        # Not by a callback of the task: a gap that shows before that has run would be nobody's.
        self._running = None
