"""How many notifications wait for the people connected here, told to all their sessions alike."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection

from . import reads
from .protocol.codec import event_frame
from .protocol.outbound import Notifications

logger = logging.getLogger(__name__)


class Notices:
    """Counts are read after what changed them, one read at a time, so that the last one which is
    told is what the database says. What is heard while a read is under way makes another.

    `tell` gives a frame to all sessions of a person (an id).
    """

    def __init__(self, tell: Callable[[int, bytes], None]) -> None:
        self._tell = tell
        self._told: dict[int, int] = {}
        self._waiting: set[int] = set()
        self._reading: asyncio.Task[None] | None = None
        # Rises with every change that was heard: who counted meanwhile may have counted too early.
        self.heard = 0

    def changed(self, user: int) -> None:
        """Count for a person who is connected here, and tell them."""
        self.heard += 1
        self._waiting.add(user)
        if self._reading is None:
            self._reading = asyncio.create_task(self._read())

    def greeted(self, user: int, unread: int, *, heard: int) -> None:
        """Note what a new session was told, as counted when so much had been `heard`. Where
        something changed meanwhile, or the person's others know another number, count again."""
        if heard != self.heard or self._told.get(user, unread) != unread:
            self.changed(user)
        self._told[user] = unread

    async def check(self, users: Collection[int]) -> None:
        """Count for all who are connected; tell those who were told something else."""
        here = set(users)
        self._told = {user: count for user, count in self._told.items() if user in here}
        for user, unread in (await reads.unread_notifications(list(users))).items():
            # Who was told nothing yet is about to be greeted.
            if self._told.get(user, unread) != unread:
                self.changed(user)

    async def stop(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.wait([self._reading])

    async def _read(self) -> None:
        try:
            while self._waiting:
                users, self._waiting = self._waiting, set()
                for user, unread in (await reads.unread_notifications(list(users))).items():
                    self._told[user] = unread
                    self._tell(user, event_frame(Notifications(unread=unread)))
        except Exception:
            # The next check finds what was not told.
            logger.warning("Notifications could not be counted", exc_info=True)
        finally:
            self._reading = None
