"""Whom one writes to directly: whether they are connected, wherever they are in Parley."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from channels.db import database_sync_to_async
from redis.asyncio import Redis

from chat.actions.direct import start_direct_room
from chat.companions import EVERYWHERE
from chat.models import Room
from chat.presence_store import PresenceStore, _keys
from tests.harness.fixtures import Person
from tests.harness.in_process import LocalClient, Process, processes, visit
from tests.harness.switch import Switch
from tests.harness.valkey_control import OwnValkey

from .house import NEVER, until
from .presence_scene import renewed, settled


@pytest.fixture
def pair(people: list[Person], quick: Any) -> Room:
    """The direct room of alice and bob; carol has none."""
    quick.CHAT_ACTIVITY_INTERVAL = 0.01
    alice, bob, _ = people
    return start_direct_room(by=alice.user, user=bob.user)


async def welcomed(person: Person, process: Process) -> tuple[LocalClient, list[int] | None]:
    """A new tab, and who its welcome says is there."""
    client = await visit(person, process)
    [welcome] = await client.receives("welcome")
    return client, welcome["present"]


async def hears(client: LocalClient, present: list[int] | None) -> None:
    """Wait until this is the last that the client was told."""

    def told() -> bool:
        heard = client.heard("direct_presence")
        return bool(heard) and heard[-1]["present"] == present

    await client.until(told, f"for {present} to be there")


async def test_one_hears_on_any_process_that_the_other_came_and_went(
    pair: Room, two: list[Process], people: list[Person]
) -> None:
    alice, bob, carol = people
    hers, present = await welcomed(alice, two[0])
    assert present == []
    await visit(carol, two[1])
    await until(lambda: f"{alice.user.pk}:" in two[1].hub.companions.people)
    his, present = await welcomed(bob, two[1])
    assert present == [alice.user.pk]
    await hears(hers, [bob.user.pk])
    his.cut()
    await hears(hers, [])


async def test_nobody_hears_of_people_they_have_no_room_with(
    pair: Room, two: list[Process], people: list[Person]
) -> None:
    alice, bob, carol = people
    stranger, present = await welcomed(carol, two[0])
    assert present == []
    hers, _ = await welcomed(alice, two[0])
    await visit(bob, two[1])
    await hears(hers, [bob.user.pk])
    assert all(heard["present"] == [] for heard in stranger.heard("direct_presence"))


async def test_a_new_direct_room_tells_both_at_once(
    pair: Room, two: list[Process], people: list[Person]
) -> None:
    alice, _, carol = people
    hers, _ = await welcomed(alice, two[0])
    theirs, _ = await welcomed(carol, two[1])
    await database_sync_to_async(start_direct_room)(by=carol.user, user=alice.user)
    await hears(hers, [carol.user.pk])
    await hears(theirs, [alice.user.pk])


async def test_a_second_tab_that_closes_is_no_departure(
    pair: Room, two: list[Process], people: list[Person], redis: Redis
) -> None:
    alice, bob, _ = people
    hers, _ = await welcomed(alice, two[0])
    tabs = [await visit(bob, process) for process in two]
    await hears(hers, [bob.user.pk])
    tabs[0].cut()
    await settled(*two)
    await renewed(*two)
    assert hers.heard("direct_presence")[-1]["present"] == [bob.user.pk]
    assert f"{bob.user.pk}:" in await PresenceStore(redis).people(EVERYWHERE)
    tabs[1].cut()
    await hears(hers, [])


async def test_redis_may_forget_and_nobody_seems_to_leave(
    pair: Room, two: list[Process], people: list[Person], redis: Redis, quick: Any
) -> None:
    alice, bob, _ = people
    quick.CHAT_PRESENCE_RENEW = NEVER  # or each had to come back within twice that time
    hers, _ = await welcomed(alice, two[0])
    await visit(bob, two[1])
    await hears(hers, [bob.user.pk])
    await redis.delete(*_keys(EVERYWHERE))
    await renewed(*two)
    assert len(await PresenceStore(redis).people(EVERYWHERE)) == 2
    assert all(heard["present"] == [bob.user.pk] for heard in hers.heard("direct_presence"))


async def test_who_comes_back_to_know_tells_everybody(
    own: OwnValkey, pair: Room, people: list[Person]
) -> None:
    alice, bob, _ = people
    own.start()
    await own.answers()
    switch = Switch()
    async with processes(switch.port(), switch.port(), seed="companions") as two:
        hers, _ = await welcomed(alice, two[0])
        his, _ = await welcomed(bob, two[1])
        await hears(hers, [bob.user.pk])
        own.pause()
        await hears(hers, None)
        _, present = await welcomed(alice, two[0])
        assert present is None
        own.go_on()
        await hears(hers, [bob.user.pk])
        his.cut()
        await hears(hers, [])


async def test_who_has_just_come_hears_that_nobody_can_say_any_more(
    own: OwnValkey, pair: Room, people: list[Person], quick: Any
) -> None:
    """Before the process has looked after its leases for the first time."""
    alice, _, carol = people
    quick.CHAT_PRESENCE_SWEEP = NEVER
    own.start()
    await own.answers()
    async with processes(Switch().port(), seed="companions") as [process]:
        hers, present = await welcomed(alice, process)
        assert present == []
        own.pause()
        await visit(carol, process)  # whose seat cannot be leased
        await hears(hers, None)
        own.go_on()


async def test_many_who_come_at_once_ask_once_who_is_there(
    people: list[Person], quick: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick.CHAT_PRESENCE_SWEEP = NEVER
    asked: list[int] = []
    people_of = PresenceStore.people

    async def note_and_ask(store: PresenceStore, place: int) -> list[str]:
        asked.append(place)
        return await people_of(store, place)

    monkeypatch.setattr(PresenceStore, "people", note_and_ask)
    async with processes(Switch().port(), seed="companions") as [process]:
        await asyncio.gather(*(visit(person, process) for person in people for _ in range(3)))
    assert asked == [EVERYWHERE]


async def test_who_is_refused_while_greeted_leaves_no_trace(
    pair: Room, two: list[Process], people: list[Person], redis: Redis
) -> None:
    """A login that ends between its registration and its welcome takes no seat."""
    alice, bob, _ = people
    hub = two[0].hub
    prepare = hub.presence.prepare

    async def prepare_and_end(place: Any) -> None:
        await prepare(place)
        for session in list(hub.sessions):
            session.end(reason="expired")

    hub.presence.prepare = prepare_and_end  # type: ignore[method-assign]
    with pytest.raises(AssertionError):  # it did not start
        await visit(alice, two[0])
    hub.presence.prepare = prepare  # type: ignore[method-assign]
    await settled(*two)
    assert await PresenceStore(redis).people(EVERYWHERE) == []
    _, present = await welcomed(bob, two[0])
    assert present == []
