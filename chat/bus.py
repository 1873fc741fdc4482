"""The bus between hubs: batches out, batches in, and a beat that proves whether it works.

It is the Redis channel layer with one group that every hub joins. It may lose, repeat and delay;
what it carries can always be found again in the database.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from channels.layers import get_channel_layer
from django.conf import settings

from . import fanout, tasks
from .bus_items import AccessEnded, Beat, BusItem, Change, Head, unpack

logger = logging.getLogger(__name__)

QUEUE_LIMIT = 5_000
HEADS_REPEATED_FOR = 5.0
RESUBSCRIBE_AFTER = 5.0
PAUSE_AFTER_FAILURE = 1.0


class Bus:
    """Carries items between the hub of this process and all others.

    `on_items` is called on the loop with what other hubs sent.
    """

    def __init__(self, hub_id: str, on_items: Callable[[list[BusItem]], None]) -> None:
        self._hub_id = hub_id
        self._on_items = on_items
        self._layer: Any = get_channel_layer()
        self._queue: deque[BusItem] = deque()
        self._sending = False
        self._wake = asyncio.Event()
        # Heads announced of late, by room: the beat repeats them for who missed the change.
        self._heads: dict[int, tuple[float, Head]] = {}
        self._heard_at = time.monotonic()
        self._last_lag = 0.0
        self._broken = False
        self._tasks: list[asyncio.Task[None]] = []
        self._listener: asyncio.Task[None] | None = None

    @property
    def deaf(self) -> bool:
        """Whether this hub's own beats have not come back for too long."""
        return time.monotonic() - self._heard_at > settings.CHAT_DEAF_AFTER

    @property
    def lag(self) -> float:
        """Seconds that this hub's last beat took to come back, or that the next is overdue."""
        overdue = time.monotonic() - self._heard_at - settings.CHAT_BEAT_INTERVAL
        return max(self._last_lag, overdue)

    def start(self) -> None:
        self._listener = asyncio.create_task(self._listen())
        self._tasks = [asyncio.create_task(self._publish()), asyncio.create_task(self._beat())]

    async def stop(self) -> None:
        """Publish what still waits, for a moment at most, then end."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._drained(), timeout=1.0)
        running = [*self._tasks, *([self._listener] if self._listener else [])]
        await tasks.end(running)
        with suppress(Exception):
            await self._layer.flush()

    async def _drained(self) -> None:
        while self._queue or self._sending:
            await asyncio.sleep(0.01)

    # Out

    def publish(self, items: Iterable[BusItem]) -> None:
        """Queue `items` for the other hubs. Never waits, never fails."""
        now = time.monotonic()
        for item in items:
            self._queue.append(item)
            if isinstance(item, Change):
                head = Head(item.room, item.epoch, item.number)
                self._heads[item.room] = (now, head)
        if len(self._queue) > QUEUE_LIMIT:
            self._shrink()
        self._wake.set()

    async def _publish(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            batch = tuple(self._queue)
            self._queue.clear()
            try:
                await self._send(batch)
            except Exception as error:  # noqa: BLE001 - redis-py, the layer and the system differ
                self._say_once(error)
                self._queue.extendleft(reversed(batch))
                self._shrink()
                await asyncio.sleep(PAUSE_AFTER_FAILURE)
                self._wake.set()

    def _say_once(self, error: Exception) -> None:
        """An outage is one line in the log, and its end another (`_hear`)."""
        if not self._broken:
            self._broken = True
            logger.warning("The bus is broken, rooms are read from the database: %r", error)

    async def _send(self, items: tuple[BusItem, ...]) -> None:
        message = fanout.bus_message(items, sender=self._hub_id, sent_at=time.monotonic())
        # A publish under way carries all that queued meanwhile in the next one: never two at once.
        self._sending = True
        try:
            await self._layer.group_send(settings.CHAT_BUS_GROUP, message)
        finally:
            self._sending = False

    def _shrink(self) -> None:
        """Keep what still matters when it comes late: how far rooms are, and whose access ended."""
        heads: dict[int, BusItem] = {}
        kept: list[BusItem] = []
        for item in self._queue:
            if isinstance(item, Change):
                heads[item.room] = Head(item.room, item.epoch, item.number)
            elif isinstance(item, Head):
                heads[item.room] = item
            elif isinstance(item, AccessEnded):
                kept.append(item)
        self._queue = deque([*kept[-QUEUE_LIMIT:], *heads.values()])

    # The beat

    async def _beat(self) -> None:
        while True:
            oldest = time.monotonic() - HEADS_REPEATED_FOR
            self._heads = {room: held for room, held in self._heads.items() if held[0] > oldest}
            self.publish((Beat(self._hub_id, tuple(head for _, head in self._heads.values())),))
            await asyncio.sleep(settings.CHAT_BEAT_INTERVAL)
            if time.monotonic() - self._heard_at > RESUBSCRIBE_AFTER + settings.CHAT_DEAF_AFTER:
                await self._resubscribe()

    async def _resubscribe(self) -> None:
        """Subscribe anew: a subscription is never confirmed, and a lost one says nothing."""
        logger.warning("The bus has been silent for too long; subscribing anew")
        if self._listener is not None:
            await tasks.end([self._listener])
        # The layer believes itself subscribed; only a flush makes it ask again.
        with suppress(Exception):
            await self._layer.flush()
        self._heard_at = time.monotonic() - settings.CHAT_DEAF_AFTER - 0.001
        self._listener = asyncio.create_task(self._listen())

    # In

    async def _listen(self) -> None:
        while True:
            try:
                channel = await self._layer.new_channel("hub.")
                await self._layer.group_add(settings.CHAT_BUS_GROUP, channel)
                while True:
                    self._hear(await self._layer.receive(channel))
            except Exception as error:  # noqa: BLE001 - redis-py, the layer and the system differ
                self._say_once(error)
                # A channel whose subscription failed would be taken for a subscribed one.
                with suppress(Exception):
                    await self._layer.flush()
                await asyncio.sleep(PAUSE_AFTER_FAILURE)

    def _hear(self, message: dict[str, Any]) -> None:
        if message["sender"] == self._hub_id:
            # As old as it is: a bus that is seconds late counts as silent too.
            self._heard_at = max(self._heard_at, message["sent_at"])
            if self._broken:
                self._broken = False
                logger.warning("The bus works again")
            self._last_lag = time.monotonic() - message["sent_at"]
            return
        try:
            self._on_items(unpack(message["items"]))
        except Exception:
            # Of another version, or a fault of ours: the heads' checks find what it told.
            logger.exception("A bus message could not be taken in")
