"""A bus that loses, repeats, reorders and falls deaf loses nothing: the clients never notice."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest

from chat.actions.rooms import create_room
from chat.models import Membership, Room, RoomHead
from chat.stats import stats
from tests.harness.client import Client, living
from tests.harness.fixtures import Person, Serve, make_person, make_place
from tests.harness.in_process import LocalClient, processes, visit
from tests.harness.lossy_layer import LossyLayer
from tests.harness.oracle import assert_promises_kept, in_database
from tests.harness.outbox import Refused
from tests.harness.servers import on_the_bus
from tests.harness.switch import Switch

WRITERS = 20
READERS = 4
ACTS = 6  # of each writer


@pytest.fixture
def quick(settings: Any) -> Any:
    """What takes seconds in life takes tenths here."""
    settings.CHAT_REPAIR_DELAY = 0.02
    settings.CHAT_BEAT_INTERVAL = 0.1
    settings.CHAT_DEAF_AFTER = 0.3
    settings.CHAT_HEAD_CHECK_INTERVAL = 0.5
    settings.CHAT_EVENTS_PER_SECOND = settings.CHAT_EVENT_BURST = 1_000_000
    return settings


@pytest.fixture
def crowd(transactional_db: None) -> tuple[Room, list[Person]]:
    """A room and its members, put there directly: how they came is not the matter here."""
    people = [make_person() for _ in range(WRITERS + READERS)]
    room = create_room(owner=people[0].user, name="Crowd")
    Membership.objects.bulk_create(Membership(room=room, user=person.user) for person in people[1:])
    return room, people


@pytest.mark.parametrize("seed", range(30))
async def test_no_client_misses_anything(
    seed: int, quick: Any, crowd: tuple[Room, list[Person]]
) -> None:
    await endure(seed, *crowd)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(1_000, 1_300))
async def test_no_client_misses_anything_for_long(
    seed: int, quick: Any, crowd: tuple[Room, list[Person]]
) -> None:
    await endure(seed, *crowd)


async def endure(seed: int, room: Room, people: list[Person]) -> None:
    print(f"seed {seed}")  # noqa: T201 - shown with a failure
    switch = Switch()
    layers = [LossyLayer(seed=f"{seed}-{n}", inner=switch.port()) for n in range(3)]
    resets = stats.resets
    clients = await converse(room, people, layers, seed=seed)
    await in_database(assert_promises_kept, room.slug, clients)
    assert stats.resets == resets
    suffered = sum((layer.fates for layer in layers), start=Counter[str]())
    # Otherwise the weather was fine, and nothing was shown.
    assert suffered["lost"] + suffered["lost_if_last"] + suffered["unheard"], suffered


async def test_where_nothing_is_lost_nothing_is_repaired(
    quick: Any, crowd: tuple[Room, list[Person]]
) -> None:
    # A machine that is busy for half a minute is slow, but loses nothing either; and no check
    # comes upon what is still on its way.
    quick.CHAT_REPAIR_DELAY = quick.CHAT_DEAF_AFTER = quick.CHAT_HEAD_CHECK_INTERVAL = 600.0
    room, people = crowd
    switch = Switch()
    before = stats.repairs, stats.resets
    clients = await converse(room, people, [switch.port() for _ in range(3)], seed=0)
    counted = {"repairs": stats.repairs - before[0], "resets": stats.resets - before[1]}
    await in_database(assert_promises_kept, room.slug, clients, nothing_was_dropped=[counted])


@pytest.mark.parametrize("lossy", [True, False], ids=["lossy", "whole"])
async def test_three_real_processes_do_as_well(serve: Serve, lossy: bool) -> None:
    if lossy:
        weather = [{"TEST_LOSSY_SEED": f"real-{n}"} for n in range(3)]
    else:
        patient = ("CHAT_REPAIR_DELAY", "CHAT_DEAF_AFTER", "CHAT_HEAD_CHECK_INTERVAL")
        weather = [dict.fromkeys(patient, "600")] * 3
    servers = [serve(CHAT_BUS_GROUP="three", **changes) for changes in weather]
    await on_the_bus(*servers)
    people = await in_database(lambda: [make_person() for _ in range(9)])
    room = await in_database(make_place, *people)
    clients = (person.client(servers[n % 3], rooms=(room.slug,)) for n, person in enumerate(people))
    async with living(clients) as alive:
        await asyncio.gather(*(write(client, room.slug, seed=0) for client in alive))
        head = await head_of(room)
        for client in alive:
            await client.stands_at(room.slug, head)
        seen = [await asyncio.to_thread(server.inside) for server in servers]
        whole = [] if lossy else seen
        await in_database(assert_promises_kept, room.slug, alive, nothing_was_dropped=whole)
    assert sum(inside["resets"] for inside in seen) == 0
    assert not lossy or sum(inside["repairs"] for inside in seen)
    assert {client.connects for client in alive} == {1}


async def converse(
    room: Room, people: Sequence[Person], layers: Sequence[object], *, seed: int
) -> list[LocalClient]:
    """Let everybody open the room and the writers write; return the clients when all have heard
    everything. Nobody ever joins again."""
    async with processes(*layers, seed=str(seed)) as running:
        clients = [
            await visit(person, running[n % len(running)]) for n, person in enumerate(people)
        ]
        await asyncio.gather(*(client.open(room.slug) for client in clients))
        await asyncio.gather(*(write(client, room.slug, seed=seed) for client in clients[:WRITERS]))
        head = await head_of(room)
        for client in clients:
            await client.stands_at(room.slug, head)
    return clients


async def head_of(room: Room) -> int:
    return (await in_database(RoomHead.objects.get, pk=room.pk)).last_sequence


async def write(client: Client | LocalClient, room_id: str, *, seed: int) -> None:
    """Say things, change, answer, react to and take back some of them, in bursts and with
    pauses."""
    chance = random.Random(f"{seed} {client.name}")
    mine: list[int] = []
    for number in range(ACTS):
        act = chance.random()
        if act < 0.45 or not mine:
            ack = await client.say(room_id, f"{client.name} says {number}")
            mine.append(ack["message_id"])
        elif act < 0.55:
            await answer(client, room_id, f"{client.name} answers {number}", mine=mine[-1])
        elif act < 0.7:
            await react(client, room_id, on=chance.random() < 0.7, mine=mine[-1])
        elif act < 0.88:
            await change(client, room_id, chance.choice(mine), f"{client.name} means {number}")
        else:
            message_id = mine.pop(chance.randrange(len(mine)))
            await client.ask("delete_message", room_id=room_id, message_id=message_id)
        if chance.random() < 0.3:
            await asyncio.sleep(chance.random() * 0.15)


async def answer(client: Client | LocalClient, room_id: str, text: str, *, mine: int) -> None:
    original = last_heard(client, room_id, mine)
    await client.ask("send_message", room_id=room_id, message=text, reply_to=original)


async def react(client: Client | LocalClient, room_id: str, *, on: bool, mine: int) -> None:
    heard = last_heard(client, room_id, mine)
    with contextlib.suppress(Refused):  # it may be gone by now
        await client.ask("react", room_id=room_id, message_id=heard, emoji="🎉", on=on)


def last_heard(client: Client | LocalClient, room_id: str, mine: int) -> int:
    """The last message that somebody said, or `mine` if none has been heard of."""
    shown = client.timelines[room_id].shown.values()
    return max((body["message_id"] for body in shown if body["kind"] == "text"), default=mine)


async def change(client: Client | LocalClient, room_id: str, message_id: int, text: str) -> None:
    await client.ask("edit_message", room_id=room_id, message_id=message_id, message=text)
