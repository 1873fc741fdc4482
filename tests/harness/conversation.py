"""People on two servers who talk all the time, whatever happens to the house."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from chat.models import Room

from .client import Client, living
from .correspondent import PATIENCE
from .fixtures import make_person, make_place
from .oracle import assert_promises_kept, in_database
from .servers import ServerProcess

PEOPLE = 6
PAUSE = 0.05  # seconds between two sentences of a person


class Conversation:
    """What is being said in a room; tests break something meanwhile."""

    def __init__(self, room: Room, clients: list[Client]) -> None:
        self.room = room
        self.clients = clients
        self._over = asyncio.Event()
        self._talks = [asyncio.create_task(self._talk(client)) for client in clients]

    async def _talk(self, client: Client) -> None:
        number = 0
        while not self._over.is_set():
            number += 1
            await client.say(self.room.slug, f"{client.name} {number}")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._over.wait(), PAUSE)

    async def goes_on(self, count: int = 15) -> None:
        """Wait until everybody's next words are stored: `count` messages of each."""
        acks = [len(client.outbox.acks) for client in self.clients]
        for client, before in zip(self.clients, acks, strict=True):
            await client.has_acks(before + count)

    async def somebody_is_put_off(self) -> None:
        """Wait until one of them is asked to try again."""
        first = asyncio.Event()
        for client in self.clients:
            client.outbox.on_postponed = first.set
        async with asyncio.timeout(PATIENCE):
            await first.wait()

    async def ends(self) -> None:
        """Let everybody finish their sentence."""
        self._over.set()
        await asyncio.gather(*self._talks)

    async def is_whole(self, *latecomers: Client) -> None:
        """Wait until everybody has heard everything, and compare."""
        everybody = [*self.clients, *latecomers]
        head = max(
            ack["sequence"] for client in everybody for [ack, *_] in client.outbox.acks.values()
        )
        for client in everybody:
            await client.stands_at(self.room.slug, head)
        await in_database(assert_promises_kept, self.room.slug, everybody)


@contextlib.asynccontextmanager
async def conversation(*servers: ServerProcess) -> AsyncIterator[Conversation]:
    """Inside, people talk on all the servers."""
    people = await in_database(lambda: [make_person() for _ in range(PEOPLE)])
    room = await in_database(make_place, *people)
    clients = (
        person.client(servers[n % len(servers)], rooms=(room.slug,))
        for n, person in enumerate(people)
    )
    async with living(clients) as alive:
        held = Conversation(room, alive)
        try:
            yield held
        finally:
            await held.ends()
