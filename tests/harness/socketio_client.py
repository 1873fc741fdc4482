"""The official Python client of Socket.IO, as the tests use it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import socketio
from socketio.exceptions import ConnectionError as RefusedConnection

from .correspondent import PATIENCE
from .servers import ServerProcess

Heard = tuple[str, Any]
CHAT = "/chat"


class Refused(Exception):
    """A namespace let nobody in; `told` is what it said."""

    def __init__(self, told: Any) -> None:
        self.told = told
        super().__init__(told)


class SocketIOClient:
    """One namespace on a connection of its own."""

    def __init__(self, namespace: str = CHAT) -> None:
        self.namespace = namespace
        self.heard: asyncio.Queue[Heard] = asyncio.Queue()
        self.ended = asyncio.Event()
        self.refusal: Any = None
        self.client = socketio.AsyncClient(reconnection=False, request_timeout=PATIENCE)
        self.client.on("*", self._hear, namespace=namespace)
        self.client.on("disconnect", self._end, namespace=namespace)
        self.client.on("connect_error", self._refused, namespace=namespace)

    def _hear(self, event: str, data: Any = None) -> None:
        self.heard.put_nowait((event, data))

    def _end(self, *reason: Any) -> None:
        self.ended.set()

    def _refused(self, told: Any) -> None:
        self.refusal = told

    async def hear(self, *events: str) -> Any:
        """The data of the next event that is one of `events`; others are passed over."""
        async with asyncio.timeout(PATIENCE):
            while True:
                event, data = await self.heard.get()
                if event in events:
                    return data

    async def ask(self, event: str, **data: Any) -> Any:
        """What the callback is called with."""
        return await self.client.call(event, data, namespace=self.namespace, timeout=PATIENCE)

    async def tell(self, event: str, *data: Any) -> None:
        """Without a callback."""
        await self.client.emit(event, *data, namespace=self.namespace)

    async def until_disconnected(self) -> None:
        async with asyncio.timeout(PATIENCE):
            await self.ended.wait()


@contextlib.asynccontextmanager
async def socket_io(
    server: ServerProcess,
    transport: str = "websocket",
    *,
    namespace: str = CHAT,
    headers: dict[str, str] | None = None,
    auth: Any = None,
) -> AsyncIterator[SocketIOClient]:
    """A connected client. Raises `Refused` where it is not let in."""
    opened = SocketIOClient(namespace)
    transports = ["polling", "websocket"] if transport == "upgrade" else [transport]
    try:
        try:
            await opened.client.connect(
                f"http://{server.address}",
                headers=headers or {},
                auth=auth,
                transports=transports,
                namespaces=[namespace],
                wait_timeout=PATIENCE,
            )
        except RefusedConnection as error:
            raise Refused(opened.refusal or str(error)) from error
        yield opened
    finally:
        await opened.client.disconnect()
