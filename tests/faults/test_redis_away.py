"""Redis stops, dies, forgets, is not there at all; people go on talking and miss nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.harness.client import living
from tests.harness.conversation import conversation
from tests.harness.fixtures import Serve, make_person, make_place
from tests.harness.oracle import in_database
from tests.harness.servers import ServerProcess, ready
from tests.harness.valkey_control import OwnValkey


def pause(valkey: OwnValkey) -> Callable[[], None]:
    valkey.pause()
    return valkey.go_on


def kill(valkey: OwnValkey) -> Callable[[], None]:
    valkey.kill()
    return valkey.start


def empty(valkey: OwnValkey) -> Callable[[], None]:
    valkey.empty()
    return lambda: None


def drop_clients(valkey: OwnValkey) -> Callable[[], None]:
    valkey.drop_clients()
    return lambda: None


LONG = pytest.mark.soak  # half a minute


@pytest.mark.parametrize(
    ("fault", "said_meanwhile"),
    [
        (pause, 15),
        (kill, 15),
        (empty, 15),
        (drop_clients, 15),
        pytest.param(pause, 600, marks=LONG),
        pytest.param(kill, 600, marks=LONG),
    ],
)
async def test_people_go_on_talking(
    serve: Serve,
    own_valkey: OwnValkey,
    fault: Callable[[OwnValkey], Callable[[], None]],
    said_meanwhile: int,
) -> None:
    await own_valkey.answers()
    servers = [serve(REDIS_URL=own_valkey.url) for _ in range(2)]
    await ready(*servers)
    newcomer = await in_database(make_person)
    async with conversation(*servers) as held:
        await held.goes_on()
        mend = fault(own_valkey)
        await held.goes_on(said_meanwhile)
        # Joining works too, though nobody can say who is here.
        rooms = (held.room.slug,)
        async with living([newcomer.client(servers[0], rooms=rooms)]) as [latecomer]:
            await latecomer.say(held.room.slug, "may I join you?")
            mend()
            await held.goes_on()
            await until_nobody_is_deaf(servers)
            await held.ends()
            await latecomer.say(held.room.slug, "good night")
            await held.is_whole(latecomer)
    for server in servers:
        assert not [line for line in server.lines if "Traceback" in line], server.log


async def test_without_redis_at_the_start_people_talk_and_with_it_later_too(
    serve: Serve, own_valkey: OwnValkey
) -> None:
    own_valkey.kill()
    servers = [serve(REDIS_URL=own_valkey.url) for _ in range(2)]
    await ready(*servers)
    async with conversation(*servers) as held:
        await held.goes_on()
        own_valkey.start()
        await until_nobody_is_deaf(servers)
        await held.goes_on()
        await held.ends()
        await held.is_whole()


async def test_a_server_ends_in_time_while_redis_stands_still(
    serve: Serve, own_valkey: OwnValkey
) -> None:
    server = serve(REDIS_URL=own_valkey.url)
    await server.ready()
    alice = await in_database(make_person)
    room = await in_database(make_place, alice)
    async with living([alice.client(server, rooms=(room.slug,))]) as [client]:
        own_valkey.pause()
        ack = await client.say(room.slug, "are you still there?")
        server.ask_to_stop()
        assert await server.exit_code() == 0, server.log
        await client.stands_at(room.slug, ack["sequence"])
        assert client.closes[0] == 1012


async def until_nobody_is_deaf(servers: list[ServerProcess]) -> None:
    for server in servers:
        await server.until(lambda seen: not seen["deaf"], "for the bus")
