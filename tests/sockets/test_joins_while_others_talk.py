"""A message sent exactly while somebody joins: it is in the answer or heard live, never in neither,
never in both."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection

from tests.harness.client import Client, living
from tests.harness.fixtures import make_person, make_place
from tests.harness.oracle import in_database
from tests.harness.servers import ServerProcess
from tests.harness.wire import hear, tell, wire

JOINERS = 8
TALKERS = 3

pytestmark = pytest.mark.both_databases


@pytest.mark.parametrize("joins", [120, pytest.param(1_500, marks=pytest.mark.soak)])
@pytest.mark.parametrize("processes", [1, 2])
async def test_a_message_during_a_join_comes_once(
    pair: list[ServerProcess], processes: int, joins: int
) -> None:
    servers = pair[:processes]
    people = await in_database(lambda: [make_person() for _ in range(JOINERS + TALKERS)])
    room = await in_database(make_place, *people)
    joiners, talkers = people[:JOINERS], people[JOINERS:]
    clients = (
        person.client(servers[n % processes], rooms=(room.slug,))
        for n, person in enumerate(talkers)
    )
    async with living(clients) as alive, AsyncExitStack() as stack:
        talks = [asyncio.create_task(talk(client, room.slug)) for client in alive]
        joining = []
        for number, person in enumerate(joiners):
            server = servers[-1 - number % processes]
            socket = await stack.enter_async_context(wire(server, token=person.token))
            await hear(socket, "welcome")
            joining.append(Joins(socket, room.slug, resume=number % 2 == 1).run(joins))
        seen = await asyncio.gather(*joining)
        for task in talks:
            task.cancel()
        await asyncio.gather(*talks, return_exceptions=True)
    # Otherwise nothing happened during the joins, and nothing was shown.
    assert min(seen) > joins


async def talk(client: Client, room_id: str) -> None:
    while True:
        await client.say(room_id, "still talking")


class Joins:
    """Joins the same room again and again, and looks at every number that comes."""

    def __init__(self, socket: ClientConnection, room_id: str, *, resume: bool) -> None:
        self._socket = socket
        self._room_id = room_id
        self._resume = resume
        self._epoch = ""
        self._position = 0
        self._asked_after: int | None = None
        self._heard = 0

    async def run(self, joins: int) -> int:
        """Join that many times; return how many messages came live."""
        for number in range(joins):
            await self._ask(number)
            await self._answer(str(number))
        return self._heard

    async def _ask(self, number: int) -> None:
        standing: dict[str, Any] = {}
        if self._resume and self._epoch:
            self._asked_after = self._position
            standing = {"after": self._position, "epoch": self._epoch}
        await tell(self._socket, "join_room", ref=str(number), room_id=self._room_id, **standing)

    async def _answer(self, ref: str) -> None:
        """Read up to the ack, and a few messages more, so that the next join falls anywhere."""
        await self._until("room_history")
        while (await self._until("new_message", "ack")).get("ref") != ref:
            pass
        for _ in range(int(ref) % 3):
            await self._until("new_message")

    async def _until(self, *events: str) -> dict[str, Any]:
        """Take frames in until one is of `events`."""
        while True:
            frame = await hear(self._socket, "new_message", "room_history", "ack")
            if frame["event"] == "room_history":
                self._take_history(frame["data"])
            elif frame["event"] == "new_message":
                self._heard += 1
                self._take_next(frame["data"]["sequence"])
            if frame["event"] in events:
                return frame

    def _take_history(self, history: dict[str, Any]) -> None:
        places, stands = [body["sequence"] for body in history["messages"]], history["sequence"]
        assert stands >= self._position, "the answer is older than what was heard"
        # What came live between the question and the answer may be in both: it is told apart by
        # its number.
        first = places[0] if self._asked_after is None else self._asked_after + 1
        assert places == list(range(first, stands + 1)), "the answer has a gap"
        self._epoch, self._position = history["epoch"], stands

    def _take_next(self, number: int) -> None:
        assert number == self._position + 1, f"{number} was heard after {self._position}"
        self._position = number
