"""The ASGI application at `/socket.io/`: what is let through to Engine.IO."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any
from urllib.parse import parse_qs

from django.conf import settings
from engineio.payload import Payload
from msgspec.json import encode

from chat.protocol.close_codes import CloseCode

from .carriers import Carrier, Receive, Scope, Send, current, is_sound, sound_frames
from .conversations import Conversations, EngineServer
from .lines import Line

SEPARATOR = "\x1e"
# Messages in the body of one request: a client sends what collected while the last was on its way.
PACKETS_LIMIT = 1_000
LENGTH = b"content-length"
HEADERS = [(b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff")]

Payload.max_decode_packets = PACKETS_LIMIT

# The library logs what visitors send; what goes wrong here is logged by us.
quiet = logging.getLogger("parley.engineio")
quiet.setLevel(logging.CRITICAL + 1)


class RefusedError(Exception):
    """A request is not for Engine.IO to see."""

    def __init__(self, status: int, message: str) -> None:
        self.status = status
        self.message = message


class SocketIODoor:
    """Serves Socket.IO, by long polling where all requests of a client come to this process."""

    def __init__(self) -> None:
        self._engine = EngineServer(
            async_mode="asgi",
            async_handlers=False,  # one after the other, as they came
            cors_allowed_origins=lambda origin, environ: not current.get().origin_is_foreign(),
            http_compression=False,  # would be done on the loop, for one client at a time
            logger=quiet,
            max_http_buffer_size=settings.CHAT_FRAME_LIMIT,
            ping_interval=settings.CHAT_PING_INTERVAL,
            # The library looks for the lost once in this time, so that it counts twice.
            ping_timeout=settings.CHAT_PING_TIMEOUT * 3 / 4,
        )
        self._conversations = Conversations(self._engine)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        carrier = Carrier(scope, receive, send)
        current.set(carrier)
        answer = self._websocket if carrier.is_websocket else self._request
        try:
            await answer(carrier)
        except RefusedError as error:
            await _refuse(carrier, error)

    def _line(self, carrier: Carrier) -> Line | None:
        """The connection that is asked for; None asks for a new one."""
        query = parse_qs(carrier.scope["query_string"].decode("latin1"))
        if carrier.origin_is_foreign():
            raise RefusedError(403, "Pages of this origin may not connect.")
        if "j" in query:
            raise RefusedError(400, "There is no JSONP here.")
        if "sid" not in query:
            return None
        line = self._conversations.lines.get(query["sid"][0])
        if line is None or line.closed:
            raise RefusedError(400, "There is no such connection.")
        return line

    # WebSocket

    async def _websocket(self, carrier: Carrier) -> None:
        line = self._line(carrier)
        if line is None:
            await self._hand_on(carrier, sound_frames(carrier, None))
            await carrier.close(CloseCode.MALFORMED)
            return
        with _only_one(line, "WEBSOCKET"):
            change_over = partial(line.change_over, carrier)
            try:
                await self._hand_on(carrier, sound_frames(carrier, change_over))
            finally:
                if not line.socket.upgraded:
                    # Where the first frame does not come, the library forgets this, and the
                    # client would poll without end and get nothing; and it forgets to close.
                    line.socket.upgrading = False
                await carrier.close(CloseCode.MALFORMED)

    # Long polling

    async def _request(self, carrier: Carrier) -> None:
        line = self._line(carrier)
        method = carrier.scope["method"]
        if method not in ("GET", "POST", "OPTIONS"):
            raise RefusedError(405, "Get and post only.")
        if method == "OPTIONS":
            await self._hand_on(carrier, carrier.receive)
        elif line is not None:
            with _only_one(line, method):
                carrier.answered = partial(line.answering.discard, method)
                await (self._post if method == "POST" else self._poll)(line, carrier)
        else:
            _require_polling(carrier)
            await self._hand_on(carrier, carrier.receive)

    async def _post(self, line: Line, carrier: Carrier) -> None:
        body = await _body(carrier)
        if not _is_sound(body):
            line.end(CloseCode.MALFORMED)
            raise RefusedError(400, "This is not a sequence of packets.")
        carrier.scope = {
            **carrier.scope,
            "headers": [
                *(header for header in carrier.scope["headers"] if header[0] != LENGTH),
                (LENGTH, str(len(body)).encode()),
            ],
        }
        await self._hand_on(carrier, _once(body))

    async def _poll(self, line: Line, carrier: Carrier) -> None:
        """Answer with what waits, or will come. Who goes away meanwhile has left."""
        answering = asyncio.create_task(self._hand_on(carrier, _once(b"")))
        leaving = asyncio.create_task(_gone(carrier.receive))
        try:
            await asyncio.wait({answering, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if not answering.done():
                await line.socket.close(wait=False, abort=True)
        finally:
            leaving.cancel()
            answering.cancel()
            with suppress(asyncio.CancelledError):
                await answering

    async def _hand_on(self, carrier: Carrier, receive: Receive) -> None:
        async def send(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *HEADERS]
            elif message["type"] == "http.response.body":
                # From here on the client may ask again, before this has come to its end.
                carrier.answered()
            await carrier.send(message)

        await self._engine.handle_request(carrier.scope, receive, send)


@contextmanager
def _only_one(line: Line, method: str) -> Iterator[None]:
    """Of each kind a connection has one request under way, as Engine.IO demands of clients."""
    if method in line.answering:
        line.end(CloseCode.MALFORMED)
        raise RefusedError(400, "Another request of this connection is not answered yet.")
    line.answering.add(method)
    try:
        yield
    finally:
        line.answering.discard(method)


def _require_polling(carrier: Carrier) -> None:
    """Raises `RefusedError` for a new connection where its next request may reach a stranger."""
    server = carrier.scope.get("extensions", {}).get("parley.server")
    if server is not None and server.draining:
        raise RefusedError(503, "Restarting.")
    if not settings.CHAT_SOCKETIO_POLLING or (server is not None and server.shares_its_port):
        raise RefusedError(
            400, 'Long polling is not offered here: set transports to ["websocket"].'
        )


async def _body(carrier: Carrier) -> bytes:
    body = bytearray()
    more = True
    while more:
        event = await carrier.receive()
        if event["type"] == "http.disconnect":
            raise RefusedError(400, "The body of this request is not complete.")
        body += event.get("body", b"")
        more = event.get("more_body", False)
        if len(body) > settings.CHAT_FRAME_LIMIT:
            raise RefusedError(413, "The body of this request is too long.")
    return bytes(body)


def _is_sound(body: bytes) -> bool:
    try:
        packets = body.decode().split(SEPARATOR)
    except UnicodeDecodeError:
        return False
    return len(packets) <= PACKETS_LIMIT and all(map(is_sound, packets))


def _once(body: bytes) -> Receive:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def _gone(receive: Receive) -> None:
    """Return once whoever asked has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def _refuse(carrier: Carrier, error: RefusedError) -> None:
    if carrier.is_websocket:
        await carrier.receive()
        await carrier.send({"type": "websocket.close"})
        return
    headers = [(b"content-type", b"application/json"), *HEADERS]
    body = encode({"error": "invalid_event", "message": error.message})
    start = {"type": "http.response.start", "status": error.status, "headers": headers}
    await carrier.send(start)
    await carrier.send({"type": "http.response.body", "body": body})
