"""Bare connections to the Socket.IO door: for tests of what no client of it would do."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from http.client import HTTPConnection

import httpx
from websockets.asyncio.client import ClientConnection, connect

from .correspondent import PATIENCE
from .servers import ServerProcess

SEPARATOR = "\x1e"
BEGIN = "/socket.io/?EIO=4&transport=polling"


@contextlib.asynccontextmanager
async def engine_socket(server: ServerProcess, sid: str = "") -> AsyncIterator[ClientConnection]:
    """A WebSocket; what comes first on it is the server's greeting."""
    query = "EIO=4&transport=websocket" + (f"&sid={sid}" if sid else "")
    address = f"ws://{server.address}/socket.io/?{query}"
    options = {"ping_interval": None, "close_timeout": 2, "max_size": None, "proxy": None}
    async with connect(address, **options) as opened:  # type: ignore[arg-type]
        yield opened


class Poller:
    """Asks again and again, as long polling does, but only when it is told to."""

    def __init__(self, http: httpx.AsyncClient, server: ServerProcess) -> None:
        self._http = http
        self._server = server
        self._path = BEGIN
        self.sid = ""

    async def begin(self) -> httpx.Response:
        answer = await self._http.get(BEGIN)
        if answer.status_code == 200:
            self.sid = json.loads(answer.text[1:])["sid"]
            self._path = f"{BEGIN}&sid={self.sid}"
        return answer

    async def get(self) -> httpx.Response:
        return await self._http.get(self._path)

    async def begin_to_get(self) -> HTTPConnection:
        """Ask on a connection of its own, on which the answer will come."""
        connection = HTTPConnection(self._server.address, timeout=PATIENCE)
        await asyncio.to_thread(connection.request, "GET", self._path)
        return connection

    async def post(self, *packets: str) -> httpx.Response:
        return await self._http.post(self._path, content=SEPARATOR.join(packets).encode())

    async def ask(self, method: str, more: str = "", **headers: str) -> httpx.Response:
        return await self._http.request(method, self._path + more, headers=headers)

    async def until(self, beginning: str) -> str:
        """Poll until a packet begins so; what comes before is passed over."""
        while True:
            answer = await self.get()
            assert answer.status_code == 200, answer.text
            for packet in answer.text.split(SEPARATOR):
                if packet.startswith(beginning):
                    return packet

    async def log_in(self, token: str) -> None:
        await self.begin()
        await self.post("40/chat," + json.dumps({"token": token}))
        await self.until("40/chat,")


@contextlib.asynccontextmanager
async def poller(server: ServerProcess) -> AsyncIterator[Poller]:
    async with httpx.AsyncClient(
        base_url=f"http://{server.address}", timeout=PATIENCE, trust_env=False
    ) as http:
        yield Poller(http, server)
