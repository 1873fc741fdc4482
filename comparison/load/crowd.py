"""Everybody's sockets on one epoll: who comes in, what they hear, what goes wrong."""

from __future__ import annotations

import errno
import select
import socket
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from enum import IntEnum
from time import perf_counter

from comparison.dialects import Dialect

from . import wire
from .job import Seat
from .wire import HEAD_END, Heard, handshake, masked

READ_SIZE = 1 << 16
PATIENCE = 30.0  # seconds for a server to do what it shall


class Stage(IntEnum):
    """How far somebody has come."""

    OUTSIDE = 0
    CONNECTED = 1
    WELCOMED = 2
    JOINED = 3


class Astray(Exception):
    """Somebody cannot come in, or was cut off; the message says what happened."""


class Line:
    """One person's connection. `count`, `total` and `acks` are of what was heard since `forget`."""

    __slots__ = ("acks", "awaits", "count", "rest", "seat", "socket", "stage", "total")

    def __init__(self, seat: Seat) -> None:
        self.seat = seat
        self.socket = socket.socket()
        self.socket.setblocking(False)
        self.stage = Stage.OUTSIDE
        self.rest = b""
        self.awaits = -1  # number of their own message that they wait to hear
        self.forget()

    def forget(self) -> None:
        self.count = self.total = self.acks = 0

    def send(self, data: bytes) -> None:
        if self.socket.send(data) != len(data):
            raise Astray("The server does not take what is sent to it.")


class Crowd:
    """Lets people in and hears for them. `heard` is called for what those hear who have joined."""

    def __init__(self, dialect: Dialect, address: str, seats: Iterable[Seat]) -> None:
        self._dialect = dialect
        self._address = address
        host, _, port = address.rpartition(":")
        self._place = (host, int(port))
        self.lines = [Line(seat) for seat in seats]
        self._by_handle: dict[int, Line] = {}
        self._poll = select.epoll()
        self.heard: Callable[[Line, Heard], None] = lambda line, heard: None
        # A server writes the same bytes to everybody: what was just read need not be read again.
        self._last_data = b""
        self._last = wire.read(b"", ack=dialect.ack, refusal=dialect.refusal)

    def close(self) -> None:
        for line in self.lines:
            line.socket.close()
        self._poll.close()

    # Coming in

    def bring(
        self,
        stage: Stage,
        *,
        at_once: int,
        progress: Callable[[float], None],
        lines: Sequence[Line] | None = None,
    ) -> int:
        """Let everybody, or `lines`, come from the stage before as far as `stage`, so many at once.

        Returns how many came. Raises `Astray`.
        """
        waiting = deque(line for line in lines or self.lines if line.stage < stage)
        all_of_them = len(waiting)
        coming: set[Line] = set()
        last = perf_counter()
        while waiting or coming:
            while waiting and len(coming) < at_once:
                coming.add(waiting[0])
                self._begin(waiting.popleft(), stage)
            self.turn(0.1)
            if arrived := {line for line in coming if line.stage >= stage}:
                coming -= arrived
                last = perf_counter()
                progress(1 - (len(waiting) + len(coming)) / all_of_them)
            elif perf_counter() - last > PATIENCE:
                raise Astray(f"Nobody came in for {PATIENCE:.0f} s.")
        return all_of_them

    def _begin(self, line: Line, stage: Stage) -> None:
        if line.stage is Stage.OUTSIDE:
            failure = line.socket.connect_ex(self._place)
            if failure not in (0, errno.EINPROGRESS):
                raise Astray(f"Cannot connect: {errno.errorcode[failure]}")
            self._by_handle[line.socket.fileno()] = line
            self._poll.register(line.socket, select.EPOLLOUT)
        elif stage is Stage.JOINED:
            self._join(line)

    def _join(self, line: Line) -> None:
        line.send(masked((self._dialect.join % {"room": line.seat.room}).encode()))

    def _connected(self, line: Line) -> None:
        path = self._dialect.path % {"room": line.seat.room}
        line.send(handshake(self._address, path, line.seat.cookie))
        self._poll.modify(line.socket, select.EPOLLIN)

    def _arrive(self, line: Line, data: bytes) -> bytes:
        """Take what comes before somebody has joined; return what was not whole yet."""
        if line.stage is Stage.OUTSIDE:
            head, end, data = data.partition(HEAD_END)
            if not end:
                return head
            if b" 101 " not in head:
                raise Astray(f"Not let in: {head[:100].decode(errors='replace')}")
            line.stage = Stage.CONNECTED
        heard = self._read(line, data)
        whole = data[: heard.whole]
        if line.stage is Stage.CONNECTED and self._dialect.welcome in whole:
            line.stage = Stage.WELCOMED
            if not self._dialect.join:
                line.stage = Stage.JOINED
        if line.stage is Stage.WELCOMED and self._dialect.joined in whole:
            line.stage = Stage.JOINED
        return data[heard.whole :]

    # Hearing

    def turn(self, timeout: float) -> None:
        """Wait for at most `timeout` s and take what came. Raises `Astray`."""
        for handle, mask in self._poll.poll(timeout):
            line = self._by_handle[handle]
            if mask & select.EPOLLOUT:
                self._connected(line)
                continue
            try:
                data = line.socket.recv(READ_SIZE)
            except OSError as error:
                raise Astray(f"Cut off: {error}") from None
            if not data:
                raise Astray("Cut off without a word.")
            if line.rest:
                data = line.rest + data
            if line.stage is Stage.JOINED:
                self._hear(line, data)
            else:
                line.rest = self._arrive(line, data)

    def _hear(self, line: Line, data: bytes) -> None:
        heard = self._last if data == self._last_data else self._read(line, data)
        # A ping is answered by each.
        self._last_data, self._last = (b"" if heard.pings else data), heard
        line.rest = data[heard.whole :]
        line.count += len(heard.numbers)
        line.total += heard.total
        line.acks += heard.acks
        self.heard(line, heard)

    def _read(self, line: Line, data: bytes) -> Heard:
        heard = wire.read(data, ack=self._dialect.ack, refusal=self._dialect.refusal)
        for ping in heard.pings:
            line.send(masked(ping, wire.PONG))
        if heard.trouble:
            raise Astray(f"Refused: {heard.trouble[:200].decode(errors='replace')}")
        return heard
