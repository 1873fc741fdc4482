"""`server_tick`: one an interval, however many processes run."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime

from django.conf import settings
from redis import asyncio as aioredis
from redis.exceptions import RedisError

from . import fanout, tasks
from .bus_items import Everybody
from .protocol.codec import event_frame
from .protocol.outbound import ServerTick

logger = logging.getLogger(__name__)


class Ticker:
    """Every process tries at every interval; the lease in Redis lets one of them tick."""

    def __init__(self) -> None:
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        if settings.CHAT_TICK_INTERVAL > 0:
            self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        if self._task is not None:
            await tasks.end([self._task])

    async def _run(self) -> None:
        interval = settings.CHAT_TICK_INTERVAL
        client = aioredis.Redis.from_url(
            settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2
        )
        try:
            while True:
                await asyncio.sleep(interval)
                try:
                    await self._tick(client, interval)
                except (RedisError, OSError, TimeoutError) as error:
                    logger.debug("No tick: %r", error)
        finally:
            await client.aclose()

    async def _tick(self, client: aioredis.Redis, interval: float) -> None:
        # A little less than the interval, so that the one who held it is not late for the next.
        prefix = f"{settings.CHAT_BUS_PREFIX}:{settings.CHAT_BUS_GROUP}:tick"
        if await client.set(f"{prefix}:lease", "1", nx=True, px=int(interval * 900)):
            count = await client.incr(f"{prefix}:count")
            tick = ServerTick(count=count, timestamp=datetime.now(UTC))
            fanout.broadcast(Everybody(event_frame(tick)))
