"""The door for native WebSockets: `/ws/chat/`."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import Any

from channels.consumer import AsyncConsumer
from django.conf import settings
from django.db import DatabaseError, InterfaceError

from accounts.identity import Identity

from . import runtime
from .errors import ChatError, ErrorCode
from .handshake import CredentialsRefusedError, identify, identify_token, peer_of
from .protocol.close_codes import CloseCode
from .protocol.codec import ack_frame, error_frame, read_envelope, read_event
from .protocol.inbound import Authenticate
from .protocol.replies import Nothing
from .session import ChatSession
from .transports import Transport, transport_for

logger = logging.getLogger(__name__)

Message = dict[str, Any]


class ChatConsumer(AsyncConsumer):
    """Accepts, finds out who it is, then hands every frame to the session.

    It replaces the base class's dispatch by a plain loop: no channel of its own, no thread hop
    and no task for each frame (docs/decisions.md, "The consumer's loop").
    """

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.scope = scope
        self._receive = receive
        # Of a first frame that is not answered yet.
        self._ref: str | None = None
        if (await receive())["type"] != "websocket.connect":
            return
        # Accept first, so that a refusal can say why: a rejected handshake has no words.
        await send({"type": "websocket.accept"})
        transport = transport_for(scope, send)
        with contextlib.suppress(ConnectionResetError):
            try:
                await self._serve(transport)
            except (DatabaseError, InterfaceError):
                # Once it has started, the session answers such things itself.
                logger.warning("Nobody can be let in: the database is away")
                error = ChatError(ErrorCode.UNAVAILABLE, retry_after=1.0)
                await self._turn_away(transport, error, CloseCode.RESTARTING)

    async def _turn_away(self, transport: Transport, error: ChatError, code: CloseCode) -> None:
        transport.send(error_frame(error, self._ref))
        transport.close(code)
        await transport.drained()

    async def _serve(self, transport: Transport) -> None:
        parts = await runtime.running()
        identity = await self._identify(transport)
        if identity is None:
            error = ChatError(ErrorCode.UNAUTHENTICATED)
            await self._turn_away(transport, error, CloseCode.NOT_LOGGED_IN)
            return
        session = ChatSession(
            hub=parts.hub,
            writer=parts.writer,
            transport=transport,
            identity=identity,
            peer=peer_of(self.scope),
        )
        try:
            if await session.start():
                while True:
                    await session.handle(await self._next_frame())
            await transport.drained()
        finally:
            session.stop()

    async def _next_frame(self) -> str | bytes:
        """The next text frame, as it came. Raises ConnectionResetError when there is none."""
        message: Message = await self._receive()
        if message["type"] == "websocket.disconnect":
            raise ConnectionResetError
        # A binary frame is answered like any other that cannot be read.
        return message.get("text") or ""

    async def _identify(self, transport: Transport) -> Identity | None:
        secure = self.scope.get("scheme") in ("wss", "https")
        try:
            identity = await identify(self.scope["headers"], secure=secure)
        except CredentialsRefusedError:
            return None
        return identity or await self._identify_by_first_frame(transport)

    async def _identify_by_first_frame(self, transport: Transport) -> Identity | None:
        try:
            async with asyncio.timeout(settings.CHAT_AUTHENTICATE_TIMEOUT):
                envelope = read_envelope(await self._next_frame())
            self._ref = envelope.ref
            event = read_event(envelope)
        except (TimeoutError, ChatError):
            return None
        identity = await identify_token(event.token) if isinstance(event, Authenticate) else None
        if identity is not None and self._ref is not None:
            transport.send(ack_frame(Nothing(), self._ref))
        return identity
