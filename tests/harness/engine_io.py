"""Bare connections to the Socket.IO door: for tests of what no client of it would do."""

from __future__ import annotations

import asyncio
import contextlib
import json
import select
from collections.abc import AsyncIterator
from http.client import HTTPConnection

import httpx
from websockets.asyncio.client import ClientConnection, connect

from .correspondent import PATIENCE
from .servers import ServerProcess

SEPARATOR = "\x1e"
# Seconds in which a poll is answered, if it is, once the server has read it.
QUIET = 0.5
BEGIN = "/socket.io/?EIO=4&transport=polling"


@contextlib.asynccontextmanager
async def engine_socket(server: ServerProcess, sid: str = "") -> AsyncIterator[ClientConnection]:
    """A WebSocket; what comes first on it is the server's greeting."""
    query = "EIO=4&transport=websocket" + (f"&sid={sid}" if sid else "")
    address = f"ws://{server.address}/socket.io/?{query}"
    async with connect(
        address,
        ping_interval=None,
        open_timeout=PATIENCE,
        close_timeout=2,
        max_size=None,
        proxy=None,
    ) as opened:
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

    async def begin_to_wait(self) -> HTTPConnection:
        """Poll, on a connection of its own, until there is nothing to answer with yet."""
        return await asyncio.to_thread(self._wait)

    def _wait(self) -> HTTPConnection:
        while True:
            connection = HTTPConnection(self._server.address, timeout=PATIENCE)
            connection.request("GET", self._path)
            # A server that answers what was asked later has read this, however slow it is.
            for _ in range(2):
                self._server.inside()
            answered, _, _ = select.select([connection.sock], [], [], QUIET)
            if not answered:
                return connection
            connection.getresponse().read()
            connection.close()

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

    async def ask_for(self, beginning: str, *packets: str) -> str:
        """Post packets and poll for the answer at the same time, as all clients do: a join waits
        until what was sent before is taken."""
        posting = asyncio.create_task(self.post(*packets))
        found = await self.until(beginning)
        assert (await posting).status_code == 200
        return found

    async def log_in(self, token: str) -> None:
        await self.begin()
        await self.ask_for("40/chat,", "40/chat," + json.dumps({"token": token}))

    async def join(self, slug: str) -> None:
        await self.ask_for("43/chat,1", f'42/chat,1["join_room",{{"room_id":"{slug}"}}]')


@contextlib.asynccontextmanager
async def poller(server: ServerProcess) -> AsyncIterator[Poller]:
    async with httpx.AsyncClient(
        base_url=f"http://{server.address}", timeout=PATIENCE, trust_env=False
    ) as http:
        yield Poller(http, server)
