"""A client on a real WebSocket that does what the design asks of clients, and keeps book."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Sequence
from functools import partial
from types import TracebackType
from typing import Any, Self

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from tests.frames import read_frame

from .correspondent import PATIENCE, Correspondent, Disconnected, Frame
from .outbox import Pending, Refused

SEND = "send:"
JOIN = "join:"
AGAIN_AFTER = 0.1  # seconds, when the server asked for another try


class Client(Correspondent):
    """Connects, opens its rooms, and after every loss connects anew (to the next of `addresses`),
    resumes where it stands and sends again what was not acknowledged.

    Use it as an asynchronous context manager: inside, it lives.
    """

    def __init__(
        self,
        name: str,
        token: str,
        addresses: Sequence[str],
        rooms: Sequence[str] = (),
        *,
        seed: int = 0,
    ) -> None:
        super().__init__(name)
        self.addresses = list(addresses)
        self.closes: list[int | None] = []
        self.joined: set[str] = set()
        self.refused_rooms: dict[str, Refused] = {}
        self.connects = 0
        self._token = token
        self._random = random.Random(f"{seed} {name}")
        self._socket: ClientConnection | None = None
        self._stopping = False
        self._life: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        for room_id in rooms:
            self.follow(room_id)

    # Life

    async def __aenter__(self) -> Self:
        self._life = asyncio.create_task(self._live())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stopping = True
        assert self._life is not None
        if self._socket is not None:
            await self._socket.close()
        self._life.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._life

    async def _live(self) -> None:
        while not self._stopping:
            address = self.addresses[self.connects % len(self.addresses)]
            self.connects += 1
            with contextlib.suppress(OSError, WebSocketException, TimeoutError, EOFError):
                await self._connect(address)
            self.forget_questions()
            self.joined.clear()
            self._moved.set()
            await asyncio.sleep(self._random.uniform(0.02, 0.2))

    async def _connect(self, address: str) -> None:
        headers = {"Authorization": f"Bearer {self._token}"}
        async with connect(
            address,
            additional_headers=headers,
            ping_interval=None,
            open_timeout=PATIENCE,
            close_timeout=2,
            max_queue=None,
            max_size=None,
            proxy=None,
        ) as socket:
            self._socket = socket
            try:
                async for raw in socket:
                    await self._take_and_react(read_frame(raw))
            finally:
                self._socket = None
                # Where the close handshake failed the code is 1006, as a browser says.
                self.closes.append(socket.close_code)

    async def _take_and_react(self, frame: Frame) -> None:
        self.take(frame)
        ref = frame.get("ref") or ""
        if frame["event"] == "welcome":
            for room_id in self.timelines:
                await self._join(room_id)
        elif ref.startswith(JOIN):
            await self._join_answered(ref.removeprefix(JOIN), frame)
        elif ref.startswith(SEND):
            await self._send_answered(ref.removeprefix(SEND), frame)

    # Rooms

    async def open(self, room_id: str) -> None:
        """Open a room and wait until the server has answered."""
        self.follow(room_id)
        await self._join(room_id)
        await self.is_back_in(room_id)

    async def _join(self, room_id: str) -> None:
        timeline = self.timelines[room_id]
        timeline.joining()
        data = {"room_id": room_id, **timeline.standing}
        await self._post({"event": "join_room", "data": data, "ref": f"{JOIN}{room_id}"})

    async def _join_answered(self, room_id: str, frame: Frame) -> None:
        if frame["event"] == "ack":
            self.joined.add(room_id)
            self._moved.set()
            for pending in self.outbox.of(room_id):
                await self._post(pending.event)
        elif frame["data"]["code"] in self.outbox.TEMPORARY:
            loop = asyncio.get_running_loop()
            loop.call_later(AGAIN_AFTER, self._soon, partial(self._join, room_id))
        else:
            self.refused_rooms[room_id] = Refused(frame["data"])
            self._moved.set()

    async def settled(self) -> None:
        """Wait until all rooms are open, or were refused."""
        await self.until(
            lambda: set(self.timelines) <= self.joined | set(self.refused_rooms), "to settle"
        )

    async def is_closed(self) -> None:
        """Wait for the first close of a connection."""
        await self.until(lambda: self.closes, "for the close")

    async def is_back_in(self, room_id: str) -> None:
        """Wait until the room is open."""
        await self.until(lambda: room_id in self.joined, f"to be back in {room_id}")

    # Saying and asking

    async def say(self, room_id: str, message: str, *, client_id: str = "") -> dict[str, Any]:
        """Say something until it is acknowledged, however often the connection goes; return the
        ack. Raises `Refused`."""
        return await self.begin_to_say(room_id, message, client_id=client_id).done

    def begin_to_say(self, room_id: str, message: str, *, client_id: str = "") -> Pending:
        """Say something without waiting for the ack."""
        pending = self.outbox.put(room_id, message, client_id or self.fresh_client_id())
        if room_id in self.joined:
            self._soon(partial(self._post, pending.event))
        return pending

    async def _send_answered(self, client_id: str, frame: Frame) -> None:
        if frame["event"] == "ack":
            self.outbox.acknowledge(client_id, frame["data"])
        elif again := self.outbox.refuse(client_id, frame["data"]):
            loop = asyncio.get_running_loop()
            loop.call_later(AGAIN_AFTER, self._soon, partial(self._post, again.event))
        self._moved.set()

    async def ask(self, event: str, **data: Any) -> dict[str, Any]:
        """Ask for something once and return the ack's data. Raises `Refused`, `Disconnected`."""
        frame, answer = self.expect_answer(event, data)
        if self._socket is None:
            raise Disconnected
        await self._post(frame)
        reply: dict[str, Any] = await answer
        return reply

    def _soon(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._tasks.add(task := asyncio.create_task(work()))
        task.add_done_callback(self._tasks.discard)

    async def _post(self, frame: Frame) -> None:
        if self._socket is not None:
            with contextlib.suppress(WebSocketException, OSError):
                await self._socket.send(msgspec.json.encode(frame).decode())

    # Faults of its own

    def drop(self) -> None:
        """Lose the connection without a word, as a train in a tunnel does."""
        if self._socket is not None:
            self._socket.transport.abort()


@contextlib.asynccontextmanager
async def living(clients: Iterable[Client]) -> AsyncIterator[list[Client]]:
    """Inside, all of them are connected and have opened their rooms."""
    async with contextlib.AsyncExitStack() as stack:
        alive = [await stack.enter_async_context(client) for client in clients]
        for client in alive:
            await client.settled()
        yield alive
