"""Ending tasks for certain."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

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
