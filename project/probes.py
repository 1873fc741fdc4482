"""`/healthz`, `/readyz` and `/metrics`, answered ahead of Django.

Probes come without our host name and by plain HTTP, and shall be answered when every thread for
pages is busy.
"""

import asyncio
from collections.abc import Awaitable, Callable
from hmac import compare_digest
from ipaddress import ip_address
from typing import Any, NamedTuple

from django.conf import settings
from prometheus_client import CONTENT_TYPE_LATEST

from chat import metrics as chat_metrics
from chat import runtime
from project import metrics
from project.readiness import Readiness

Scope = dict[str, Any]
PLAIN = "text/plain; charset=utf-8"
# Who adds one of these is a proxy: the neighbour that connects is not the one who asks.
FORWARDED = frozenset({b"forwarded", b"via", b"x-forwarded-for", b"x-real-ip"})


class Answer(NamedTuple):
    """A short answer."""

    status: int
    body: bytes
    kind: str = PLAIN


class Probes:
    """ASGI application for HTTP that answers its own paths, and leaves the others to `inner`."""

    def __init__(self, inner: Callable[..., Awaitable[None]]) -> None:
        self._inner = inner
        self._readiness = Readiness()
        self._answers: dict[str, Callable[[Scope], Awaitable[Answer]]] = {
            "/healthz": self._alive,
            "/readyz": self._ready,
            "/metrics": self._metrics,
        }

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        answer = self._answers.get(scope["path"])
        if answer is None:
            await self._inner(scope, receive, send)
        elif scope["method"] in ("GET", "HEAD"):
            await _send(send, await answer(scope), with_body=scope["method"] == "GET")
        else:
            await _send(send, Answer(405, b"method not allowed\n"))

    async def _alive(self, scope: Scope) -> Answer:
        return Answer(200, b"ok\n")

    async def _ready(self, scope: Scope) -> Answer:
        database, redis = await asyncio.gather(self._readiness.database(), self._readiness.redis())
        server = scope.get("extensions", {}).get("parley.server")
        if server is not None and server.draining:
            return Answer(503, b"draining\n")
        if not database:
            return Answer(503, b"no database\n")
        return Answer(200, b"ok\n" if redis else b"degraded\n")

    async def _metrics(self, scope: Scope) -> Answer:
        if not may_read_metrics(scope):
            return Answer(403, b"forbidden\n")
        if parts := runtime.current():
            chat_metrics.refresh(parts.hub)
        return Answer(200, await asyncio.to_thread(metrics.exposition), CONTENT_TYPE_LATEST)


def may_read_metrics(scope: Scope) -> bool:
    """Whoever presents METRICS_TOKEN, and who connects directly from one of METRICS_NETWORKS."""
    headers = dict(scope["headers"])
    token = settings.METRICS_TOKEN.encode()
    if token and compare_digest(headers.get(b"authorization", b""), b"Bearer " + token):
        return True
    if scope.get("client") is None or FORWARDED & headers.keys():
        return False
    neighbour = ip_address(scope["client"][0].partition("%")[0])
    mapped = getattr(neighbour, "ipv4_mapped", None)
    return any((mapped or neighbour) in network for network in settings.METRICS_NETWORKS)


async def _send(send: Any, answer: Answer, *, with_body: bool = True) -> None:
    headers = [
        (b"content-type", answer.kind.encode()),
        (b"content-length", str(len(answer.body)).encode()),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body if with_body else b""})
