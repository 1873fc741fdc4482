"""WebSockets on Daphne: direct writes, bounded reading, closing that ends.

Everything that leans on attributes of Twisted's and autobahn's that they do not promise is in this
module; tests/sockets/test_server.py fails when one of them goes.
"""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from autobahn.websocket.types import ConnectionDeny
from daphne.ws_protocol import WebSocketFactory, WebSocketProtocol
from twisted.internet import reactor, tcp
from twisted.internet.error import ConnectionDone
from twisted.python.failure import Failure

if TYPE_CHECKING:
    from project.server import Server

UNREAD_HIGH = 64  # frames waiting for the application at which reading pauses
UNREAD_LOW = 16  # and at which it goes on
CLOSE_PATIENCE = 1.0  # seconds for the peer to finish a close, then the connection is aborted
TEXT, BINARY = 1, 2  # opcodes


class SocketTransport:
    """The scope extension `parley.transport`: a way to the socket with nothing in between."""

    __slots__ = ("_protocol", "_send", "_transport")

    def __init__(self, protocol: "Socket", transport: tcp.Connection) -> None:
        self._protocol = protocol
        self._transport = transport
        self._send = transport.getHandle().send

    @property
    def closing(self) -> bool:
        """Whether a close frame went out or the connection is gone: writes are dropped."""
        return self._protocol.state in (Socket.STATE_CLOSING, Socket.STATE_CLOSED)

    def write(self, data: bytes) -> None:
        """Send complete WebSocket frames; does nothing unless the socket is open."""
        if self._protocol.state != Socket.STATE_OPEN:
            return
        transport = self._transport
        # Twisted's write would wait for the next turn of the loop and cost a system call or two
        # to watch the socket. Only what the kernel does not take at once has to go that way.
        if not transport.dataBuffer and not transport._tempDataLen:
            try:
                sent = self._send(data)
            except OSError:  # full, or gone: the loop finds out which
                sent = 0
            if sent == len(data):
                return
            data = data[sent:]
        transport.write(data)

    def buffered(self) -> int:
        """Return how many bytes the kernel has not taken yet."""
        transport = self._transport
        waiting: int = len(transport.dataBuffer) - transport.offset + transport._tempDataLen
        return waiting

    def close(self, code: int) -> None:
        """Send a close frame; whoever does not answer it within a second is cut off."""
        self._protocol.end(code)


class Socket(WebSocketProtocol):
    """One WebSocket. `state` is autobahn's: CONNECTING until accepted, OPEN, CLOSING, CLOSED."""

    _paused = False

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {id(self):x}>"  # Daphne's, for the log, holds the address

    def onConnect(self, request: Any) -> Any:
        server: Server = self.factory.server_class
        handshake = super().onConnect(request)
        if server.draining:
            self.refuse(503, "Restarting")
        return handshake

    def onOpen(self) -> None:
        # The HTTP channel that carried the handshake is done: it neither throttles this
        # connection's writes nor stays in memory.
        self.transport.unregisterProducer()
        super().onOpen()

    def onClose(self, wasClean: bool, code: int, reason: str) -> None:
        if hasattr(self, "server"):  # else the handshake was too broken to reach onConnect
            super().onClose(wasClean, code, reason)

    # --- Reading ---------------------------------------------------------------------------------

    def onMessage(self, payload: bytes, isBinary: bool) -> None:
        if self.state != self.STATE_OPEN:
            return
        super().onMessage(payload, isBinary)
        if not self._paused and self.application_queue.qsize() > UNREAD_HIGH:
            self._paused = True
            self.transport.pauseProducing()

    def processData(self) -> bool:
        # One read can hold thousands of frames, so that pausing the transport is not enough.
        return not self._paused and bool(super().processData())

    def metered(self, receive: Callable[[], Awaitable[Any]]) -> Callable[[], Awaitable[Any]]:
        """Return `receive`, made to resume reading when the application has caught up."""

        async def receive_and_resume() -> Any:
            message = await receive()
            if self._paused and self.application_queue.qsize() < UNREAD_LOW:
                self._resume()
            return message

        return receive_and_resume

    def _resume(self) -> None:
        self._paused = False
        self.consumeData()
        if not self._paused:
            self.transport.resumeProducing()

    # --- Pings -----------------------------------------------------------------------------------

    def _sendAutoPing(self) -> None:
        # Of a ping that is not answered yet autobahn would forget all but its deadline: who then
        # answers both, late but in time, would be cut off all the same.
        if self.autoPingTimeoutCall is None:
            super()._sendAutoPing()

    # --- Sending ---------------------------------------------------------------------------------

    def serverSend(self, content: str | bytes, binary: bool = False) -> None:
        # Not by autobahn's sendMessage, which applies the limit for frames in to frames out and
        # raises when the socket has just closed.
        if self.state == self.STATE_OPEN:
            payload = content.encode() if isinstance(content, str) else content
            self.sendFrame(opcode=BINARY if binary else TEXT, payload=payload)

    # --- Closing ---------------------------------------------------------------------------------

    def refuse(self, status: int, reason: str) -> None:
        """Answer a handshake that the application has not decided yet with an HTTP error."""
        handshake = self.__dict__.pop("handshake_deferred", None)
        if handshake is not None:
            self.server.protocol_disconnected(self)
            handshake.errback(ConnectionDeny(code=status, reason=reason))

    def end(self, code: int) -> None:
        """Close an open socket with `code`; does nothing to any other."""
        if self.state == self.STATE_OPEN:
            self.sendCloseFrame(code=code)  # not by autobahn's sendClose, which refuses 1012

    def sendCloseFrame(self, *args: Any, **options: Any) -> None:
        super().sendCloseFrame(*args, **options)
        self._cut_off_later()
        if self._paused:
            self._resume()  # what came is dropped, but the peer's close must be read

    def serverClose(self, code: int | None = None) -> None:
        self.end(1000 if code is None else code)

    def dropConnection(self, abort: bool = False) -> None:
        super().dropConnection(abort)
        if not abort:
            # Twisted waits for its buffer to empty, with a peer that does not read for ever.
            self._cut_off_later()

    def _cut_off_later(self) -> None:
        reactor.callLater(CLOSE_PATIENCE, self.transport.abortConnection)

    def connectionLost(self, reason: Failure = Failure(ConnectionDone())) -> None:  # noqa: B008
        super().connectionLost(reason)
        self.data = b""
        self.factory.server_class.tally.change(-1)


class SocketFactory(WebSocketFactory):
    """Makes the sockets of one server."""

    protocol = Socket

    def __init__(self, server: "Server") -> None:
        super().__init__(server, server=server.server_name)
        self.setProtocolOptions(
            autoPingTimeout=server.ping_timeout,
            allowNullOrigin=True,  # the application judges origins
            openHandshakeTimeout=server.websocket_handshake_timeout,
            closeHandshakeTimeout=0,  # ours is exact: autobahn's clock ticks once a second
            maxMessagePayloadSize=server.websocket_max_message_size,
            maxFramePayloadSize=server.websocket_max_frame_size,
            failByDrop=False,  # say 1002, 1007, 1009 before closing
            # Frames are made once for everybody, so that they are never compressed for one.
            perMessageCompressionAccept=lambda offers: None,
        )
