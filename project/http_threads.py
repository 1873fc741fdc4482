"""The threads that run Django's synchronous code for HTTP requests."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from asgiref.sync import ThreadSensitiveContext
from django.conf import settings

from api.waiting import Lease, lease_of_request


class BoundedThreads:
    """ASGI application that runs `inner` with one of HTTP_THREADS lasting threads a request.

    Left alone, Django starts a thread for every request: as many database connections as there are
    requests, each opened anew. Here connections live as long as their thread, and requests beyond
    the bound wait their turn.
    """

    def __init__(self, inner: Callable[..., Awaitable[None]]) -> None:
        self._inner = inner
        self._idle = deque(
            ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"http-{number}")
            for number in range(settings.HTTP_THREADS)
        )
        self._free = asyncio.Semaphore(settings.HTTP_THREADS)

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        lease = Lease(self._free, self._idle)
        thread = await lease.take()
        token = lease_of_request.set(lease)
        try:
            async with ThreadSensitiveContext(executor=thread):
                await self._inner(scope, receive, send)
        finally:
            lease_of_request.reset(token)
            lease.give_back()
