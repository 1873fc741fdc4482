"""What Prometheus is told: pages and API counted here, the conversation in `chat.metrics`."""

import time
from collections.abc import Awaitable, Callable
from typing import Any

from prometheus_client import Histogram, generate_latest

from chat.metrics import registry
from chat.stats import BOUNDS
from project import shared_counts

HTTP_SECONDS = Histogram(
    "parley_http_request_seconds",
    "From a request to the end of its answer",
    ["status"],
    registry=registry,
    buckets=BOUNDS,
)
_by_class = {first: HTTP_SECONDS.labels(f"{first}xx") for first in range(1, 6)}


def exposition() -> bytes:
    """All counts in Prometheus's text format: of all workers, where this process is one."""
    return generate_latest(shared_counts.sums() or registry)


class TimedRequests:
    """ASGI application that runs `inner` and counts its answers by class of status, with times."""

    def __init__(self, inner: Callable[..., Awaitable[None]]) -> None:
        self._inner = inner

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        began = time.perf_counter()
        status = 500  # what the server answers where the application has not

        async def note_status(message: dict[str, Any]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._inner(scope, receive, note_status)
        finally:
            _by_class[status // 100].observe(time.perf_counter() - began)
