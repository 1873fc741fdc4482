"""Clients that were away: they get what changed, in pages, once; or, after too long, all anew."""

from __future__ import annotations

import asyncio
import random

import pytest

from chat.models import Room
from tests.harness.client import Client, living
from tests.harness.fixtures import Serve, make_person, make_place
from tests.harness.oracle import assert_promises_kept, in_database
from tests.harness.proxy import Proxy
from tests.harness.servers import ServerProcess, ready

pytestmark = pytest.mark.both_databases


async def change_much(client: Client, room: Room, count: int) -> int:
    """Say, change and take back, `count` times in all; return the room's last number."""
    chance = random.Random(count)
    mine: list[int] = []
    number = 0
    for step in range(count):
        where = {"room_id": room.slug}
        act = chance.random()
        if act < 0.5 or not mine:
            ack = await client.say(room.slug, f"words {step}")
            mine.append(ack["message_id"])
        elif act < 0.8:
            ack = await client.ask(
                "edit_message", **where, message_id=chance.choice(mine), message=f"change {step}"
            )
        else:
            message_id = mine.pop(chance.randrange(len(mine)))
            ack = await client.ask("delete_message", **where, message_id=message_id)
        number = ack["changed_sequence"]
    return number


@pytest.mark.parametrize("through_the_other", [False, True], ids=["same server", "other server"])
async def test_hundreds_of_changes_while_away_come_in_pages(
    pair: list[ServerProcess], through_the_other: bool
) -> None:
    alice, bob = await in_database(lambda: (make_person(), make_person()))
    room = await in_database(make_place, alice, bob)
    talker = alice.client(pair[0], rooms=(room.slug,))
    absent = bob.client(pair[1 if through_the_other else 0], rooms=(room.slug,))
    async with Proxy(absent.addresses[0].split("/")[2]) as tunnel, living([talker]):
        absent.addresses = [tunnel.socket]
        async with living([absent]):
            await talker.say(room.slug, "see you")
            tunnel.refusing = True
            tunnel.cut()
            await absent.is_closed()
            head = await change_much(talker, room, 450)
            tunnel.refusing = False
            await absent.stands_at(room.slug, head)
            await talker.stands_at(room.slug, head)
            await in_database(assert_promises_kept, room.slug, [talker, absent])
            assert absent.timelines[room.slug].pages > 1


async def test_a_line_that_breaks_again_and_again_loses_nothing(
    pair: list[ServerProcess],
) -> None:
    alice, bob = await in_database(lambda: (make_person(), make_person()))
    room = await in_database(make_place, alice, bob)
    async with Proxy(pair[0].address) as line:
        talker = alice.client(pair[1], rooms=(room.slug,))
        listener = bob.client(pair[0], rooms=(room.slug,))
        listener.addresses = [line.socket]
        async with living([talker, listener]):
            talking = asyncio.create_task(change_much(talker, room, 100))
            chance, said = random.Random(0), []
            for number in range(12):
                said.append(listener.begin_to_say(room.slug, f"answer {number}").done)
                await asyncio.sleep(chance.random() * 0.03)
                line.cut()
                await listener.is_back_in(room.slug)
            head = max(await talking, *[ack["sequence"] for ack in await asyncio.gather(*said)])
            for client in (talker, listener):
                await client.stands_at(room.slug, head)
            await in_database(assert_promises_kept, room.slug, [talker, listener])
            assert listener.connects > 3


async def test_who_was_away_for_too_long_starts_afresh(serve: Serve) -> None:
    server = serve(CHAT_RESUME_LIMIT="50")
    await server.ready()
    alice, bob = await in_database(lambda: (make_person(), make_person()))
    room = await in_database(make_place, alice, bob)
    async with Proxy(server.address) as tunnel:
        talker = alice.client(server, rooms=(room.slug,))
        absent = bob.client(server, rooms=(room.slug,))
        absent.addresses = [tunnel.socket]
        async with living([talker, absent]):
            tunnel.refusing = True
            tunnel.cut()
            await absent.is_closed()
            head = await change_much(talker, room, 60)
            tunnel.refusing = False
            for client in (talker, absent):
                await client.stands_at(room.slug, head)
            await in_database(assert_promises_kept, room.slug, [talker])
            await in_database(assert_promises_kept, room.slug, [absent], no_resets=False)
            assert absent.timelines[room.slug].resets == 1


async def test_a_server_that_stood_still_catches_up(serve: Serve) -> None:
    first, second = serve(), serve()
    await ready(first, second)
    alice, bob = await in_database(lambda: (make_person(), make_person()))
    room = await in_database(make_place, alice, bob)
    clients = alice.client(second, rooms=(room.slug,)), bob.client(first, rooms=(room.slug,))
    async with living(clients) as (talker, listener):
        first.pause()
        waiting = listener.begin_to_say(room.slug, "can you hear me?")
        await change_much(talker, room, 100)
        assert not waiting.done.done()
        first.go_on()
        head = max((await waiting.done)["sequence"], await change_much(talker, room, 1))
        for client in (talker, listener):
            await client.stands_at(room.slug, head)
        await in_database(assert_promises_kept, room.slug, [talker, listener])
        assert listener.connects == 1
