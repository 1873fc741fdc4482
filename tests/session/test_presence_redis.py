"""Redis forgets, goes away, comes back; processes stop. Presence heals, and nobody seems to leave
who did not."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from redis.asyncio import Redis

from chat import fanout, leases
from chat.bus_items import Arrived
from chat.models import Room
from chat.people_here import person_key
from chat.presence_store import PresenceStore, _keys
from tests.harness.correspondent import PATIENCE
from tests.harness.fixtures import Person
from tests.harness.in_process import Process, processes, visit
from tests.harness.switch import Switch
from tests.harness.valkey_control import OwnValkey

from .house import NEVER, until
from .presence_scene import (
    comes,
    in_redis,
    keep,
    known_to,
    renewed,
    said,
    sees_come,
    sees_go,
    settled,
    short_leases,
)


def of(person: Person) -> str:
    return person_key(person.user.pk, person.name)


# Forgetting


async def test_redis_may_forget_everything_and_nobody_seems_to_leave(
    two: list[Process], people: list[Person], place: Room, redis: Redis, quick: Any
) -> None:
    alice, bob, carol = people
    quick.CHAT_PRESENCE_RENEW = NEVER  # or each had to come back within twice that time
    witnesses = [await comes(alice, two[0], place), await comes(bob, two[1], place)]
    await settled(*two)
    for _ in range(3):
        await redis.delete(*_keys(place.pk))
        await renewed(*two)
        assert await in_redis(redis, place) == {alice.name, bob.name}
    await comes(carol, two[0], place)
    for client in witnesses:
        await sees_come(client, carol)
        assert said(client, "user_left") == []
        assert said(client, "user_joined").count(bob.name) == 1


async def test_who_came_or_went_unheard_is_noticed_by_comparing(
    two: list[Process], people: list[Person], place: Room
) -> None:
    """All that one process hears from the other is lost on the bus."""
    alice, bob, _ = people
    witness = await comes(alice, two[0], place)
    two[0].hub.hearing._what_to_do = dict.fromkeys(two[0].hub.hearing._what_to_do, _hear_nothing)
    tab = await comes(bob, two[1], place)
    await sees_come(witness, bob)
    await tab.ask("leave_room", room_id=place.slug)
    assert (await sees_go(witness, bob))["reason"] == "lost"


def _hear_nothing(item: object) -> None:
    """Whatever it is."""


# Going and coming back


async def test_without_redis_nobody_knows_who_is_here_and_joins_do_not_wait(
    own: OwnValkey, people: list[Person], place: Room
) -> None:
    alice, *others = people
    own.start()
    await own.answers()
    switch = Switch()
    async with processes(switch.port(), switch.port(), seed="away") as two:
        witness = await comes(alice, two[0], place)
        await sees_come(witness, alice)
        own.pause()  # the worst sort of absence: it takes questions and answers none
        leases = two[0].hub.leases
        await until(lambda: leases.away)
        leases._store, store = None, leases._store  # type: ignore[assignment]
        for person in others * 3:
            client = await visit(person, two[0])
            histories = keep(client, "room_history")
            await client.open(place.slug)  # asks Redis nothing, or it would fail
            assert [history["active_users"] for history in histories] == [None]
            assert [history["active_count"] for history in histories] == [None]
        leases._store = store
        own.go_on()
        for person in others:
            await sees_come(witness, person)
        assert known_to(two[0], place) == {person.name for person in people}
        assert witness.heard("user_joined")[-1]["active_count"] == 3
        assert said(witness, "user_left") == []


async def test_a_redis_that_starts_late_makes_presence_known(
    own: OwnValkey, people: list[Person], place: Room
) -> None:
    alice, bob, _ = people
    switch = Switch()
    async with processes(switch.port(), switch.port(), seed="late") as two:
        clients = [await comes(alice, two[0], place), await comes(bob, two[1], place)]
        assert known_to(two[0], place) is known_to(two[1], place) is None
        own.start()
        for client in clients:
            await sees_come(client, alice)
            await sees_come(client, bob)
            assert client.heard("user_joined")[-1]["active_count"] == 2
            assert said(client, "user_left") == []


async def test_a_redis_that_restarts_empty_lets_nobody_leave(
    own: OwnValkey, people: list[Person], place: Room, quick: Any
) -> None:
    alice, bob, carol = people
    quick.CHAT_PRESENCE_RENEW = NEVER  # or each had to come back within twice that time
    own.start()
    await own.answers()
    switch = Switch()
    async with processes(switch.port(), switch.port(), seed="restart") as two:
        clients = [await comes(alice, two[0], place), await comes(bob, two[1], place)]
        for client in clients:
            await sees_come(client, bob)
        own.kill()
        await until(lambda: all(process.hub.leases.away for process in two))
        assert known_to(two[0], place) is None
        own.start()
        both = {alice.name, bob.name}
        await until(lambda: known_to(two[0], place) == known_to(two[1], place) == both)
        await renewed(*two)
        await comes(carol, two[1], place)
        for client in clients:
            await sees_come(client, carol)
            assert said(client, "user_left") == []
            assert said(client, "user_joined").count(bob.name) == 1


# Leases that end


async def test_who_stops_renewing_is_swept_away_and_told_of_once(
    two: list[Process], people: list[Person], place: Room, redis: Redis
) -> None:
    alice, bob, _ = people
    witnesses = [await comes(alice, process, place) for process in two]
    entered = await PresenceStore(redis).enter(place.pk, [(of(bob), "killed")], lease=0.3)
    assert entered.people == [of(bob)]
    fanout.broadcast(Arrived(place.pk, of(bob)))
    for client in witnesses:
        assert (await sees_go(client, bob))["reason"] == "lost"
    await settled(*two)
    for client in witnesses:
        assert said(client, "user_left") == [bob.name]


async def test_a_room_that_was_open_nowhere_is_swept_before_it_is_shown(
    two: list[Process], people: list[Person], place: Room, redis: Redis
) -> None:
    alice, bob, carol = people
    store = PresenceStore(redis)
    await store.enter(place.pk, [(of(carol), "lives")], lease=60)
    await store.enter(place.pk, [(of(bob), "killed")], lease=0.001)
    await asyncio.sleep(0.01)  # that lease is over
    client = await visit(alice, two[0])
    histories = keep(client, "room_history")
    await client.open(place.slug)
    assert [history["active_users"] for history in histories] == [[carol.name]]


# Processes that stop


async def test_a_process_that_goes_down_hands_its_people_over(
    two: list[Process], people: list[Person], place: Room, redis: Redis, quick: Any
) -> None:
    """Their leases are shortened, not ended: who comes back elsewhere was never away."""
    alice, bob, carol = people
    quick.CHAT_PRESENCE_RENEW = quick.CHAT_PRESENCE_SWEEP = NEVER
    witness = await comes(alice, two[0], place)
    for person in (bob, carol):
        await comes(person, two[1], place)
        await sees_come(witness, person)
    two[1].hub.leases.drain()
    for session in list(two[1].hub.sessions):
        await session.shut_down()
    await comes(bob, two[0], place)
    await settled(*two)
    assert said(witness, "user_left") == []
    assert await in_redis(redis, place) == {person.name for person in people}
    within = quick.CHAT_PRESENCE_LEASE / 2
    assert await short_leases(redis, place, within=within) == {carol.name}


async def test_who_waits_out_the_grace_is_handed_over_too(
    quick: Any,
    people: list[Person],
    place: Room,
    redis: Redis,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    alice, bob, _ = people
    monkeypatch.setattr(leases, "STOP_PATIENCE", PATIENCE)
    quick.CHAT_PRESENCE_GRACE = quick.CHAT_PRESENCE_RENEW = quick.CHAT_PRESENCE_SWEEP = NEVER
    async with processes(Switch().port(), seed="stop") as [process]:
        await comes(alice, process, place)
        (await comes(bob, process, place)).cut()
    both = {alice.name, bob.name}
    assert await in_redis(redis, place) == both
    within = quick.CHAT_PRESENCE_LEASE / 2
    assert await short_leases(redis, place, within=within) == both


async def test_a_process_stops_though_redis_hangs(
    own: OwnValkey, people: list[Person], place: Room, quick: Any
) -> None:
    quick.CHAT_PRESENCE_RENEW = quick.CHAT_PRESENCE_SWEEP = NEVER
    own.start()
    await own.answers()
    async with processes(Switch().port(), seed="hangs") as [process]:
        for person in people:
            await comes(person, process, place)
        own.pause()
        async with asyncio.timeout(PATIENCE):
            await process.hub.leases.stop()
        own.go_on()
