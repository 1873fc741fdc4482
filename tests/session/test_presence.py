"""Coming and going, as the people in a room hear of it: two processes' parts on one loop, a real
Redis, clients without sockets."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from chat import fanout
from chat.actions.memberships import join_room
from chat.bus_items import Arrived, RoomNotice
from chat.models import Room, RoomKind
from chat.presence import Presence
from chat.presence_store import PresenceStore, _keys
from tests.factories import make_room
from tests.harness.correspondent import PATIENCE
from tests.harness.fixtures import Person, make_person, make_place
from tests.harness.in_process import LocalClient, Process, processes, visit
from tests.harness.oracle import in_database
from tests.harness.outbox import Refused
from tests.harness.switch import Switch
from tests.harness.valkey_control import OwnValkey

_numbers = itertools.count(1)


@pytest.fixture(autouse=True)
def quick(settings: Any) -> Any:
    """What takes seconds in life takes hundredths here; nothing of other tests is in Redis."""
    settings.CHAT_BUS_PREFIX = f"presence-{next(_numbers)}"
    settings.CHAT_PRESENCE_GRACE = 0.05
    settings.CHAT_PRESENCE_SWEEP = 0.02
    settings.CHAT_PRESENCE_RENEW = 0.06
    settings.CHAT_BEAT_INTERVAL = 0.1
    settings.CHAT_EVENTS_PER_SECOND = settings.CHAT_EVENT_BURST = 1_000_000
    return settings


@pytest.fixture
def people(transactional_db: None) -> list[Person]:
    return [make_person(name) for name in ("alice", "bob.o-b_1", "carol")]


@pytest.fixture
def place(people: list[Person]) -> Room:
    return make_place(*people)


@pytest.fixture
async def two(people: list[Person]) -> AsyncIterator[list[Process]]:
    switch = Switch()
    async with processes(switch.port(), switch.port(), seed="presence") as running:
        yield running


@pytest.fixture
async def redis(settings: Any) -> AsyncIterator[Redis]:
    async with Redis.from_url(settings.REDIS_URL) as client:
        yield client


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0.005)


async def settled(running: list[Process]) -> None:
    """Wait until everybody who leaves has left, and everybody was told."""
    await until(
        lambda: not any(each.hub.presence._leaving or each.hub.bus._queue for each in running)
    )
    for _ in range(30):
        await asyncio.sleep(0)


def people_in(process: Process, room: Room) -> set[str] | None:
    """Who is there, as a process knows it."""
    names = process.hub.rooms[room.pk].people.usernames(1000)
    return None if names is None else set(names)


async def in_redis(redis: Redis, room: Room) -> set[str]:
    people = await PresenceStore(redis).people(room.pk)
    return {person.partition(":")[2] for person in people}


async def comes(person: Person, process: Process, room: Room) -> LocalClient:
    client = await visit(person, process)
    await client.open(room.slug)
    return client


def said(client: LocalClient, event: str) -> list[str]:
    return [data["username"] for data in client.heard(event)]


def keep(client: LocalClient, event: str) -> list[dict[str, Any]]:
    """The data of all events of this name from now on, also of those that go into a timeline."""
    kept: list[dict[str, Any]] = []
    take = client.take

    def take_and_keep(frame: dict[str, Any]) -> None:
        if frame["event"] == event:
            kept.append(frame["data"])
        take(frame)

    client.take = take_and_keep  # type: ignore[method-assign]
    return kept


# First and last


async def test_two_tabs_on_two_processes_are_one_person(
    two: list[Process], people: list[Person], place: Room
) -> None:
    alice, bob, _ = people
    witnesses = [await comes(alice, process, place) for process in two]
    tabs = [await comes(bob, process, place) for process in two]
    for client in (*witnesses, tabs[0]):
        await client.until(lambda c=client: bob.name in said(c, "user_joined"), "for bob")
    await tabs[0].ask("leave_room", room_id=place.slug)
    await settled(two)
    assert people_in(two[0], place) == people_in(two[1], place) == {alice.name, bob.name}
    await tabs[1].ask("leave_room", room_id=place.slug)
    for client in witnesses:
        await client.until(lambda c=client: said(c, "user_left"), "for bob to go")
    await settled(two)
    for client in witnesses:
        assert said(client, "user_joined").count(bob.name) == 1
        [left] = client.heard("user_left")
        assert (left["username"], left["reason"]) == (bob.name, "left")
        assert (left["active_users"], left["active_count"]) == ([alice.name], 1)


async def test_who_joins_hears_it_too_and_knows_who_is_there(
    two: list[Process], people: list[Person], place: Room
) -> None:
    alice, bob, _ = people
    await comes(alice, two[0], place)
    client = await visit(bob, two[1])
    histories = keep(client, "room_history")
    await client.open(place.slug)
    [history] = histories
    assert (history["active_users"], history["active_count"]) == ([alice.name], 1)
    await client.until(lambda: said(client, "user_joined"), "for the own coming")
    [joined] = client.heard("user_joined")
    assert joined["active_users"] == [alice.name, bob.name]


async def test_a_reload_is_not_seen(
    two: list[Process], people: list[Person], place: Room, quick: Any
) -> None:
    alice, bob, _ = people
    quick.CHAT_PRESENCE_GRACE = 0.5
    witness = await comes(alice, two[0], place)
    tab = await comes(bob, two[0], place)
    tab.cut()
    await comes(bob, two[1], place)
    await settled(two)
    assert said(witness, "user_left") == []
    assert said(witness, "user_joined").count(bob.name) == 1
    assert people_in(two[0], place) == people_in(two[1], place) == {alice.name, bob.name}


async def test_a_lost_tab_has_left_after_the_grace(
    two: list[Process], people: list[Person], place: Room
) -> None:
    alice, bob, _ = people
    witness = await comes(alice, two[0], place)
    (await comes(bob, two[1], place)).cut()
    await witness.until(lambda: said(witness, "user_left"), "for bob to go")
    [left] = witness.heard("user_left")
    assert (left["username"], left["reason"]) == (bob.name, "disconnected")


async def test_who_says_goodbye_has_left_at_once(
    two: list[Process], people: list[Person], place: Room, quick: Any
) -> None:
    alice, bob, _ = people
    quick.CHAT_PRESENCE_GRACE = 10 * PATIENCE
    witness = await comes(alice, two[0], place)
    tab = await comes(bob, two[1], place)
    await tab.ask("leave_room", room_id=place.slug)
    await witness.until(lambda: said(witness, "user_left") == [bob.name], "for bob to go")


async def test_leaving_and_coming_back_in_one_tab_ends_present(
    two: list[Process], people: list[Person], place: Room, redis: Redis
) -> None:
    alice, bob, _ = people
    witness = await comes(alice, two[0], place)
    tab = await comes(bob, two[1], place)
    for _ in range(20):
        await tab.ask("leave_room", room_id=place.slug)
        await tab.open(place.slug)
    await settled(two)
    await witness.until(lambda: len(said(witness, "user_joined")) >= 22, "for all comings")
    assert len(said(witness, "user_left")) == 20
    assert await in_redis(redis, place) == {alice.name, bob.name}
    assert people_in(two[0], place) == {alice.name, bob.name}


# The order of what reaches Redis


class SlowStore:
    """Holds up what is asked under one name until it is let through."""

    def __init__(self, store: PresenceStore, slow: str) -> None:
        self._store = store
        self._slow = slow
        self.asked = asyncio.Event()
        self.through = asyncio.Event()

    def __getattr__(self, name: str) -> Any:
        asks = getattr(self._store, name)
        if name != self._slow:
            return asks

        async def ask_slowly(*arguments: Any, **options: Any) -> Any:
            self.asked.set()
            await self.through.wait()
            return await asks(*arguments, **options)

        return ask_slowly


def slow_down(process: Process, what: str) -> SlowStore:
    presence = process.hub.presence
    slow = SlowStore(presence._store, what)
    presence._store = slow  # type: ignore[assignment]
    return slow


async def test_who_ends_in_the_middle_of_joining_leaves_no_ghost(
    two: list[Process], people: list[Person], place: Room, redis: Redis
) -> None:
    alice, bob, _ = people
    witness = await comes(alice, two[0], place)
    tab = await visit(bob, two[1])
    tab.follow(place.slug)
    slow = slow_down(two[1], "enter")
    joining = asyncio.create_task(tab.open(place.slug))
    await slow.asked.wait()
    tab.cut()
    await asyncio.sleep(0.2)  # in which the leave would overtake, if it could
    slow.through.set()
    await asyncio.gather(joining, return_exceptions=True)
    await settled(two)
    assert await in_redis(redis, place) == {alice.name}
    await witness.until(
        lambda: len(said(witness, "user_joined")) == 1 + len(said(witness, "user_left")),
        "for bob to be gone",
    )


async def test_a_renewal_does_not_bring_back_who_leaves_meanwhile(
    two: list[Process], people: list[Person], place: Room, redis: Redis
) -> None:
    alice, bob, _ = people
    await comes(alice, two[0], place)
    tab = await comes(bob, two[0], place)
    slow = slow_down(two[0], "enter")
    await slow.asked.wait()  # the renewal, which holds bob's place
    await tab.ask("leave_room", room_id=place.slug)
    await asyncio.sleep(0.1)  # in which the leave would overtake, if it could
    slow.through.set()
    await settled(two)
    assert await in_redis(redis, place) == {alice.name}


async def test_an_old_answer_of_redis_brings_nobody_back(
    two: list[Process], people: list[Person], place: Room
) -> None:
    """Somebody goes between the answer and its arrival."""
    alice, bob, _ = people
    witness = await comes(alice, two[0], place)
    tab = await comes(bob, two[1], place)
    await witness.until(lambda: bob.name in said(witness, "user_joined"), "for bob")
    presence = two[0].hub.presence
    read, answered, through = presence._store.people, asyncio.Event(), asyncio.Event()

    async def read_and_dawdle(room: int) -> list[str]:
        answer = await read(room)
        answered.set()
        await through.wait()
        return answer

    presence._store.people = read_and_dawdle  # type: ignore[method-assign]
    await answered.wait()
    await tab.ask("leave_room", room_id=place.slug)
    await witness.until(lambda: said(witness, "user_left"), "for bob to go")
    through.set()
    await until(lambda: people_in(two[0], place) == {alice.name})
    assert said(witness, "user_joined").count(bob.name) == 1


async def test_many_at_once_are_all_present(two: list[Process], place: Room, redis: Redis) -> None:
    """More than a pool of connections holds by itself."""

    class Visitor:
        def __init__(self, number: int) -> None:
            self.id, self.user_id, self.username = f"s{number}", number, f"p{number}"

    presence, room = two[0].hub.presence, two[0].hub.room(place.pk)
    await room.ready()
    visitors = [Visitor(number) for number in range(1, 401)]
    await presence.prepare(room)
    await asyncio.gather(*(presence.enter(room, visitor) for visitor in visitors))
    await settled(two)
    assert room.people.count == 400
    for visitor in visitors:
        presence.leave(room, visitor, reason="left")
    await settled(two)
    assert room.people.count == 0
    assert not await redis.exists(*_keys(place.pk))


# Redis forgets, goes, comes back


async def test_redis_may_forget_everything_and_nobody_seems_to_leave(
    two: list[Process], people: list[Person], place: Room, redis: Redis
) -> None:
    alice, bob, carol = people
    witnesses = [await comes(alice, two[0], place), await comes(bob, two[1], place)]
    await settled(two)
    for _ in range(3):
        await redis.delete(*_keys(place.pk))
        async with asyncio.timeout(PATIENCE):
            while await in_redis(redis, place) != {alice.name, bob.name}:
                await asyncio.sleep(0.005)
        # Each process asks again: is somebody missing?
        renewed = [process.hub.presence._renewed_at for process in two]
        await until(
            lambda r=renewed: all(
                p.hub.presence._renewed_at > at for p, at in zip(two, r, strict=True)
            )
        )
    await comes(carol, two[0], place)
    for client in witnesses:
        await client.until(lambda c=client: carol.name in said(c, "user_joined"), "for carol")
        assert said(client, "user_left") == []
        assert len(set(said(client, "user_joined"))) == len(said(client, "user_joined"))


async def test_who_came_or_went_unheard_is_noticed_by_comparing(
    two: list[Process], people: list[Person], place: Room
) -> None:
    """What one process announced was lost on the bus."""
    alice, bob, _ = people
    witness = await comes(alice, two[0], place)
    here = two[0].hub.presence._rooms[place.pk].people
    two[0].hub._hearing = dict.fromkeys(two[0].hub._hearing, _nothing)
    tab = await comes(bob, two[1], place)
    await witness.until(lambda: said(witness, "user_joined").count(bob.name) == 1, "for bob")
    assert f"{bob.user.pk}:{bob.name}" in here
    await tab.ask("leave_room", room_id=place.slug)
    await witness.until(lambda: said(witness, "user_left"), "for bob to be missed")
    [left] = witness.heard("user_left")
    assert left["reason"] == "lost"


def _nothing(item: object) -> None:
    """Hears nothing."""


@pytest.fixture
def own(tmp_path: Path, settings: Any) -> Any:
    """A Redis that can be taken away."""
    valkey = OwnValkey(tmp_path)
    settings.REDIS_URL = valkey.url
    yield valkey
    valkey.forget()


async def test_without_redis_nobody_knows_who_is_here_and_joins_do_not_wait(
    own: OwnValkey, people: list[Person], place: Room
) -> None:
    alice, bob, carol = people
    own.start()
    await own.answers()
    switch = Switch()
    async with processes(switch.port(), switch.port(), seed="away") as two:
        witness = await comes(alice, two[0], place)
        await witness.until(lambda: said(witness, "user_joined"), "for the own coming")
        own.pause()  # the worst sort: it takes questions and answers none
        presence = two[0].hub.presence
        await until(lambda: presence._away)
        asked: list[str] = []
        count_questions(presence, asked)
        for person in (bob, carol, bob, carol, bob):
            client = await comes(person, two[0], place)
            assert client.timelines[place.slug].epoch
        assert asked == []
        assert people_in(two[0], place) is None
        own.go_on()
        await until(lambda: people_in(two[0], place) == {person.name for person in people})
        for person in (bob, carol):
            await witness.until(lambda p=person: p.name in said(witness, "user_joined"), "for all")
        assert said(witness, "user_left") == []
        assert witness.heard("user_joined")[-1]["active_count"] == 3


def count_questions(presence: Presence, asked: list[str]) -> None:
    """Note what is asked of Redis for somebody who joins."""
    store = presence._store

    class Counting:
        def __getattr__(self, name: str) -> Any:
            asked.append(name)
            return getattr(store, name)

    presence._store = Counting()  # type: ignore[assignment]


async def test_a_redis_that_starts_late_and_empty_makes_presence_known(
    own: OwnValkey, people: list[Person], place: Room
) -> None:
    alice, bob, _ = people
    switch = Switch()
    async with processes(switch.port(), switch.port(), seed="late") as two:
        clients = [await comes(alice, two[0], place), await comes(bob, two[1], place)]
        assert people_in(two[0], place) is None
        own.start()
        for client in clients:
            await client.until(
                lambda c=client: any(data["active_count"] == 2 for data in c.heard("user_joined")),
                "to know who is here",
            )
            assert said(client, "user_left") == []


async def test_a_redis_that_restarts_empty_lets_nobody_leave(
    own: OwnValkey, people: list[Person], place: Room
) -> None:
    alice, bob, carol = people
    own.start()
    await own.answers()
    switch = Switch()
    async with processes(switch.port(), switch.port(), seed="restart") as two:
        clients = [await comes(alice, two[0], place), await comes(bob, two[1], place)]
        for client in clients:
            await client.until(lambda c=client: bob.name in said(c, "user_joined"), "for bob")
        own.kill()
        await until(lambda: all(process.hub.presence._away for process in two))
        assert people_in(two[0], place) is None
        own.start()
        both = {alice.name, bob.name}
        await until(lambda: people_in(two[0], place) == people_in(two[1], place) == both)
        await comes(carol, two[1], place)
        for client in clients:
            await client.until(lambda c=client: carol.name in said(c, "user_joined"), "for carol")
            assert said(client, "user_left") == []
            assert said(client, "user_joined").count(bob.name) == 1


# Leases


async def test_who_stops_renewing_is_swept_away_and_told_of_once(
    two: list[Process], people: list[Person], place: Room, quick: Any, redis: Redis
) -> None:
    alice, bob, _ = people
    witnesses = [await comes(alice, process, place) for process in two]
    # Of a process that was killed.
    store = PresenceStore(redis)
    dead = f"{bob.user.pk}:{bob.name}"
    assert (await store.enter(place.pk, [(dead, "dead")], lease=0.3)).people == [dead]
    fanout.broadcast(Arrived(place.pk, dead))
    for client in witnesses:
        await client.until(lambda c=client: said(c, "user_left"), "for the sweep")
    await settled(two)
    for client in witnesses:
        [left] = client.heard("user_left")
        assert (left["username"], left["reason"]) == (bob.name, "lost")


async def test_a_room_that_was_open_nowhere_is_swept_before_it_is_shown(
    two: list[Process], people: list[Person], place: Room, redis: Redis
) -> None:
    alice, bob, carol = people
    store = PresenceStore(redis)
    await store.enter(place.pk, [(f"{carol.user.pk}:{carol.name}", "lives")], lease=60)
    await store.enter(place.pk, [(f"{bob.user.pk}:{bob.name}", "dead")], lease=0.001)
    await asyncio.sleep(0.01)  # for that lease to be over
    client = await visit(alice, two[0])
    histories = keep(client, "room_history")
    await client.open(place.slug)
    assert [history["active_users"] for history in histories] == [[carol.name]]


async def test_a_process_that_goes_down_hands_its_people_over(
    two: list[Process], people: list[Person], place: Room, redis: Redis, quick: Any
) -> None:
    """Their leases are shortened, not ended: who comes back elsewhere was never away."""
    alice, bob, carol = people
    quick.CHAT_PRESENCE_RENEW = quick.CHAT_PRESENCE_SWEEP = 10 * PATIENCE
    witness = await comes(alice, two[0], place)
    for person in (bob, carol):
        await comes(person, two[1], place)
    await witness.until(lambda: carol.name in said(witness, "user_joined"), "for carol")
    two[1].hub.presence.drain()
    for session in list(two[1].hub.sessions):
        await session.shut_down()
    await comes(bob, two[0], place)
    await settled(two)
    assert said(witness, "user_left") == []
    assert await in_redis(redis, place) == {person.name for person in people}
    leases = await redis.zrange(_keys(place.pk)[0], 0, -1, withscores=True)
    now = (await redis.time())[0] * 1000
    short = {
        member.decode().split(":")[1]
        for member, ends in leases
        if ends - now < 1000 * quick.CHAT_PRESENCE_LEASE / 2
    }
    assert short == {bob.name, carol.name}


async def test_who_is_waiting_out_the_grace_is_handed_over_too(
    people: list[Person], place: Room, redis: Redis, quick: Any
) -> None:
    alice, bob, _ = people
    quick.CHAT_PRESENCE_GRACE = 10 * PATIENCE
    quick.CHAT_PRESENCE_RENEW = quick.CHAT_PRESENCE_SWEEP = 10 * PATIENCE
    switch = Switch()
    async with processes(switch.port(), seed="stop") as [process]:
        await comes(alice, process, place)
        (await comes(bob, process, place)).cut()
    assert await in_redis(redis, place) == {alice.name, bob.name}
    now = (await redis.time())[0] * 1000
    leases = await redis.zrange(_keys(place.pk)[0], 0, -1, withscores=True)
    assert all(ends - now < 1000 * quick.CHAT_PRESENCE_LEASE / 2 for _, ends in leases)


# What must not break


async def test_a_strangers_attempt_leaves_the_room_usable(
    two: list[Process], people: list[Person]
) -> None:
    """It made the room known to this process, but never read."""
    alice, bob, carol = people
    room = await in_database(make_room, alice.user, bob.user, kind=RoomKind.PRIVATE)
    stranger = await visit(carol, two[0])
    with pytest.raises(Refused, match="room_not_found"):
        await stranger.open(room.slug)
    tabs = [await comes(alice, two[1], room), await comes(bob, two[1], room)]
    await tabs[0].until(lambda: bob.name in said(tabs[0], "user_joined"), "for bob")
    # Long enough for the other process to have renewed, compared and heard.
    for process in two:
        at = process.hub.presence._renewed_at
        await until(lambda p=process, a=at: p.hub.presence._renewed_at > a + 0.1)
        assert not any(task.done() for task in process.hub._tasks)
    await tabs[1].ask("leave_room", room_id=room.slug)
    await tabs[0].until(lambda: said(tabs[0], "user_left"), "for bob to go")


async def test_one_bad_moment_does_not_end_the_keeping_of_presence(
    two: list[Process], people: list[Person], place: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, _, _ = people
    await comes(alice, two[0], place)
    presence = two[0].hub.presence
    keep_true, failed = presence._keep_true, asyncio.Event()

    async def fail_once() -> None:
        if not failed.is_set():
            failed.set()
            raise RuntimeError("a bad moment")
        await keep_true()

    monkeypatch.setattr(presence, "_keep_true", fail_once)
    await failed.wait()
    at = presence._renewed_at
    await until(lambda: presence._renewed_at > at)


async def test_what_a_hub_cannot_take_in_the_others_still_hear(
    two: list[Process], people: list[Person], place: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, bob, _ = people
    here, there = await comes(alice, two[0], place), await comes(bob, two[1], place)

    def fail(notice: object) -> None:
        raise RuntimeError("cannot take this in")

    two[0].hub._hearing = {**two[0].hub._hearing, RoomNotice: fail}
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda loop, context: None)
    two[0].hub.take((RoomNotice(place.pk, b'{"event":"user_typing","data":{"typing":true}}'),))
    await there.until(lambda: there.heard("user_typing"), "for the notice")
    assert here.heard("user_typing") == []


# Typing


async def test_typing_is_heard_by_all_but_the_tab_it_comes_from(
    two: list[Process], people: list[Person], place: Room
) -> None:
    alice, bob, carol = people
    tab, other_tab = await comes(bob, two[0], place), await comes(bob, two[1], place)
    hearers = [other_tab, await comes(alice, two[0], place), await comes(alice, two[1], place)]
    elsewhere = await visit(carol, two[0])  # a member who has the room not open
    for typing in (True, True, False):
        assert await tab.ask("typing", room_id=place.slug, typing=typing) == {}
    for client in hearers:
        await client.until(lambda c=client: len(c.heard("user_typing")) == 3, "for the typing")
        told = client.heard("user_typing")
        assert {(data["room_id"], data["username"]) for data in told} == {(place.slug, bob.name)}
        assert sorted(data["typing"] for data in told) == [False, True, True]
    assert tab.heard("user_typing") == elsewhere.heard("user_typing") == []


async def test_only_who_has_the_room_open_types_in_it(
    two: list[Process], people: list[Person], place: Room
) -> None:
    alice, bob, _ = people
    witness = await comes(alice, two[0], place)
    tab = await visit(bob, two[0])
    with pytest.raises(Refused, match="not_a_member"):
        await tab.ask("typing", room_id=place.slug, typing=True)
    await tab.open(place.slug)
    await tab.ask("leave_room", room_id=place.slug)
    with pytest.raises(Refused, match="not_a_member"):
        await tab.ask("typing", room_id=place.slug, typing=True)
    assert witness.heard("user_typing") == []


async def test_a_flood_of_typing_is_limited(
    two: list[Process], people: list[Person], place: Room, quick: Any
) -> None:
    alice, bob, _ = people
    witness = await comes(alice, two[0], place)
    quick.CHAT_EVENTS_PER_SECOND, quick.CHAT_EVENT_BURST = 0.001, 10
    tab = await comes(bob, two[0], place)
    refused = 0
    for _ in range(50):
        try:
            await tab.ask("typing", room_id=place.slug, typing=True)
        except Refused as refusal:
            assert refusal.code == "rate_limited"
            assert refusal.error["retry_after"] > 0
            refused += 1
    assert refused == 41  # one of the ten was the join
    await witness.until(lambda: len(witness.heard("user_typing")) == 9, "for the typing")


# Crowds


async def test_who_is_here_is_shown_up_to_a_number_in_the_order_of_coming(
    two: list[Process], people: list[Person], place: Room, quick: Any
) -> None:
    quick.CHAT_ACTIVE_USERS_SHOWN = 2
    clients = [await comes(person, two[0], place) for person in people]
    last = clients[0]
    await last.until(lambda: people[2].name in said(last, "user_joined"), "for all")
    told = last.heard("user_joined")[-1]
    assert told["active_users"] == [person.name for person in people[:2]]
    assert told["active_count"] == 3


async def test_a_crowd_hears_of_many_at_once(
    two: list[Process], people: list[Person], place: Room, quick: Any
) -> None:
    quick.CHAT_PRESENCE_CROWD = 1
    quick.CHAT_PRESENCE_CROWD_INTERVAL = 0.3
    crowd = await in_database(lambda: [make_person() for _ in range(12)])
    for person in crowd:
        await in_database(join_room, room=place.pk, user=person.user)
    witness = await comes(people[0], two[0], place)
    tabs = [await comes(person, two[n % 2], place) for n, person in enumerate(crowd)]
    await witness.until(
        lambda: any(d["active_count"] == 13 for d in witness.heard("user_joined")), "for all"
    )
    assert len(witness.heard("user_joined")) < 13
    for tab in tabs:
        tab.cut()
    await witness.until(
        lambda: any(d["active_count"] == 1 for d in witness.heard("user_left")), "for all to go"
    )
    assert len(witness.heard("user_left")) < 12
