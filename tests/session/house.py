"""One process's parts without its sockets, and people who talk to it in frames."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest

from accounts.actions.tokens import create_token
from accounts.identity import Identity, by_session_key, by_token
from accounts.models import User
from chat import fanout, leases
from chat.bus_items import BusItem
from chat.hub import Hub
from chat.protocol.codec import Delivery
from chat.session import ChatSession
from chat.threads import in_thread
from chat.writer import Writer
from tests.frames import read_frame
from tests.harness.correspondent import PATIENCE

NEVER = 10 * PATIENCE  # seconds


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0.002)


class FakeTransport:
    """Keeps what was sent, until it is closed."""

    def __init__(self) -> None:
        self.frames: list[dict[str, Any]] = []
        self.sizes: list[int] = []
        self.closed: int | None = None
        # Clear it, and this reader takes nothing more for now.
        self.reading = asyncio.Event()
        self.reading.set()

    def deliver(self, delivery: Delivery) -> None:
        for payload in delivery.payloads:
            self.send(payload)

    def send(self, payload: bytes) -> None:
        if self.closed is None:
            self.frames.append(read_frame(payload))
            self.sizes.append(len(payload))

    async def drained(self) -> None:
        await self.reading.wait()

    def close(self, code: int) -> None:
        if self.closed is None:
            self.closed = code


class Talker:
    """Somebody's one live connection."""

    def __init__(self, house: House, identity: Identity) -> None:
        self.transport = FakeTransport()
        self.session = ChatSession(
            hub=house.hub, writer=house.writer, transport=self.transport, identity=identity
        )
        self._refs = itertools.count(1)

    @property
    def frames(self) -> list[dict[str, Any]]:
        return self.transport.frames

    @property
    def closed(self) -> int | None:
        return self.transport.closed

    async def send(self, event: str, ref: str | None = None, /, **data: Any) -> None:
        frame = {"event": event, "data": data} | ({"ref": ref} if ref is not None else {})
        await self.session.handle(json.dumps(frame))

    async def ask(self, event: str, /, **data: Any) -> dict[str, Any]:
        """The one frame that answers; its event is `ack` or `error`."""
        ref = f"r{next(self._refs)}"
        await self.send(event, ref, **data)
        [answer] = [frame for frame in self.frames if frame.get("ref") == ref]
        return answer

    async def done(self, event: str, /, **data: Any) -> dict[str, Any]:
        """The data of the ack."""
        answer = await self.ask(event, **data)
        assert answer["event"] == "ack", answer
        reply: dict[str, Any] = answer["data"]
        return reply

    async def refused(self, event: str, /, **data: Any) -> dict[str, Any]:
        """The data of the error."""
        answer = await self.ask(event, **data)
        assert answer["event"] == "error", answer
        error: dict[str, Any] = answer["data"]
        return error

    async def join(self, room_id: str, **data: Any) -> list[dict[str, Any]]:
        """Open a room; the data of the frames of history that came."""
        before = len(self.frames)
        await self.done("join_room", room_id=room_id, **data)
        new = self.frames[before:]
        return [frame["data"] for frame in new if frame["event"] == "room_history"]

    def heard(self, *events: str) -> list[dict[str, Any]]:
        """The data of what was heard, of some kinds of event."""
        return [frame["data"] for frame in self.frames if frame["event"] in events]

    async def hears(self, event: str, count: int = 1) -> list[dict[str, Any]]:
        """Wait until it was heard so often."""
        await until(lambda: len(self.heard(event)) >= count)
        return self.heard(event)

    async def hears_words(self, text: str) -> None:
        """Wait until somebody said `text`."""
        await until(lambda: text in [said["message"] for said in self.heard("new_message")])

    def forget(self) -> None:
        self.frames.clear()
        self.transport.sizes.clear()


class House:
    """The hub and the writer of one process."""

    def __init__(self) -> None:
        self.hub = Hub()
        self.writer = Writer()
        self.talkers: list[Talker] = []

    def talker(self, identity: Identity) -> Talker:
        """A connection that has not started."""
        talker = Talker(self, identity)
        self.talkers.append(talker)
        return talker

    async def close(self) -> None:
        for talker in self.talkers:
            talker.session.stop()
        await self.hub.stop()

    async def visit(self, user: User) -> Talker:
        """Somebody who came in with a token of this connection's own."""
        talker = self.talker(await in_thread(token_identity, user))
        assert await talker.session.start()
        return talker


def token_identity(user: User) -> Identity:
    identity = by_token(token=create_token(user=user)[1])
    assert identity is not None
    return identity


def session_identity(user: User) -> Identity:
    from django.test import Client

    client = Client()
    client.force_login(user)
    assert client.session.session_key
    identity = by_session_key(session_key=client.session.session_key)
    assert identity is not None
    return identity


@pytest.fixture
async def house(
    transactional_db: None, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[House]:
    """A process's parts, running. Nobody is too quick for it, and it does not look by itself for
    what the bus kept silent: however slow it is here, it takes itself for deaf as little."""
    settings.CHAT_EVENTS_PER_SECOND = settings.CHAT_EVENT_BURST = 1_000_000
    settings.CHAT_DEAF_AFTER = NEVER
    settings.CHAT_HEAD_CHECK_INTERVAL = settings.CHAT_ACCESS_CHECK_INTERVAL = NEVER
    monkeypatch.setattr(leases, "ANSWER_PATIENCE", PATIENCE)
    house = House()
    house.hub.start()
    fanout.attach(house.hub.take)
    yield house
    fanout.detach(house.hub.take)
    await house.close()


@pytest.fixture
async def deaf_house(house: House) -> AsyncIterator[House]:
    """Another process, which hears nothing of what happens and reads only when it must."""
    deaf = House()
    yield deaf
    await deaf.close()


@pytest.fixture
def happened() -> Iterator[list[BusItem]]:
    """What hubs hear that are not deaf, in order."""
    items: list[BusItem] = []
    fanout.attach(items.extend)
    yield items
    fanout.detach(items.extend)
