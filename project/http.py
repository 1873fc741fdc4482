"""HTTP connections on Daphne, made to end when the server drains."""

from typing import TYPE_CHECKING
from weakref import WeakSet

from daphne.http_protocol import HTTPFactory, WebRequest
from twisted.internet import reactor
from twisted.internet.interfaces import IAddress
from twisted.python.failure import Failure
from twisted.web.http import HTTPChannel

if TYPE_CHECKING:
    from project.server import Server

# Seconds in which a request that is already on its way to a draining server still gets its answer.
FAREWELL = 0.5


class Request(WebRequest):
    """One request."""

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
