"""Bare WebSockets: for tests of what a well-behaved client would never do."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from .correspondent import PATIENCE
from .servers import ServerProcess

decode = msgspec.json.Decoder(dict[str, Any]).decode


@contextlib.asynccontextmanager
async def wire(
    server: ServerProcess, *, token: str = "", cookie: str = "", origin: str | None = None
) -> AsyncIterator[ClientConnection]:
    """A WebSocket with these credentials, and nothing that answers by itself."""
    headers = {}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    if cookie:
        headers["Cookie"] = f"sessionid={cookie}"
    if origin is not None:
        headers["Origin"] = origin
    async with connect(
        server.socket,
        additional_headers=headers,
        ping_interval=None,
        close_timeout=2,
        max_queue=None,
        max_size=None,
        proxy=None,
    ) as socket:
        yield socket


async def tell(socket: ClientConnection, event: str, ref: str | None = None, **data: Any) -> None:
    frame = {"event": event, "data": data} | ({"ref": ref} if ref is not None else {})
    await socket.send(msgspec.json.encode(frame).decode())


async def hear(socket: ClientConnection, *events: str) -> dict[str, Any]:
    """The next frame that is one of `events`; what comes before is passed over."""
    async with asyncio.timeout(PATIENCE):
        while True:
            frame = decode(await socket.recv())
            if frame["event"] in events:
                return frame


async def ask(socket: ClientConnection, event: str, **data: Any) -> dict[str, Any]:
    """Ask for something and return the frame that answers."""
    await tell(socket, event, ref="asked", **data)
    while True:
        frame = await hear(socket, "ack", "error")
        if frame.get("ref") == "asked":
            return frame


async def close_code(socket: ClientConnection) -> int | None:
    """Read until the server has closed, and say with which code."""
    with contextlib.suppress(ConnectionClosed):
        async with asyncio.timeout(PATIENCE):
            while True:
                await socket.recv()
    return socket.close_code
