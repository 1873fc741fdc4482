"""The request or the WebSocket that carries packets, let through only as far as they are sound."""

from __future__ import annotations

import asyncio
import binascii
import logging
import re
from base64 import b64decode
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any

from django.conf import settings

from chat.handshake import origin_is_ours

logger = logging.getLogger(__name__)

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

PROBE, UPGRADE = "2probe", "5"
BROKEN = {"type": "websocket.disconnect", "code": 1002}
# Close, pong, and messages that hold a packet of Socket.IO. Everything else is not for clients to
# send; the library would read JSON in it, as deep as it is.
_packet = re.compile(r"1\Z|3(?:probe)?\Z|4[0-6]")


class Carrier:
    """One HTTP request or WebSocket."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope = scope
        self.receive = receive
        self.send = send
        self.is_websocket = scope["type"] == "websocket"
        # Called when a request is as good as answered.
        self.answered: Callable[[], None] = lambda: None
        # The way past all buffers but the kernel's, where the server offers one.
        self.direct = (
            scope.get("extensions", {}).get("parley.transport") if self.is_websocket else None
        )

    @property
    def secure(self) -> bool:
        if self.scope.get("scheme") in ("wss", "https"):
            return True
        forwarded = (b"x-forwarded-proto", b"https") in self.scope["headers"]
        return bool(settings.TRUSTED_PROXIES) and forwarded

    def origin_is_foreign(self) -> bool:
        """Whether a page of somebody else asks. Programs name no origin; nor do our own pages
        when they only read."""
        headers = self.scope["headers"]
        named = any(name.lower() == b"origin" for name, _ in headers)
        return named and not origin_is_ours(headers, secure=self.secure)

    async def close(self, code: int) -> None:
        """Close a WebSocket, if it is open; a request ends by itself."""
        if self.direct is not None:
            self.direct.close(code)
        elif self.is_websocket:
            try:
                await self.send({"type": "websocket.close", "code": code})
            except Exception as error:  # noqa: BLE001 - each server says in its own way that it is gone
                logger.debug("A connection was closed already: %r", error)


current: ContextVar[Carrier] = ContextVar("carrier")


def is_sound(text: str) -> bool:
    """Whether a client may send this packet of Engine.IO, once it has its transport."""
    if text.startswith("b"):
        try:
            b64decode(text[1:])
        except (binascii.Error, ValueError):
            return False
        return True
    return _packet.match(text) is not None


def sound_frames(carrier: Carrier, change_over: Callable[[], bool] | None) -> Receive:
    """A WebSocket's `receive`, which ends where something comes that must not.

    One that a polling client changes over to begins with "2probe" and "5", and in time; then
    `change_over` is called, and says whether that can be.
    """
    expected = [PROBE, UPGRADE] if change_over is not None else []

    async def receive() -> dict[str, Any]:
        if not expected:
            event = await carrier.receive()
            return event if _may_come(event) else BROKEN
        try:
            async with asyncio.timeout(settings.CHAT_AUTHENTICATE_TIMEOUT):
                event = await carrier.receive()
        except TimeoutError:
            return BROKEN
        if event["type"] == "websocket.receive":
            if event.get("text") != expected.pop(0):
                return BROKEN
            if not expected and change_over is not None and not change_over():
                return BROKEN
        return event

    return receive


def _may_come(event: dict[str, Any]) -> bool:
    if event["type"] != "websocket.receive":
        return True
    text = event.get("text")
    return bool(event.get("bytes")) if text is None else _packet.match(text) is not None
