"""What carries a session's frames out: straight to the socket, or through plain ASGI sends."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from django.conf import settings

from .protocol.close_codes import CloseCode
from .protocol.codec import Delivery
from .stats import stats

logger = logging.getLogger(__name__)

DRAIN_POLL = 0.01

Send = Callable[[dict[str, Any]], Awaitable[None]]


class Transport(Protocol):
    """Sends never wait. A reader that leaves too much lying is cut with close code 4408."""

    def deliver(self, delivery: Delivery) -> None: ...
    def send(self, payload: bytes) -> None: ...
    async def drained(self) -> None: ...
    def close(self, code: int) -> None: ...


class DirectTransport:
    """Writes finished WebSocket frames through the `parley.transport` extension of our server."""

    def __init__(self, extension: Any) -> None:
        self._write = extension.write
        self._buffered = extension.buffered
        self._extension = extension
        self._limit = settings.CHAT_SEND_BUFFER

    def deliver(self, delivery: Delivery) -> None:
        if self._buffered() > self._limit:
            self._cut()
        else:
            self._write(delivery.websocket)

    def send(self, payload: bytes) -> None:
        self.deliver(Delivery((payload,)))

    def _cut(self) -> None:
        if not self._extension.closing:
            stats.cut_readers += 1
            self.close(CloseCode.TOO_SLOW)

    async def drained(self) -> None:
        """Wait until what was sent has left this process, or the socket is closing."""
        while self._buffered() and not self._extension.closing:
            await asyncio.sleep(DRAIN_POLL)

    def close(self, code: int) -> None:
        self._extension.close(code)


class AsgiTransport:
    """Sends through any ASGI server, from a task of its own so that a slow reader stops nobody."""

    def __init__(self, send: Send) -> None:
        self._send = send
        # Messages with their sizes, and how much they are together (bytes).
        self._queue: deque[tuple[dict[str, Any], int]] = deque()
        self._queued = 0
        self._closing = False
        self._writer: asyncio.Task[None] | None = None

    def deliver(self, delivery: Delivery) -> None:
        for payload in delivery.payloads:
            self.send(payload)

    def send(self, payload: bytes) -> None:
        if self._closing:
            return
        if self._queued > settings.CHAT_SEND_BUFFER:
            stats.cut_readers += 1
            self._queue.clear()
            self.close(CloseCode.TOO_SLOW)
            return
        self._put({"type": "websocket.send", "text": payload.decode()}, len(payload))

    def close(self, code: int) -> None:
        if not self._closing:
            self._closing = True
            self._put({"type": "websocket.close", "code": code}, 0)

    def _put(self, message: dict[str, Any], size: int) -> None:
        self._queue.append((message, size))
        self._queued += size
        if self._writer is None:
            self._writer = asyncio.create_task(self._write())

    async def _write(self) -> None:
        try:
            while self._queue:
                message, size = self._queue.popleft()
                await self._send(message)
                self._queued -= size
        except Exception as error:  # noqa: BLE001 - each server says in its own way that it is gone
            logger.debug("A connection takes nothing more: %r", error)
            self._closing = True
            self._queue.clear()
        finally:
            self._writer = None

    async def drained(self) -> None:
        """Wait until the server has taken what was sent."""
        while self._writer is not None:
            await asyncio.sleep(DRAIN_POLL)


def transport_for(scope: dict[str, Any], send: Send) -> Transport:
    """The best transport that the server behind `scope` offers."""
    extension = scope.get("extensions", {}).get("parley.transport")
    return DirectTransport(extension) if extension is not None else AsgiTransport(send)
