"""The server process: Daphne, with our sockets, our parts and an end that loses nothing."""

import asyncio
import logging
import signal
import time
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from typing import Any, Protocol

from daphne import server as daphne_server
from django.conf import settings
from twisted.internet import reactor
from twisted.internet.defer import maybeDeferred
from twisted.internet.endpoints import serverFromString
from twisted.internet.error import CannotListenError
from twisted.logger import STDLibLogObserver, globalLogBeginner

from project.http import ChannelFactory
from project.listening import BACKLOG, CannotServe, Door, Listening, address_of
from project.sockets import Socket, SocketFactory, SocketTransport
from project.tally import Tally

logger = logging.getLogger(__name__)

STOP_SECONDS = 3.0  # for the parts to stop, after the drain
CANCEL_SECONDS = 1.0  # for applications to end once cancelled
RESTARTING = 1012  # WebSocket close code: come back


class Parts(Protocol):
    """What runs beside the sockets in one process, on the server's loop."""

    async def start(self) -> None:
        """Get ready for sockets, without waiting for Redis."""

    async def stop_accepting(self) -> None:
        """Let sends in flight finish, then close all sessions."""

    async def stop(self) -> None:
        """End what start() began."""


class Server(daphne_server.Server):
    """Serves until stop() or a signal that ends it, then drains; the second time it ends at once.

    An endpoint is a description as Daphne makes it, or a socket that listens already and that other
    processes may share; `tally` is then what they share besides. `ready` is called with each
    address once it is served. run() raises CannotServe if it cannot.
    """

    def __init__(
        self,
        application: Callable[..., Coroutine[Any, Any, None]],
        endpoints: Sequence[str | Listening],
        *,
        tally: Tally | None = None,
        parts: Parts | None = None,
        ready: Callable[[str], None] = lambda address: None,
        **options: Any,
    ) -> None:
        defaults = {
            "ping_interval": settings.CHAT_PING_INTERVAL,
            "ping_timeout": settings.CHAT_PING_TIMEOUT,
            "websocket_timeout": -1,
            "websocket_handshake_timeout": 20,
            "websocket_max_message_size": settings.CHAT_FRAME_LIMIT,
            "websocket_max_frame_size": settings.CHAT_FRAME_LIMIT,
            "server_name": "",
        }
        super().__init__(application, endpoints, **{**defaults, **options})
        self.tally = tally or Tally.alone()
        # Whether what a client asks next may reach another process.
        self.shares_its_port = tally is not None
        self._parts = parts or _chat_runtime()
        self._ready = ready
        self._loop: asyncio.AbstractEventLoop = daphne_server.twisted_loop
        self._stopping = asyncio.Event()
        self._failure: CannotServe | None = None
        self.connections: dict[Any, dict[str, Any]] = {}
        self.draining = False
        # Whether something still ran when its time was over. Threads cannot be ended: then only
        # leaving the process by force is sure to be in time.
        self.abandoned = False

    def run(self) -> None:
        globalLogBeginner.beginLoggingTo([STDLibLogObserver("twisted")], redirectStandardIO=False)
        asyncio.set_event_loop(self._loop)
        self.http_factory = ChannelFactory(self)
        self.ws_factory = SocketFactory(self)
        signals = _ending_signals() if self.signal_handlers else []
        for number in signals:
            self._loop.add_signal_handler(number, self.stop)
        reactor.callWhenRunning(lambda: self._loop.create_task(self._live()))
        reactor.run(installSignalHandlers=False)
        for number in signals:
            self._loop.remove_signal_handler(number)
        if self._failure:
            raise self._failure

    def stop(self) -> None:
        """Drain and end; called again, end at once."""
        if self._stopping.is_set():
            self.abandoned = True
            reactor.crash()
        self._stopping.set()

    async def _live(self) -> None:
        try:
            await self._parts.start()
            await self._listen()
            reactor.callLater(1, self.application_checker)
            reactor.callLater(2, self.timeout_checker)
            await self._stopping.wait()
        except CannotListenError as error:
            address = f"{error.interface}:{error.port}"
            self._failure = CannotServe(f"Cannot listen on {address}: {error.socketError.strerror}")
        except Exception as error:
            logger.exception("The server did not start")
            self._failure = CannotServe(f"The server did not start: {error}")
        finally:
            try:
                await self._drain()
            finally:
                reactor.stop()

    async def _listen(self) -> None:
        for endpoint in self.endpoints:
            if isinstance(endpoint, Listening):
                door = Door(endpoint, self.http_factory, self.tally)
                door.open()
                self.listeners.append(door)
                self._ready(address_of(endpoint))
            else:
                twisted = serverFromString(reactor, f"{endpoint}:backlog={BACKLOG}")
                port = await twisted.listen(self.http_factory).asFuture(self._loop)
                self.listeners.append(port)
                self._ready(address_of(port.socket))

    # --- Connections -----------------------------------------------------------------------------

    def create_application(self, protocol: Any, scope: dict[str, Any]) -> asyncio.Queue[Any]:
        """Start the application for a request or a socket; return the queue that feeds it."""
        queue: asyncio.Queue[Any] = asyncio.Queue()
        receive: Callable[[], Any] = queue.get
        if isinstance(protocol, Socket):
            transport = SocketTransport(protocol, protocol.transport)
            scope["extensions"] = {"parley.transport": transport}
            scope["scheme"] = _scheme(scope["headers"])
            receive = protocol.metered(receive)
        else:
            scope["extensions"] = {"parley.server": self}
            receive = protocol.with_body(receive)
        scope["asgi"] = {"version": "3.0"}
        send = partial(self.handle_reply, protocol)
        running = self.application(scope=scope, receive=receive, send=send)
        self.connections[protocol]["application_instance"] = self._loop.create_task(running)
        return queue

    def protocol_disconnected(self, protocol: Any) -> None:
        # Unlike Daphne's, also called for connections that were never entered or are reaped.
        if protocol in self.connections:
            self.connections[protocol].setdefault("disconnected", time.time())

    def _sockets(self) -> list[Socket]:
        return [
            protocol
            for protocol, details in self.connections.items()
            if isinstance(protocol, Socket) and "disconnected" not in details
        ]

    def _applications(self) -> set[asyncio.Task[None]]:
        tasks = (details.get("application_instance") for details in self.connections.values())
        return {task for task in tasks if task and not task.done()}

    # --- The end ---------------------------------------------------------------------------------

    async def _drain(self) -> None:
        deadline = self._loop.time() + settings.CHAT_DRAIN_SECONDS
        self.draining = True
        for port in self.listeners:
            await maybeDeferred(port.stopListening).asFuture(self._loop)
        for socket in self._sockets():
            socket.refuse(503, "Restarting")
        for channel in self.http_factory.open_channels():
            channel.drain()
        await self._finish("Sends in flight", self._parts.stop_accepting(), deadline)
        for socket in self._sockets():
            socket.end(RESTARTING)
        await self._finish("Connections", self._idle(), deadline)
        await self._finish("Parts", self._parts.stop(), self._loop.time() + STOP_SECONDS)
        if running := self._applications():
            self.abandoned = True
            for task in running:
                task.cancel()
            await asyncio.wait(running, timeout=CANCEL_SECONDS)

    async def _idle(self) -> None:
        while self._sockets() or self.http_factory.open_channels() or self._applications():
            await asyncio.sleep(0.02)

    async def _finish(self, what: str, work: Coroutine[Any, Any, None], deadline: float) -> None:
        """Await `work` until the loop's time is `deadline`; log what went wrong, raise nothing."""
        task = self._loop.create_task(work)
        await asyncio.wait({task}, timeout=max(0.0, deadline - self._loop.time()))
        if not task.done():
            task.cancel()
            self.abandoned = True
            logger.warning("%s did not finish in time", what)
        elif error := task.exception():
            logger.error("%s did not finish: %s", what, error, exc_info=error)


def _ending_signals() -> list[signal.Signals]:
    """Return the signals that end a server; a hangup does not, under nohup."""
    numbers = [signal.SIGTERM, signal.SIGINT, signal.SIGHUP]
    return [number for number in numbers if signal.getsignal(number) != signal.SIG_IGN]


def _scheme(headers: list[tuple[bytes, bytes]]) -> str:
    """Return how the browser reached us, which only a trusted proxy can tell."""
    secure = settings.TRUSTED_PROXIES and (b"x-forwarded-proto", b"https") in headers
    return "wss" if secure else "ws"


def _chat_runtime() -> Parts:
    from chat import runtime  # needs the apps, which a server with parts of its own can lack

    return runtime
