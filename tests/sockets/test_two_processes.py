"""Two server processes over one database and one Redis: to clients they are one chat."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack
from typing import Any

import pytest
import redis
from django.conf import settings

from chat.models import Message
from tests.harness.client import Client, living
from tests.harness.fixtures import Serve, make_person, make_place
from tests.harness.oracle import assert_promises_kept, in_database
from tests.harness.pages import cookie_of, say_by_form
from tests.harness.servers import ServerProcess, manage, ready
from tests.harness.wire import ask, hear, wire

both_databases = pytest.mark.both_databases


@both_databases
async def test_what_anybody_says_reaches_everybody_once_and_in_order(
    pair: list[ServerProcess],
) -> None:
    people = await in_database(lambda: [make_person() for _ in range(6)])
    room = await in_database(make_place, *people)
    clients = (person.client(pair[n % 2], rooms=(room.slug,)) for n, person in enumerate(people))
    async with living(clients) as alive:
        said = [client.say(room.slug, f"{client.name} {n}") for n in range(20) for client in alive]
        acks = await asyncio.gather(*said)
        head = max(ack["sequence"] for ack in acks)
        for client in alive:
            await client.stands_at(room.slug, head)
        await in_database(assert_promises_kept, room.slug, alive)
    everything = list(range(head - len(said) + 1, head + 1))
    assert [client.timelines[room.slug].heard for client in alive] == [everything] * 6


async def test_every_kind_of_change_reaches_the_other_process(pair: list[ServerProcess]) -> None:
    alice, bob = await in_database(lambda: (make_person(), make_person()))
    room = await in_database(make_place, alice, bob)
    clients = alice.client(pair[0], rooms=(room.slug,)), bob.client(pair[1], rooms=(room.slug,))
    async with living(clients) as (speaker, listener):
        first = await speaker.say(room.slug, "one")
        second = await speaker.say(room.slug, "two")
        where = {"room_id": room.slug}
        await speaker.ask("edit_message", **where, message_id=first["message_id"], message="1")
        gone = await speaker.ask("delete_message", **where, message_id=second["message_id"])
        await listener.stands_at(room.slug, gone["changed_sequence"])
        await speaker.stands_at(room.slug, gone["changed_sequence"])
        await in_database(assert_promises_kept, room.slug, [speaker, listener])
        shown = listener.timelines[room.slug].shown
    assert shown[first["sequence"]]["edited"]
    assert shown[second["sequence"]]["deleted"]


async def test_typing_reaches_everybody_but_the_session_it_came_from(
    pair: list[ServerProcess],
) -> None:
    alice, bob = await in_database(lambda: (make_person(), make_person()))
    room = await in_database(make_place, alice, bob)
    rooms = (room.slug,)
    clients = (
        alice.client(pair[0], rooms=rooms),
        alice.client(pair[0], rooms=rooms),
        bob.client(pair[0], rooms=rooms),
        bob.client(pair[1], rooms=rooms),
    )
    async with living(clients) as (typist, *others):
        await typist.ask("typing", room_id=room.slug, typing=True)
        expected = {"room_id": room.slug, "username": alice.name, "typing": True}
        for other in others:
            assert await other.receives("user_typing") == [expected]
        # What came back to the typist would be there before what bob says from the other process.
        said = await others[-1].say(room.slug, "I can see you typing")
        await typist.stands_at(room.slug, said["sequence"])
        assert typist.heard("user_typing") == []


@both_databases
async def test_the_same_send_ten_times_at_once_is_one_message(pair: list[ServerProcess]) -> None:
    alice = await in_database(make_person)
    room = await in_database(make_place, alice)
    async with AsyncExitStack() as stack:
        sockets = [
            await stack.enter_async_context(wire(pair[n % 2], token=alice.token)) for n in range(10)
        ]
        for socket in sockets:
            await hear(socket, "welcome")
        data = {"room_id": room.slug, "message": "once", "client_id": "the-same"}
        answers = await asyncio.gather(*(ask(socket, "send_message", **data) for socket in sockets))
        again = await ask(sockets[0], "send_message", **{**data, "message": "something else"})
    assert {answer["event"] for answer in answers} == {"ack"}
    assert len({str(sorted(answer["data"].items())) for answer in answers}) == 1
    assert again["data"]["code"] == "conflict"
    assert await in_database(Message.objects.filter(room=room, client_id="the-same").count) == 1


async def test_unread_counters_are_what_a_recount_says(pair: list[ServerProcess]) -> None:
    alice, bob = await in_database(lambda: (make_person(), make_person()))
    room = await in_database(make_place, alice, bob)
    clients = alice.client(pair[0], rooms=(room.slug,)), bob.client(pair[1], rooms=(room.slug,))
    async with living(clients) as (speaker, listener):
        # Every second one calls bob.
        called = ("", f", @{bob.name}")
        acks = [await speaker.say(room.slug, f"{n}{called[n % 2]}") for n in range(8)]
        await listener.say(room.slug, "mine")
        where = {"room_id": room.slug}
        await speaker.ask("delete_message", **where, message_id=acks[6]["message_id"])
        read = await listener.ask("mark_read", **where, sequence=acks[2]["sequence"])
        back = await listener.ask("mark_read", **where, sequence=0)
        own = await speaker.ask("mark_read", **where, sequence=0)
        head = acks[-1]["sequence"] + 2
        for client in (speaker, listener):
            await client.stands_at(room.slug, head)
        await in_database(
            assert_promises_kept,
            room.slug,
            [speaker, listener],
            unread={bob.name: back["unread"], alice.name: own["unread"]},
            mentions={bob.name: back["mentions"], alice.name: own["mentions"]},
        )
    assert read["unread"] == back["unread"] == 4
    assert read["mentions"] == back["mentions"] == 3


# --- From outside the sockets --------------------------------------------------------------------


async def test_what_is_said_in_the_shell_reaches_live_clients(pair: list[ServerProcess]) -> None:
    alice, bob = await in_database(lambda: (make_person(), make_person()))
    room = await in_database(make_place, alice, bob)
    clients = [
        person.client(server, rooms=(room.slug,))
        for person, server in zip((alice, bob), pair, strict=True)
    ]
    code = f"""
from accounts.models import User
from chat.actions.messages import send_message
from chat.bus_items import RoomNotice
from chat.fanout import announce
send_message(room={room.pk}, sender=User.objects.get(pk={alice.user.pk}), text="from the shell")
announce(RoomNotice(room={room.pk}, frame=b'{{"event":"news","data":{{"of":"the shell"}}}}'))
"""
    async with living(clients) as alive:
        await asyncio.to_thread(manage, "shell", "--no-imports", stdin=code)
        for client in alive:
            assert await client.receives("news") == [{"of": "the shell"}]
            await client.sees(room.slug, "from the shell")
        await in_database(assert_promises_kept, room.slug, alive)


async def test_what_a_page_posts_reaches_live_clients_of_both(pair: list[ServerProcess]) -> None:
    alice, bob = await in_database(lambda: (make_person(), make_person()))
    room = await in_database(make_place, alice, bob)
    clients = alice.client(pair[0], rooms=(room.slug,)), bob.client(pair[1], rooms=(room.slug,))
    cookie = await in_database(cookie_of, alice)
    async with living(clients) as alive:
        await asyncio.to_thread(say_by_form, pair[0], cookie, room.slug, "from a page")
        for client in alive:
            await client.sees(room.slug, "from a page")
        await in_database(assert_promises_kept, room.slug, alive)


# --- The tick ------------------------------------------------------------------------------------


async def test_however_many_processes_run_there_is_one_tick_an_interval(serve: Serve) -> None:
    interval, wanted = 0.3, 12
    servers = [serve(CHAT_TICK_INTERVAL=str(interval), CHAT_BUS_GROUP="tick") for _ in range(2)]
    await ready(*servers)
    alice = await in_database(make_person)
    async with living(alice.client(server) for server in servers) as (one, other):
        # From now on each hears what either says.
        await one.until(lambda: ticks_of(one).keys() & ticks_of(other).keys(), "for the same tick")
        began, first = time.monotonic(), ticks_so_far("tick") + 1
        expected = set(range(first, first + wanted))
        await one.until(lambda: expected <= ticks_of(one).keys(), "for ticks")
        await other.until(lambda: expected <= ticks_of(other).keys(), "for ticks")
        passed = time.monotonic() - began
    for client in (one, other):
        assert len(client.heard("server_tick")) == len(ticks_of(client))
    assert [ticks_of(one)[n] for n in expected] == [ticks_of(other)[n] for n in expected]
    # The lease is a tenth shorter than the interval, and each process may have been about to tick.
    # Two tickers would need half the time.
    assert wanted - len(servers) - 1 <= passed / (0.9 * interval)


def ticks_so_far(group: str) -> int:
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        return int(client.get(f"{settings.CHAT_BUS_PREFIX}:{group}:tick:count") or 0)


def ticks_of(client: Client) -> dict[int, dict[str, Any]]:
    """What a client heard of ticks, by their numbers."""
    return {tick["count"]: tick for tick in client.heard("server_tick")}
