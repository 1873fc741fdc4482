"""Who connects to which namespace, and what is said there."""

from __future__ import annotations

import logging
from typing import Any

import engineio
import msgspec
from django.db import DatabaseError, InterfaceError

from accounts.identity import Identity
from chat import runtime
from chat.errors import ChatError, ErrorCode
from chat.handshake import CredentialsRefusedError, identify, identify_token, peer_of
from chat.protocol.close_codes import CloseCode
from chat.protocol.codec import encode
from chat.protocol.socketio import (
    Credentials,
    Kind,
    Packet,
    packet,
    read_credentials,
    read_frame,
    read_packet,
    refusal_packet,
    unreadable_frame,
)
from chat.session import ChatSession

from .carriers import Carrier, current
from .dialects import DIALECTS
from .lines import Line, Outbox, Seat

logger = logging.getLogger(__name__)

# Connections of one process that have not logged in yet.
WAITING_LIMIT = 5_000


class EngineServer(engineio.AsyncServer):
    """Engine.IO with a queue that knows how much is in it."""

    def create_queue(self, *args: Any, **kwargs: Any) -> Outbox:
        return Outbox()


class Conversations:
    """What happens on the connections of one Engine.IO server."""

    def __init__(self, server: EngineServer) -> None:
        self._server = server
        self.lines: dict[str, Line] = {}
        self._waiting: set[Line] = set()
        server.on("connect", self._connected)
        server.on("message", self._received)
        server.on("disconnect", self._disconnected)

    async def _connected(self, sid: str, environ: dict[str, Any]) -> bool:
        if len(self._waiting) >= WAITING_LIMIT:
            return False
        self.lines[sid] = Line(self._server.sockets[sid], current.get(), self._waiting)
        return True

    async def _disconnected(self, sid: str, reason: str) -> None:
        if line := self.lines.pop(sid, None):
            line.stop()

    async def _received(self, sid: str, data: Any) -> None:
        line = self.lines.get(sid)
        if line is None or line.closed:
            return
        try:
            await self._take(line, data)
        except Exception:
            logger.exception("A packet could not be taken in")
            line.end(CloseCode.RESTARTING)

    async def _take(self, line: Line, data: Any) -> None:
        found = read_packet(data) if isinstance(data, str) else None
        if found is None:
            # Part of an event with binary data, which was answered, or nothing that is known.
            line.lose_patience()
            return
        seat = line.seats.get(found.namespace)
        match found.kind:
            case Kind.CONNECT:
                await self._connect(line, found)
            case Kind.DISCONNECT if seat is not None:
                line.drop(seat)
            case Kind.EVENT | Kind.BINARY_EVENT if seat is not None and seat.is_open:
                await _answer(seat, found)
            case _:
                line.lose_patience()

    async def _connect(self, line: Line, found: Packet) -> None:
        # A session costs the database something, and its limits are new: not without end.
        line.lose_patience()
        dialect = DIALECTS.get(found.namespace)
        if dialect is None or found.namespace in line.seats:
            _refuse(line, found.namespace, ChatError(ErrorCode.NOT_ALLOWED))
            return
        seat = Seat(line, dialect)
        line.take(seat)
        try:
            session = await _begin(seat, found)
            # The client may have left the namespace, or gone, while it was let in.
            if not line.closed and not seat.closed:
                line.put(packet(Kind.CONNECT, found.namespace, encode({"sid": session.id})))
                line.expect_no_login()
                seat.open()
        except ChatError as error:
            _refuse(line, found.namespace, error)
        except (DatabaseError, InterfaceError):
            logger.warning("Nobody can be let in: the database is away")
            away = ChatError(ErrorCode.UNAVAILABLE, retry_after=1.0)
            _refuse(line, found.namespace, away)
        finally:
            # Also where this was cancelled: nobody would ever stop such a session.
            if not seat.is_open:
                line.drop(seat)


def _refuse(line: Line, namespace: str, error: ChatError) -> None:
    line.put(refusal_packet(namespace, error))


async def _begin(seat: Seat, found: Packet) -> ChatSession:
    """A session for whoever connects. Raises `ChatError`, and what the database raises."""
    carrier = current.get()
    identity = await _identify(found, seat.line)
    if identity is None:
        raise ChatError(ErrorCode.UNAUTHENTICATED)
    parts = await runtime.running()
    session = seat.session = ChatSession(
        hub=parts.hub,
        writer=parts.writer,
        transport=seat,
        identity=identity,
        peer=peer_of(carrier.scope),
    )
    if not await session.start() or session.ended:
        raise _why(seat)
    return session


async def _identify(found: Packet, line: Line) -> Identity | None:
    """By the token that came with the packet, else by the headers of the request that brought it:
    browsers name their origin only where they write. Else by those of the first request."""
    try:
        credentials = read_credentials(found)
        if credentials != Credentials():
            return await identify_token(credentials.token)
        return await _by_headers(current.get()) or await _by_headers(line.handshake)
    except (ChatError, CredentialsRefusedError):
        return None


async def _by_headers(carrier: Carrier) -> Identity | None:
    return await identify(carrier.scope["headers"], secure=carrier.secure)


def _why(seat: Seat) -> ChatError:
    """What a session that did not start has said, as the refusal."""
    for payload in seat.held:
        native = read_frame(payload)
        if native.event == "error":
            told = msgspec.json.decode(native.data)
            return ChatError(ErrorCode(told["code"]), told["message"], details=told.get("details"))
    return ChatError(ErrorCode.UNAUTHENTICATED)


async def _answer(seat: Seat, found: Packet) -> None:
    try:
        frame = seat.dialect.to_frame(found)
    except ChatError:
        # The session refuses it in its turn, and counts it.
        frame = unreadable_frame(found.callback)
    async with seat.turn:
        if seat.session is not None:
            await seat.session.handle(frame)
