"""Tabs of browsers and programs, on real sockets: each one connection that does not come back."""

from __future__ import annotations

import asyncio
import contextlib
from contextlib import AsyncExitStack
from http.client import HTTPConnection
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode

from django.test import Client as Browser
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from accounts.models import User
from tests.frames import read_frame
from tests.harness.correspondent import PATIENCE, Correspondent
from tests.harness.servers import ServerProcess
from tests.harness.wire import hear, tell, wire

CSRF = "c" * 32


class Tab(Correspondent):
    """Connects with a session's key or a token; `closed` is the code once the socket has closed."""

    def __init__(
        self, name: str, server: ServerProcess, *, token: str = "", cookie: str = ""
    ) -> None:
        super().__init__(name)
        self.server = server
        self.closed: int | None = None
        self._wire = wire(
            server,
            token=token,
            cookie=cookie,
            origin=f"http://{server.address}" if cookie else None,
        )
        self._stack = AsyncExitStack()
        self._socket: ClientConnection

    async def __aenter__(self) -> Self:
        self._socket = await self._stack.enter_async_context(self._wire)
        self.take(await hear(self._socket, "welcome"))
        self._reader = asyncio.create_task(self._read())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._reader.cancel()
        await asyncio.gather(self._reader, return_exceptions=True)
        await self._stack.aclose()

    async def _read(self) -> None:
        with contextlib.suppress(ConnectionClosed):
            while True:
                self.take(read_frame(await self._socket.recv()))
        self.closed = self._socket.close_code
        self._moved.set()

    async def ask(self, event: str, **data: Any) -> dict[str, Any]:
        """Return the ack's data. Raises `Refused`."""
        frame, answer = self.expect_answer(event, data)
        await tell(self._socket, event, frame["ref"], **data)
        async with asyncio.timeout(PATIENCE):
            reply: dict[str, Any] = await answer
        return reply

    async def open(self, *rooms: str) -> Self:
        for room_id in rooms:
            self.follow(room_id)
            await self.ask("join_room", room_id=room_id)
        return self

    async def say(self, room_id: str, message: str) -> None:
        await self.ask("send_message", room_id=room_id, message=message)

    def heard_in(self, room_id: str) -> list[str]:
        """What was said there, as far as it was heard."""
        return [body["message"] for body in self.timelines[room_id].shown.values()]

    async def hears(self, room_id: str, message: str) -> None:
        await self.until(lambda: message in self.heard_in(room_id), f"to hear {message}")


def log_in(user: User) -> str:
    """The key of a new session of the person's."""
    browser = Browser()
    browser.force_login(user)
    assert browser.session.session_key
    return browser.session.session_key


def post(server: ServerProcess, path: str, *, cookie: str, **form: str) -> str:
    """Send a form as a browser does; return the session's key afterwards."""
    headers = {
        "Cookie": f"sessionid={cookie}; csrftoken={CSRF}",
        "X-CSRFToken": CSRF,
        "Content-Type": "application/x-www-form-urlencoded",
    }
    response = _request(server, "POST", path, headers, urlencode(form))
    for header, value in response:
        if header.lower() == "set-cookie" and value.startswith("sessionid="):
            return value.removeprefix("sessionid=").partition(";")[0].strip('"')
    return cookie


def revoke(server: ServerProcess, token: str) -> None:
    """Give a token back by the API."""
    _request(server, "DELETE", "/api/tokens/", {"Authorization": f"Bearer {token}"})


def _request(
    server: ServerProcess, method: str, path: str, headers: dict[str, str], body: str = ""
) -> list[tuple[str, str]]:
    connection = HTTPConnection(server.address, timeout=PATIENCE)
    try:
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        response.read()
    finally:
        connection.close()
    assert response.status in (204, 302), (path, response.status)
    return response.getheaders()
