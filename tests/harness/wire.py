"""Bare WebSockets: for tests of what a well-behaved client would never do."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from typing import Any

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode

from tests.frames import read_frame

from .correspondent import PATIENCE
from .servers import ServerProcess


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
        open_timeout=PATIENCE,
        close_timeout=2,
        max_queue=None,
        max_size=None,
        proxy=None,
    ) as opened:
        yield opened


async def tell(socket: ClientConnection, event: str, ref: str | None = None, **data: Any) -> None:
    frame = {"event": event, "data": data} | ({"ref": ref} if ref is not None else {})
    await socket.send(msgspec.json.encode(frame).decode())


async def hear(socket: ClientConnection, *events: str) -> dict[str, Any]:
    """The next frame that is one of `events`; what comes before is passed over."""
    async with asyncio.timeout(PATIENCE):
        while True:
            frame = read_frame(await socket.recv())
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


class StalledReader:
    """A raw socket that has shaken hands and reads nothing afterwards, but may send."""

    def __init__(self, server: ServerProcess, token: str, *, path: str = "/ws/chat/") -> None:
        host, _, port = server.address.partition(":")
        self.socket = socket.socket()
        # Set before connecting, so that the kernel promises the server little room.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.socket.settimeout(PATIENCE)
        self.socket.connect((host, int(port)))
        lines = (
            f"GET {path} HTTP/1.1",
            f"Host: {server.address}",
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==",
            f"Authorization: Bearer {token}",
        )
        self.socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += self.socket.recv(1)
        assert b" 101 " in head

    def tell(self, event: str, **data: Any) -> None:
        """Raises OSError once the server has given up."""
        self.send(msgspec.json.encode({"event": event, "data": data, "ref": event}))

    def send(self, payload: bytes) -> None:
        self.socket.sendall(Frame(Opcode.TEXT, payload).serialize(mask=True))

    def tell_until_cut(self, event: str, **data: Any) -> None:
        """Go on sending, and reading nothing, until the server gives up."""
        with contextlib.suppress(ConnectionError):
            while True:
                self.tell(event, **data)

    def read_to_the_end(self) -> bytes:
        """Begin to read; return all there is until the server's close, or its reset."""
        read = bytearray()
        with contextlib.suppress(ConnectionError):
            while data := self.socket.recv(1 << 20):
                read += data
        return bytes(read)

    def close(self) -> None:
        self.socket.close()
