"""Tasks that end for certain, and work that may fail."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Iterable
from typing import Any

logger = logging.getLogger(__name__)

CANCEL_AGAIN_AFTER = 0.1


async def end(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Cancel `tasks` until all are done; what they raise is dropped.

    Once is not enough: a library that gives up a connection attempt can swallow the cancellation.
    """
    running = {task for task in tasks if not task.done()}
    while running:
        for task in running:
            task.cancel()
        _, running = await asyncio.wait(running, timeout=CANCEL_AGAIN_AFTER)


async def guarded(work: Awaitable[None], failed: str) -> None:
    """Await `work` that is done again soon; if it fails, that is a line in the log, `failed`."""
    try:
        await work
    except Exception:
        logger.warning("%s", failed, exc_info=True)
