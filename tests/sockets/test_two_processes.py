"""Two server processes over one database and one Redis: to clients they are one chat."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest

from tests.factories import make_room
from tests.harness.fixtures import make_person
from tests.harness.oracle import assert_promises_kept, in_database
from tests.harness.servers import ServerProcess

pytestmark = pytest.mark.both_databases


async def test_what_anybody_says_reaches_everybody_once_and_in_order(
    pair: list[ServerProcess],
) -> None:
    people = await in_database(lambda: [make_person() for _ in range(6)])
    room = await in_database(make_room, *(person.user for person in people))
    async with AsyncExitStack() as stack:
        clients = [
            await stack.enter_async_context(person.client(pair[n % 2], rooms=(room.slug,)))
            for n, person in enumerate(people)
        ]
        for client in clients:
            await client.settled()
        said = [
            client.say(room.slug, f"{client.name} {n}") for n in range(20) for client in clients
        ]
        acks = await asyncio.gather(*said)
        head = max(ack["sequence"] for ack in acks)
        for client in clients:
            await client.stands_at(room.slug, head)
        await in_database(assert_promises_kept, room.slug, clients)
        everything = list(range(head - len(said) + 1, head + 1))
        assert [client.timelines[room.slug].heard for client in clients] == [everything] * 6
