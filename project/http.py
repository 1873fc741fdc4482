"""HTTP connections on Daphne, made to end when the server drains."""

from typing import TYPE_CHECKING
from weakref import WeakSet

from daphne.http_protocol import HTTPFactory, WebRequest
from twisted.internet.interfaces import IAddress
from twisted.web.http import HTTPChannel

if TYPE_CHECKING:
    from project.server import Server


class Request(WebRequest):
    """One request."""

    def handle_exception(self, exception: Exception) -> None:
        # Daphne would begin a second response here, and the error of that would end its
        # `application_checker` for all connections.
        if self._response_started and not self.finished:
            self.channel.forceAbortClient()
        else:
            super().handle_exception(exception)


class Channel(HTTPChannel):
    """One HTTP connection, kept alive for any number of requests."""

    @property
    def is_open(self) -> bool:
        """Whether it is still HTTP's: an upgrade to WebSocket takes the transport away."""
        return bool(self.transport.connected) and self.transport.protocol is self

    def drain(self) -> None:
        """Close now if idle or half asked, else after the answer to the present request."""
        self.persistent = 0
        if any(request.application_queue for request in self.requests):
            for request in self.requests:
                request.setHeader(b"connection", b"close")
        else:
            self.loseConnection()


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
        return channel

    def log(self, request: WebRequest) -> None:
        """Do nothing: requests are logged by `action_logger`, not in Twisted's log too."""

    def open_channels(self) -> list[Channel]:
        """Return the connections that are open, except those that became WebSockets."""
        return [channel for channel in self._channels if channel.is_open]
