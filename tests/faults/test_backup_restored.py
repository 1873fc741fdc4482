"""The database goes back in time under people who are online: they start afresh, and splice
nothing of the lost time into what is said now."""

from __future__ import annotations

import asyncio

import pytest

from chat.models import Message, Room, RoomHead
from tests.harness.client import Client, living
from tests.harness.fixtures import make_person, make_place
from tests.harness.oracle import assert_promises_kept, in_database
from tests.harness.servers import ServerProcess, manage

pytestmark = pytest.mark.both_databases


def restore(room: Room, number: int) -> None:
    """Bring the room back to where it stood at `number`."""
    Message.objects.filter(room=room, sequence__gt=number).delete()
    RoomHead.objects.filter(pk=room.pk).update(last_sequence=number)


@pytest.mark.parametrize("new_epoch", [True, False], ids=["with a new epoch", "without"])
async def test_everybody_sees_what_was_restored(pair: list[ServerProcess], new_epoch: bool) -> None:
    alice, bob, carol = await in_database(lambda: [make_person() for _ in range(3)])
    room = await in_database(make_place, alice, bob, carol)
    clients = (
        alice.client(pair[0], rooms=(room.slug,)),
        bob.client(pair[0], rooms=(room.slug,)),
        carol.client(pair[1], rooms=(room.slug,)),
    )
    async with living(clients) as (speaker, *listeners):
        kept = await say_many(speaker, room, 5)
        lost = await say_many(speaker, room, 5)
        for listener in listeners:
            await listener.stands_at(room.slug, lost)
        await in_database(restore, room, kept)
        if new_epoch:
            await asyncio.to_thread(manage, "new_epoch", "--no-input")
        for listener in listeners:
            await is_reset(listener, room)
        head = await say_many(speaker, room, 7)
        for listener in listeners:
            await listener.stands_at(room.slug, head)
        await in_database(assert_promises_kept, room.slug, listeners, no_resets=False)


async def say_many(client: Client, room: Room, count: int) -> int:
    acks = [await client.say(room.slug, f"word {number}") for number in range(count)]
    return int(acks[-1]["sequence"])


async def is_reset(client: Client, room: Room) -> None:
    timeline = client.timelines[room.slug]
    await client.until(lambda: timeline.resets, "for a reset")
