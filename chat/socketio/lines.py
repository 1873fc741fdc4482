"""One connection of Engine.IO, whatever carries it, and the sessions that share it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from django.conf import settings
from engineio.packet import MESSAGE, NOOP
from engineio.packet import Packet as Message

from chat.protocol.close_codes import CloseCode
from chat.protocol.codec import Delivery
from chat.protocol.socketio import Kind, packet
from chat.stats import stats

from .dialects import Dialect

if TYPE_CHECKING:
    from engineio.async_socket import AsyncSocket

    from chat.session import ChatSession

    from .carriers import Carrier

DRAIN_POLL = 0.01
# After these the client shall come back by itself: it does when the connection breaks, and does
# not when it is told that its namespace is closed.
COME_BACK = frozenset({CloseCode.RESTARTING, CloseCode.TOO_SLOW})
# Packets that nobody here can take, and logins, until a connection is closed for them.
PATIENCE = 30


class Outbox(asyncio.Queue[Message | None]):
    """What Engine.IO has yet to hand on, with its size in characters."""

    def __init__(self) -> None:
        super().__init__()
        self.size = 0
        self._under_way = 0

    @property
    def is_idle(self) -> bool:
        """Whether everything was handed on: what is written past the queue overtakes nothing."""
        return not self._under_way

    def task_done(self) -> None:
        super().task_done()
        self._under_way -= 1

    def empty_out(self) -> None:
        while not self.empty():
            self.get_nowait()
            self.task_done()

    def _put(self, item: Message | None) -> None:
        super()._put(item)
        self.size += _size(item)
        self._under_way += 1

    def _get(self) -> Message | None:
        item: Message | None = super()._get()
        self.size -= _size(item)
        return item


def _size(item: Message | None) -> int:
    return len(item.data) if item is not None and isinstance(item.data, str) else 0


class Line:
    """Takes what its sessions send, and is cut when too much of it is left lying."""

    def __init__(self, socket: AsyncSocket, carrier: Carrier, waiting: set[Line]) -> None:
        self.socket = socket
        # What began the connection; some clients show who they are there, and never again.
        self.handshake = carrier
        # The WebSocket, once there is one.
        self.carrier = carrier
        # Requests that are being answered: at most one of each method.
        self.answering: set[str] = set()
        # Those of all lines on which nobody has logged in.
        self._waiting = waiting
        self.seats: dict[str, Seat] = {}
        self.closed = False
        self._queue: Outbox = socket.queue
        self._patience = PATIENCE
        self._closing: asyncio.Task[None] | None = None
        self._deadline: asyncio.TimerHandle | None = None
        self.expect_login()

    # Out

    def deliver(self, delivery: Delivery, dialect: Dialect) -> None:
        if self.closed:
            return
        if self.buffered() > settings.CHAT_SEND_BUFFER:
            stats.cut_readers += 1
            self.end(CloseCode.TOO_SLOW)
            return
        direct = self.carrier.direct
        if direct is not None and self.socket.upgraded and self._queue.is_idle:
            direct.write(delivery.form(dialect.websocket))
        else:
            for message in delivery.form(dialect.messages):
                self._queue.put_nowait(message)

    def put(self, text: str) -> None:
        """Queue one packet."""
        if not self.closed:
            self._queue.put_nowait(Message(MESSAGE, text))

    def buffered(self) -> int:
        """How much has not left this process."""
        direct = self.carrier.direct
        return self._queue.size + (direct.buffered() if direct is not None else 0)

    async def drained(self) -> None:
        """Wait until what was sent was taken, or the connection is closing."""
        while self.buffered() and not self._is_closing():
            await asyncio.sleep(DRAIN_POLL)

    def _is_closing(self) -> bool:
        direct = self.carrier.direct
        return self.closed or (direct is not None and direct.closing)

    def change_over(self, websocket: Carrier) -> bool:
        """Go on by a WebSocket, unless it is too late or something is still being polled for: then
        two would take what the queue holds."""
        if self.closed or "GET" in self.answering:
            return False
        self.carrier = websocket
        return True

    # The end

    def expect_login(self) -> None:
        """Close the connection unless there is a session on it in time."""
        if self.seats or self.closed:
            return
        self._waiting.add(self)
        # Attempts that fail win no time.
        if self._deadline is None:
            loop = asyncio.get_running_loop()
            wait = settings.CHAT_AUTHENTICATE_TIMEOUT
            self._deadline = loop.call_later(wait, self._end_unless_used)

    def _end_unless_used(self) -> None:
        self._deadline = None
        if not self.seats:
            self.end(CloseCode.NOT_LOGGED_IN)

    def take(self, seat: Seat) -> None:
        """Somebody begins to log in: as long as that takes, the connection stays."""
        self.seats[seat.dialect.namespace] = seat

    def drop(self, seat: Seat) -> None:
        """A session is over, or did not come about."""
        if self.seats.get(seat.dialect.namespace) is seat:
            del self.seats[seat.dialect.namespace]
        seat.stop()
        self.expect_login()

    def expect_no_login(self) -> None:
        self._waiting.discard(self)
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def lose_patience(self) -> None:
        """Something came that nobody sends without end."""
        self._patience -= 1
        if self._patience < 0:
            self.end(CloseCode.MALFORMED)

    def leave(self, seat: Seat, code: int) -> None:
        """A session has closed, with what would be its WebSocket's close code."""
        if code in COME_BACK:
            self.end(code)
            return
        self.put(packet(Kind.DISCONNECT, seat.dialect.namespace, b""))
        self.drop(seat)

    def end(self, code: int) -> None:
        """Close the connection. Whoever does not answer is cut off."""
        if self.closed:
            return
        self.closed = True
        if code == CloseCode.TOO_SLOW:
            self._queue.empty_out()
        self._closing = asyncio.create_task(self._close(code))

    async def _close(self, code: int) -> None:
        await self.carrier.close(code)
        # Takes a polling client's next request for it, too.
        await self.socket.close(wait=False)

    def stop(self) -> None:
        """The connection is gone."""
        if not self.closed and "GET" in self.answering:
            # A client that says goodbye waits for its last answer.
            self._queue.put_nowait(Message(NOOP))
        self.closed = True
        self.expect_no_login()
        seats, self.seats = list(self.seats.values()), {}
        for seat in seats:
            seat.stop()


class Seat:
    """The transport of one session: one namespace of a line.

    Frames are held until `open`, for a client hears nothing in a namespace before its answer.
    """

    def __init__(self, line: Line, dialect: Dialect) -> None:
        self.line = line
        # The line may go on; what this session still has to say is for nobody.
        self.closed = False
        self.turn = asyncio.Lock()
        self.session: ChatSession | None = None
        self.dialect = dialect
        self._held: list[bytes] | None = []

    @property
    def held(self) -> list[bytes]:
        return self._held or []

    @property
    def is_open(self) -> bool:
        return self._held is None

    def open(self) -> None:
        held, self._held = self._held, None
        if held:
            self.deliver(Delivery(held))

    def stop(self) -> None:
        self.closed = True
        if self.session is not None:
            self.session.stop()

    def deliver(self, delivery: Delivery) -> None:
        if self.closed:
            return
        if self._held is not None:
            self._held.extend(delivery.payloads)
        else:
            self.line.deliver(delivery, self.dialect)

    def send(self, payload: bytes) -> None:
        self.deliver(Delivery((payload,)))

    async def drained(self) -> None:
        await self.line.drained()

    def close(self, code: int) -> None:
        if self.closed:
            return
        self.closed = True
        if self._held is None:
            self.line.leave(self, code)
        elif code in COME_BACK:
            self.line.end(code)
