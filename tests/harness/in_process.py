"""Several server processes' parts on one loop, and clients without sockets: quick and seeded."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from typing import Any

import msgspec

from chat import fanout
from chat.bus_items import BusItem
from chat.hub import Hub
from chat.protocol.codec import Delivery
from chat.session import ChatSession
from chat.writer import Writer
from tests.frames import read_frame

from .correspondent import Correspondent, Disconnected
from .fixtures import Person


class Process:
    """What one server process runs behind its sockets, with a channel layer of its own."""

    def __init__(self, layer: Any) -> None:
        self.layer = layer
        self.hub = Hub()
        self.hub.bus._layer = layer
        self.writer = Writer()


@contextlib.asynccontextmanager
async def processes(*layers: Any, seed: str) -> AsyncIterator[list[Process]]:
    """Run a process for each layer. What is announced comes to one of them, chosen by the seed:
    changes that follow each other reach the hubs by different ways."""
    running = [Process(layer) for layer in layers]
    chance = random.Random(seed)

    def sink(items: tuple[BusItem, ...]) -> None:
        chance.choice(running).hub.take(items)

    for process in running:
        process.hub.start()
    fanout.attach(sink)
    try:
        yield running
    finally:
        fanout.detach(sink)
        for process in running:
            await process.hub.stop()


class Link:
    """The transport of one connection: what is sent arrives, until it is cut."""

    def __init__(self, client: LocalClient) -> None:
        self._client = client
        self.closed: int | None = None

    def deliver(self, delivery: Delivery) -> None:
        for payload in delivery.payloads:
            self.send(payload)

    def send(self, payload: bytes) -> None:
        if self.closed is None:
            self._client.take(read_frame(payload))

    async def drained(self) -> None:
        await asyncio.sleep(0)

    def close(self, code: int) -> None:
        self.closed = code


class LocalClient(Correspondent):
    """A client without a socket: what it asks for is handled before it goes on."""

    def __init__(self, person: Person) -> None:
        super().__init__(person.name)
        self._person = person
        self._link = Link(self)
        self._session: ChatSession | None = None
        self._turn = asyncio.Lock()

    async def connect(self, process: Process) -> None:
        self._link = Link(self)
        self._session = ChatSession(
            hub=process.hub,
            writer=process.writer,
            transport=self._link,
            identity=self._person.identity,
        )
        assert await self._session.start()

    def cut(self) -> None:
        """Lose the connection: the server hears of it, and nothing more arrives."""
        self._link.close(1006)
        if self._session is not None:
            self._session.stop()
            self._session = None
        self.forget_questions()

    @property
    def disconnected(self) -> bool:
        return self._session is None

    def has_open(self, room_id: str) -> bool:
        return self._session is not None and room_id in self._session.rooms

    async def open(self, room_id: str) -> None:
        """Raises `Refused`."""
        timeline = self.follow(room_id)
        timeline.joining()
        await self.ask("join_room", room_id=room_id, **timeline.standing)

    async def ask(self, event: str, **data: Any) -> dict[str, Any]:
        """Ask for something and return the ack's data. Raises `Refused`, `Disconnected`."""
        if self._session is None:
            raise Disconnected
        frame, answer = self.expect_answer(event, data)
        async with self._turn:
            await self._session.handle(msgspec.json.encode(frame))
        reply: dict[str, Any] = await answer
        return reply

    async def say(self, room_id: str, message: str) -> dict[str, Any]:
        pending = self.outbox.put(room_id, message, self.fresh_client_id())
        reply = await self.ask("send_message", **pending.event["data"])
        self.outbox.acknowledge(pending.client_id, reply)
        return reply


async def visit(person: Person, process: Process) -> LocalClient:
    """Connect `person` to `process`."""
    client = LocalClient(person)
    await client.connect(process)
    return client
