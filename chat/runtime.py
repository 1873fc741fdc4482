"""What one serving process runs behind its doors: the hub, the writer, the ticker.

The server starts and stops it; under any other ASGI server the first socket starts it.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from django.conf import settings

from . import fanout, metrics, tasks
from .hub import Hub
from .ticker import Ticker
from .writer import Writer

CLOSE_BATCH = 200
CLOSE_PAUSE = 0.05


@dataclass(frozen=True)
class Runtime:
    """The parts of this process; they live on one event loop."""

    loop: asyncio.AbstractEventLoop
    hub: Hub
    writer: Writer
    ticker: Ticker
    counting: asyncio.Task[None]


_runtime: Runtime | None = None


def current() -> Runtime | None:
    """The parts of this process, if they have been started."""
    return _runtime


async def running() -> Runtime:
    """The parts of this process, started now if nobody has yet."""
    if _runtime is None or _runtime.loop is not asyncio.get_running_loop():
        await start()
    assert _runtime is not None  # noqa: S101 - start has set it
    return _runtime


async def start() -> None:
    """Start the parts on the running loop. Waits for neither Redis nor the database."""
    global _runtime  # noqa: PLW0603 - one a process, like the sockets it serves
    loop, hub = asyncio.get_running_loop(), Hub()
    counting = loop.create_task(metrics.keep_fresh(hub))
    _runtime = Runtime(loop, hub, Writer(), Ticker(), counting)
    hub.start()
    _runtime.ticker.start()
    fanout.attach(hub.take)


async def stop_accepting() -> None:
    """Close every socket with "restarting" once what it asked for is answered, in batches."""
    if _runtime is None:
        return
    _runtime.hub.leases.drain()
    sessions = list(_runtime.hub.sessions)
    closing: list[asyncio.Task[None]] = []
    for start_at in range(0, len(sessions), CLOSE_BATCH):
        batch = sessions[start_at : start_at + CLOSE_BATCH]
        closing.extend(asyncio.create_task(session.shut_down()) for session in batch)
        await asyncio.sleep(CLOSE_PAUSE)
    if closing:
        # Who is stuck keeps nobody else: the server cuts them when the time is over.
        await asyncio.wait(closing, timeout=settings.CHAT_DRAIN_SECONDS)


async def stop() -> None:
    """Stop the parts; what waits for the bus is published first."""
    global _runtime
    if _runtime is None:
        return
    parts, _runtime = _runtime, None
    fanout.detach(parts.hub.take)
    await parts.ticker.stop()
    await parts.hub.stop()
    await tasks.end([parts.counting])
    metrics.refresh(parts.hub)
