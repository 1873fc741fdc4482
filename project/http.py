"""HTTP connections on Daphne, made to end when the server drains."""

import asyncio
from collections.abc import Awaitable, Callable
from io import BytesIO
from typing import IO, TYPE_CHECKING, Any
from weakref import WeakSet

from daphne.http_protocol import HTTPFactory, WebRequest
from django.conf import settings
from twisted.internet import reactor
from twisted.internet.interfaces import IAddress
from twisted.python.failure import Failure
from twisted.web.http import HTTPChannel

if TYPE_CHECKING:
    from project.server import Server

# Seconds in which a request that is already on its way to a draining server still gets its answer.
FAREWELL = 0.5
PIECE = 64 * 1024  # bytes
PATIENCE = 10  # times the limit of a body that are read and thrown away


class Request(WebRequest):
    """One request, whose body is on disk until the application reads it, piece by piece.

    Of a body above HTTP_BODY_LIMIT nothing is kept. The rest is still read, so that a browser that
    is sending gets to hear the 413; but not without end.
    """

    _received = 0
    _is_too_large = False
    content: IO[bytes]
    _body: IO[bytes]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # Twisted would read forms by itself: in memory, and nobody looks at what it found.
        super().__init__(*args, **{**kwargs, "parsePOSTFormSubmission": False})

    def gotLength(self, length: int | None) -> None:
        self._is_too_large = (length or 0) > settings.HTTP_BODY_LIMIT
        super().gotLength(0 if self._is_too_large else length)

    def handleContentChunk(self, data: bytes) -> None:
        self._received += len(data)
        if self._received > settings.HTTP_BODY_LIMIT and not self._is_too_large:
            self._is_too_large = True
            self.content.truncate(0)
        if not self._is_too_large:
            super().handleContentChunk(data)
        elif self._received > settings.HTTP_BODY_LIMIT * PATIENCE:
            self.channel.forceAbortClient()

    def process(self) -> Any:
        # Daphne would put the whole body into memory: it is given none, see `with_body`.
        self._body, self.content = self.content, BytesIO()
        if self._is_too_large:
            self._refuse_body()
            return None
        return super().process()

    def _refuse_body(self) -> None:
        words = b'{"error":"too_large","message":"The body of this request is too long."}'
        self.setResponseCode(413)
        self.setHeader(b"content-type", b"application/json")
        self.setHeader(b"content-length", str(len(words)).encode())
        self.write(words)
        self.finish()

    def with_body(self, receive: Callable[[], Awaitable[Any]]) -> Callable[[], Awaitable[Any]]:
        """The application's `receive`: the body in pieces, then what `receive` has."""
        is_read = False

        async def receive_with_body() -> Any:
            nonlocal is_read
            if not is_read:
                piece = self._body.read(PIECE)
                is_read = len(piece) < PIECE
                await asyncio.sleep(0)  # a long body lets others have their turn
                return {"type": "http.request", "body": piece, "more_body": not is_read}
            while (message := await receive())["type"] == "http.request":
                pass  # the empty body that Daphne was given
            return message

        return receive_with_body

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {id(self):x}>"  # Twisted's, for the log, holds the query

    def handle_exception(self, exception: Exception) -> None:
        # Daphne would begin a second response here, and the error of that would end its
        # `application_checker` for all connections.
        if self._response_started and not self.finished:
            self.channel.forceAbortClient()
        else:
            super().handle_exception(exception)


class Channel(HTTPChannel):
    """One HTTP connection, kept alive for any number of requests."""

    _draining = False

    @property
    def is_open(self) -> bool:
        """Whether it is still HTTP's: an upgrade to WebSocket takes the transport away."""
        return bool(self.transport.connected) and self.transport.protocol is self

    def drain(self) -> None:
        """Answer what is asked or on its way, then close."""
        self._draining = True
        self.persistent = 0
        for request in self._being_answered():
            request.setHeader(b"connection", b"close")
        reactor.callLater(FAREWELL, self._close_if_idle)

    def checkPersistence(self, request: Request, version: bytes) -> bool:
        if self._draining:
            request.setHeader(b"connection", b"close")
        return not self._draining and bool(super().checkPersistence(request, version))

    def _close_if_idle(self) -> None:
        if self.is_open and not self._being_answered():
            self.loseConnection()

    def _being_answered(self) -> list[Request]:
        return [request for request in self.requests if request.application_queue]

    def connectionLost(self, reason: Failure) -> None:
        super().connectionLost(reason)
        self.factory.server.tally.change(-1)


class ChannelFactory(HTTPFactory):
    """Makes the HTTP connections of one server and knows which are open."""

    protocol = Channel

    def __init__(self, server: "Server") -> None:
        super().__init__(server)
        self._channels: WeakSet[Channel] = WeakSet()

    def buildProtocol(self, addr: IAddress) -> Channel:
        channel: Channel = super().buildProtocol(addr)
        channel.requestFactory = Request  # Daphne has just put its own there
        self._channels.add(channel)
        self.server.tally.change(+1)
        return channel

    def log(self, request: WebRequest) -> None:
        """Do nothing: requests are logged by `action_logger`, not in Twisted's log too."""

    def open_channels(self) -> list[Channel]:
        """Return the connections that are open, except those that became WebSockets."""
        return [channel for channel in self._channels if channel.is_open]
