"""Processes that die at the worst moment, and processes that are asked to end under load."""

from __future__ import annotations

import asyncio

import pytest

from chat.models import Message
from tests.harness.client import Client, living
from tests.harness.fixtures import Serve, make_person, make_place
from tests.harness.instruments.deadly_marks import BEFORE_ANNOUNCING, BEFORE_THE_ACK
from tests.harness.oracle import assert_promises_kept, in_database
from tests.harness.servers import ready

SIGKILL = -9


@pytest.mark.both_databases
@pytest.mark.parametrize("mark", [BEFORE_ANNOUNCING, BEFORE_THE_ACK])
async def test_a_message_whose_server_dies_after_the_commit_is_stored_once(
    serve: Serve, mark: str
) -> None:
    first, second = serve(), serve()
    await ready(first, second)
    alice, bob = await in_database(lambda: (make_person(), make_person()))
    room = await in_database(make_place, alice, bob)
    clients = (
        alice.client(first, second, rooms=(room.slug,)),
        bob.client(second, rooms=(room.slug,)),
    )
    async with living(clients) as (speaker, listener):
        ack = await speaker.say(room.slug, "is it stored?", client_id=mark)
        assert await first.exit_code() == SIGKILL
        assert speaker.connects == 2
        await speaker.stands_at(room.slug, ack["sequence"])
        await listener.stands_at(room.slug, ack["sequence"])
        await in_database(assert_promises_kept, room.slug, [speaker, listener])
    assert await in_database(Message.objects.filter(room=room, client_id=mark).count) == 1


async def test_what_a_dead_server_told_nobody_is_found_by_the_others(serve: Serve) -> None:
    first, second = serve(), serve()
    await ready(first, second)
    alice, bob = await in_database(lambda: (make_person(), make_person()))
    room = await in_database(make_place, alice, bob)
    clients = (
        alice.client(first, rooms=(room.slug,)),
        bob.client(second, rooms=(room.slug,)),
    )
    async with living(clients) as (speaker, listener):
        speaker.begin_to_say(room.slug, "my last words", client_id=BEFORE_ANNOUNCING)
        assert await first.exit_code() == SIGKILL
        stored = await in_database(Message.objects.get, client_id=BEFORE_ANNOUNCING)
        # Nobody says it again, and nothing else happens in the room.
        await listener.stands_at(room.slug, stored.sequence)
        await in_database(assert_promises_kept, room.slug, [listener])


@pytest.mark.both_databases
async def test_killing_a_server_while_people_talk_loses_nothing(serve: Serve) -> None:
    first, second = serve(), serve()
    await ready(first, second)
    people = await in_database(lambda: [make_person() for _ in range(8)])
    room = await in_database(make_place, *people)
    clients = [
        person.client(*(first, second)[:: 1 - 2 * (n % 2)], rooms=(room.slug,))
        for n, person in enumerate(people)
    ]
    async with living(clients) as alive:
        talks = [asyncio.create_task(talk(client, room.slug, 30)) for client in alive]
        await alive[0].has_acks(10)
        first.kill()
        await asyncio.gather(*talks)
        await everybody_stands_at_the_head(alive, room.slug)
        await in_database(assert_promises_kept, room.slug, alive)
    assert sum(client.connects for client in alive) >= 8 + 4


async def test_sigterm_under_load_finishes_what_is_under_way(serve: Serve) -> None:
    # Who is held up for a second while it sends would be cut off before it reads why.
    first, second = serve(TEST_CLOSE_PATIENCE="20"), serve()
    await ready(first, second)
    people = await in_database(lambda: [make_person() for _ in range(8)])
    room = await in_database(make_place, *people)
    clients = [person.client(first, second, rooms=(room.slug,)) for person in people]
    async with living(clients) as alive:
        talks = [asyncio.create_task(talk(client, room.slug, 30)) for client in alive]
        await alive[0].has_acks(10)
        first.ask_to_stop()
        assert await first.exit_code() == 0, first.log
        await asyncio.gather(*talks)
        await everybody_stands_at_the_head(alive, room.slug)
        await in_database(assert_promises_kept, room.slug, alive)
    assert {client.closes[0] for client in alive} == {1012}


async def test_after_sigterm_what_was_not_acknowledged_is_not_stored(serve: Serve) -> None:
    """A client that never comes back can believe its acks: there is no third case."""
    server = serve()
    await server.ready()
    people = await in_database(lambda: [make_person() for _ in range(8)])
    room = await in_database(make_place, *people)
    async with living(person.client(server, rooms=(room.slug,)) for person in people) as alive:
        begin_to_say_much(alive, room.slug)
        await alive[0].has_acks(10)
        # However late this is, many wait their turn when the signal comes.
        server.pause()
        begin_to_say_much(alive, room.slug)
        await asyncio.gather(*(task for client in alive for task in client._tasks))
        server.ask_to_stop()
        server.go_on()
        assert await server.exit_code() == 0, server.log
        for client in alive:
            await client.is_closed()
        waiting = {name for client in alive for name in client.outbox.pending}
        stored = await in_database(
            lambda: list(
                Message.objects.filter(client_id__in=waiting).values_list("client_id", flat=True)
            )
        )
    assert waiting, "the signal came too late to show anything"
    assert stored == []


def begin_to_say_much(clients: list[Client], room_id: str) -> None:
    for client in clients:
        for number in range(100):
            client.begin_to_say(room_id, f"{client.name} {number}")


async def talk(client: Client, room_id: str, count: int) -> None:
    for number in range(count):
        await client.say(room_id, f"{client.name} {number}")


async def everybody_stands_at_the_head(clients: list[Client], room_id: str) -> None:
    head = max(ack["sequence"] for client in clients for [ack, *_] in client.outbox.acks.values())
    for client in clients:
        await client.is_back_in(room_id)
        await client.stands_at(room_id, head)


@pytest.mark.parametrize("tabs", [10, pytest.param(50, marks=pytest.mark.soak)])
async def test_everybody_returns_at_once_and_misses_nothing(serve: Serve, tabs: int) -> None:
    """Twenty people, each with many tabs, lose their server in the middle of a conversation, and
    come to the other."""
    first, second = serve(), serve()
    await ready(first, second)
    people = await in_database(lambda: [make_person() for _ in range(20)])
    speaker = await in_database(make_person)
    room = await in_database(make_place, speaker, *people)
    clients = [
        person.client(first, second, rooms=(room.slug,), seed=n)
        for person in people
        for n in range(tabs)
    ]
    async with living([speaker.client(second, rooms=(room.slug,)), *clients]) as [voice, *crowd]:
        talking = asyncio.create_task(talk(voice, room.slug, 60))
        first.kill()
        await talking
        await everybody_stands_at_the_head([voice], room.slug)
        head = voice.timelines[room.slug].position
        for client in crowd:
            await client.stands_at(room.slug, head)
        await in_database(assert_promises_kept, room.slug, [voice, *crowd])
        assert min(client.connects for client in crowd) >= 2
