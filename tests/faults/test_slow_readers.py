"""Who stops reading harms nobody else: the server's memory is bounded, the others hear all."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from chat.models import Room
from tests.harness.client import Client, living
from tests.harness.fixtures import Person, Serve, make_person, make_place
from tests.harness.oracle import assert_promises_kept, in_database
from tests.harness.servers import ServerProcess
from tests.harness.wire import StalledReader

MIB = 1 << 20
TEXT = "x" * 20_000
# Who reads nothing answers no ping either, and shall not be cut for that.
LIMITS = {
    "CHAT_TEXT_LIMIT": "20000",
    "CHAT_SEND_BUFFER": str(256 * 1024),
    "CHAT_PING_INTERVAL": "600",
}
MORE = 400  # messages after everybody was cut
CLOSE_4408 = b"\x88\x02\x11\x38"


@pytest.fixture
async def server(serve: Serve) -> ServerProcess:
    started = serve(**LIMITS)
    await started.ready()
    return started


@contextlib.asynccontextmanager
async def stalled(
    server: ServerProcess, person: Person, room: Room, count: int
) -> AsyncIterator[list[StalledReader]]:
    """Readers who open the room and then read nothing."""
    readers = [await asyncio.to_thread(StalledReader, server, person.token) for _ in range(count)]
    try:
        for reader in readers:
            reader.tell("join_room", room_id=room.slug)
        yield readers
    finally:
        for reader in readers:
            reader.close()


async def talk_until(clients: list[Client], room: Room, server: ServerProcess, *, cut: int) -> int:
    """Let all say long things until the server has cut that many readers; return the head."""
    head = 0
    while (await asyncio.to_thread(server.inside))["cut_readers"] < cut:
        acks = await asyncio.gather(
            *(client.say(room.slug, TEXT) for client in clients for _ in range(10))
        )
        head = max(ack["sequence"] for ack in acks)
        assert head * len(TEXT) < 32 * MIB, "nobody was cut"
    return head


async def test_who_stops_reading_is_cut_and_the_others_hear_everything(
    server: ServerProcess,
) -> None:
    people = await in_database(lambda: [make_person() for _ in range(5)])
    room = await in_database(make_place, *people)
    sleeper, *others = people
    async with living(person.client(server, rooms=(room.slug,)) for person in others) as alive:
        async with stalled(server, sleeper, room, 1) as [reader]:
            head = await talk_until(alive, room, server, cut=1)
            # It wakes up: what it finds is 4408, or the end without a word, which means the same.
            read = await asyncio.to_thread(reader.read_to_the_end)
            assert read[-4:] == CLOSE_4408 or CLOSE_4408 not in read
            await server.until(lambda seen: seen["sessions"] == len(alive), "for it to be gone")
        for client in alive:
            await client.stands_at(room.slug, head)
        await in_database(assert_promises_kept, room.slug, alive)
        assert {client.connects for client in alive} == {1}


async def test_who_stops_reading_and_goes_on_sending_is_cut(server: ServerProcess) -> None:
    alice, bob = await in_database(lambda: (make_person(), make_person()))
    room = await in_database(make_place, alice, bob)
    async with living([alice.client(server, rooms=(room.slug,))]) as [speaker]:
        for _ in range(60):
            await speaker.say(room.slug, TEXT)
        async with stalled(server, bob, room, 1) as [reader]:
            asking = asyncio.to_thread(
                reader.tell_until_cut, "fetch_history", room_id=room.slug, before=60
            )
            await asyncio.gather(asking, talk_until([speaker], room, server, cut=1))
        await server.until(lambda seen: seen["sessions"] == 1, "for it to be gone")
        await speaker.stands_at(room.slug, (await speaker.say(room.slug, "bye"))["sequence"])
        await in_database(assert_promises_kept, room.slug, [speaker])
        assert speaker.connects == 1


async def test_many_who_stop_reading_take_little_memory(server: ServerProcess) -> None:
    sleepers = 20
    alice, bob = await in_database(lambda: (make_person(), make_person()))
    room = await in_database(make_place, alice, bob)
    async with living([alice.client(server, rooms=(room.slug,))]) as [speaker]:
        await speaker.say(room.slug, TEXT)
        async with stalled(server, bob, room, sleepers):
            await server.until(lambda seen: seen["sessions"] == sleepers + 1, "for all to come")
            before = (await asyncio.to_thread(server.inside))["memory"]
            await talk_until([speaker], room, server, cut=sleepers)
            # Without a bound, all this too would wait for each of them.
            for _ in range(MORE // 10):
                await asyncio.gather(*(speaker.say(room.slug, TEXT) for _ in range(10)))
            after = (await asyncio.to_thread(server.inside))["memory"]
    # Each had a quarter MiB of ours, the room remembers its last changes, and the rest is slack of
    # the allocator.
    assert sleepers * MORE * len(TEXT) > 150 * MIB
    assert after - before < 64 * MIB
