"""The scripts behind presence: who came first and who went last is told once, whatever happens."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from typing import Any

import pytest
from redis.asyncio import Redis

from chat.presence_store import Moved, PresenceStore, _keys
from tests.harness.correspondent import PATIENCE

ALICE, BOB = "1:alice", "2:bob.o-b_1"
LONG = 60.0  # seconds: does not end within a test

_rooms = itertools.count(1)


@pytest.fixture
def room(settings: Any) -> int:
    settings.CHAT_BUS_PREFIX = "presence-store"
    return next(_rooms)


@pytest.fixture
async def redis(settings: Any) -> AsyncIterator[Redis]:
    async with Redis.from_url(settings.REDIS_URL) as client:
        yield client


@pytest.fixture
async def store(redis: Redis) -> PresenceStore:
    return PresenceStore(redis)


@pytest.fixture
async def stores(settings: Any) -> AsyncIterator[list[PresenceStore]]:
    """As many processes: each with connections of its own."""
    async with AsyncExitStack() as stack:
        clients = [
            await stack.enter_async_context(Redis.from_url(settings.REDIS_URL)) for _ in range(5)
        ]
        yield [PresenceStore(client) for client in clients]


async def told(asking: Sequence[Awaitable[Moved]]) -> Counter[str]:
    """Ask all of these at once; how often each person was told of."""
    return Counter(person for moved in await asyncio.gather(*asking) for person in moved.people)


async def swept(ask: Callable[[], Awaitable[Moved]], person: str) -> Moved:
    """Sweep until it has dropped `person`."""
    async with asyncio.timeout(PATIENCE):
        while person not in (moved := await ask()).people:
            await asyncio.sleep(0.005)
    return moved


async def test_only_a_first_session_comes_first_and_only_a_last_one_goes_last(
    store: PresenceStore, room: int
) -> None:
    assert await store.enter(room, [(ALICE, "a")], lease=LONG) == Moved(1, [ALICE])
    assert await store.enter(room, [(ALICE, "b")], lease=LONG) == Moved(1, [])
    assert await store.enter(room, [(BOB, "c")], lease=LONG) == Moved(2, [BOB])
    assert await store.leave(room, ALICE, "a") == Moved(2, [])
    assert await store.leave(room, ALICE, "b") == Moved(1, [ALICE])
    assert await store.people(room) == [BOB]


async def test_entering_again_renews_and_leaving_again_changes_nothing(
    store: PresenceStore, room: int, redis: Redis
) -> None:
    sessions = _keys(room)[0]
    await store.enter(room, [(BOB, "a")], lease=LONG / 2)
    before = await redis.zscore(sessions, f"{BOB}:a")
    assert await store.enter(room, [(BOB, "a")], lease=LONG) == Moved(1, [])
    after = await redis.zscore(sessions, f"{BOB}:a")
    assert before is not None
    assert after is not None
    assert after > before
    assert await store.leave(room, BOB, "a") == Moved(0, [BOB])
    assert await store.leave(room, BOB, "a") == Moved(0, [])


async def test_of_fifty_entries_and_fifty_leaves_at_once_one_each_is_told(
    stores: list[PresenceStore], room: int
) -> None:
    many = [(stores[n % 5], f"session{n}") for n in range(50)]
    came = await told([each.enter(room, [(BOB, name)], lease=LONG) for each, name in many])
    assert came == {BOB: 1}
    went = await told([each.leave(room, BOB, name) for each, name in many])
    assert went == {BOB: 1}
    assert await stores[0].people(room) == []


@pytest.mark.parametrize("seed", range(5))
async def test_whatever_happens_at_once_comings_and_goings_alternate(
    stores: list[PresenceStore], room: int, seed: int
) -> None:
    chance = random.Random(seed)
    people = [f"{n}:person{n}" for n in range(4)]
    here: dict[str, set[str]] = {person: set() for person in people}
    came, went = Counter[str](), Counter[str]()
    for _ in range(20):
        coming, leaving = [], []
        # At once, but each session does one thing at a time, as in life.
        for session in range(12):
            person, name = people[session % 4], f"s{session}"
            each = chance.choice(stores)
            if name in here[person]:
                leaving.append(each.leave(room, person, name))
                here[person].remove(name)
            elif chance.random() < 0.6:
                coming.append(each.enter(room, [(person, name)], lease=LONG))
                here[person].add(name)
        both = await asyncio.gather(told(coming), told(leaving))
        came, went = came + both[0], went + both[1]
        present = {person for person, sessions in here.items() if sessions}
        assert {person for person in people if came[person] > went[person]} == present
        assert all(came[person] - went[person] in (0, 1) for person in people)
        assert set(await stores[0].people(room)) == present


async def test_an_ended_lease_is_swept_once_by_whoever_comes_by(
    stores: list[PresenceStore], room: int
) -> None:
    await stores[0].enter(room, [(ALICE, "a")], lease=LONG)
    await stores[0].enter(room, [(BOB, "b"), (BOB, "c")], lease=0.02)
    went = Counter[str]()
    async with asyncio.timeout(PATIENCE):
        while not went:
            went = await told([each.sweep(room) for each in stores])
    assert went == {BOB: 1}
    assert await told([each.sweep(room) for each in stores]) == {}
    assert await stores[0].people(room) == [ALICE]


async def test_a_person_whose_other_session_lives_is_not_swept_away(
    store: PresenceStore, room: int, redis: Redis
) -> None:
    await store.enter(room, [(BOB, "lives")], lease=LONG)
    await store.enter(room, [(BOB, "dies"), (ALICE, "dies too")], lease=0.02)
    await swept(lambda: store.sweep(room), ALICE)
    assert await redis.zrange(_keys(room)[0], 0, -1) == [f"{BOB}:lives".encode()]
    assert await store.people(room) == [BOB]


async def test_a_short_lease_does_not_shorten_what_others_hold(
    store: PresenceStore, room: int, redis: Redis
) -> None:
    await store.enter(room, [(ALICE, "a")], lease=LONG)
    await store.enter(room, [(BOB, "b")], lease=0.02)
    for key in _keys(room):
        assert await redis.pttl(key) > LONG * 1000


async def test_a_room_that_nobody_renews_is_forgotten(
    store: PresenceStore, room: int, redis: Redis
) -> None:
    await store.enter(room, [(ALICE, "a")], lease=0.02)
    async with asyncio.timeout(PATIENCE):
        while await redis.exists(*_keys(room)):
            await asyncio.sleep(0.005)


@pytest.mark.parametrize("lost", [(0,), (1,), (0, 1)], ids=["sessions", "people", "both"])
async def test_what_redis_lost_is_whole_again_once_everybody_renewed(
    store: PresenceStore, room: int, redis: Redis, lost: tuple[int, ...]
) -> None:
    seats = [(ALICE, "a"), (BOB, "b"), (BOB, "c")]
    await store.enter(room, seats, lease=LONG)
    await redis.delete(*(_keys(room)[which] for which in lost))
    came = await told([store.enter(room, [seat], lease=LONG) for seat in seats])
    assert came == {ALICE: 1, BOB: 1}
    assert set(await store.people(room)) == {ALICE, BOB}
    assert await store.leave(room, BOB, "b") == Moved(2, [])
    assert await store.leave(room, BOB, "c") == Moved(1, [BOB])


async def test_a_leave_that_redis_knows_nothing_of_is_told_to_nobody(
    store: PresenceStore, room: int, redis: Redis
) -> None:
    await store.enter(room, [(BOB, "a"), (BOB, "b")], lease=LONG)
    await redis.delete(*_keys(room))
    assert await store.leave(room, BOB, "a") == Moved(0, [])


async def test_the_scripts_are_there_again_after_redis_forgot_them(
    store: PresenceStore, room: int, redis: Redis
) -> None:
    await store.enter(room, [(ALICE, "a")], lease=LONG)
    await redis.script_flush()
    assert await store.enter(room, [(BOB, "b")], lease=LONG) == Moved(2, [BOB])
    assert await store.leave(room, BOB, "b") == Moved(1, [BOB])
    assert await store.sweep(room) == Moved(1, [])
