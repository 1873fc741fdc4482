"""A request's thread, given to others while the request only waits for something outside."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from contextvars import ContextVar

from asgiref.sync import SyncToAsync, sync_to_async
from django.db import close_old_connections


class Lease:
    """One request's thread, for as long as it needs one."""

    def __init__(self, free: asyncio.Semaphore, idle: deque[ThreadPoolExecutor]) -> None:
        self._free = free
        self._idle = idle
        self.thread: ThreadPoolExecutor | None = None

    async def take(self) -> ThreadPoolExecutor:
        await self._free.acquire()
        self.thread = self._idle.pop()  # the one used last: its connection is the warmest
        return self.thread

    def give_back(self) -> None:
        """Again changes nothing: who was cancelled while waiting for a thread has none."""
        if self.thread is not None:
            self._idle.append(self.thread)
            self.thread = None
            self._free.release()


lease_of_request: ContextVar[Lease | None] = ContextVar("lease", default=None)


@asynccontextmanager
async def without_thread() -> AsyncIterator[None]:
    """Give this request's thread to others while it only waits for something outside.

    Nothing synchronous may be awaited meanwhile. Afterwards the request goes on with whichever
    thread is free.
    """
    lease = lease_of_request.get()
    if lease is None:  # under another server, or in a test without one
        yield
        return
    await sync_to_async(close_old_connections)()
    lease.give_back()
    try:
        yield
    finally:
        thread = await lease.take()
        context = SyncToAsync.thread_sensitive_context.get()
        SyncToAsync.context_to_thread_executor[context] = thread
