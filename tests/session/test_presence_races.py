"""What reaches Redis, and in which order, when things happen at the same moment."""

from __future__ import annotations

import asyncio
from typing import Any

from redis.asyncio import Redis

from chat.models import Room
from chat.presence_store import PresenceStore, _keys
from tests.harness.fixtures import Person
from tests.harness.in_process import Process, visit

from .house import until
from .presence_scene import comes, in_redis, known_to, said, sees_come, sees_go, settled

LONG_ENOUGH = 0.2  # seconds for one question to overtake another, if it could


class SlowStore:
    """Holds up what is asked of one place under one name, before or after Redis has answered."""

    def __init__(self, store: PresenceStore, place: int, slow: str, *, after: bool = False) -> None:
        self._store = store
        self._place = place
        self._slow = slow
        self._after = after
        self.held = asyncio.Event()
        self.through = asyncio.Event()

    def __getattr__(self, name: str) -> Any:
        asks = getattr(self._store, name)
        if name != self._slow:
            return asks

        async def ask_slowly(place: int, *arguments: Any, **options: Any) -> Any:
            if place != self._place:
                return await asks(place, *arguments, **options)
            answer = await asks(place, *arguments, **options) if self._after else None
            self.held.set()
            await self.through.wait()
            return answer if self._after else await asks(place, *arguments, **options)

        return ask_slowly


def slow_down(process: Process, place: Room, what: str, *, after: bool = False) -> SlowStore:
    leases = process.hub.leases
    slow = SlowStore(leases._store, place.pk, what, after=after)
    leases._store = slow  # type: ignore[assignment]
    return slow


async def test_who_ends_in_the_middle_of_joining_leaves_no_ghost(
    two: list[Process], people: list[Person], place: Room, redis: Redis
) -> None:
    alice, bob, _ = people
    witness = await comes(alice, two[0], place)
    tab = await visit(bob, two[1])
    slow = slow_down(two[1], place, "enter")
    joining = asyncio.create_task(tab.open(place.slug))
    await slow.held.wait()
    tab.cut()
    await asyncio.sleep(LONG_ENOUGH)
    slow.through.set()
    await asyncio.gather(joining, return_exceptions=True)
    await settled(*two)
    assert await in_redis(redis, place) == {alice.name}
    await witness.until(
        lambda: (
            said(witness, "user_joined").count(bob.name)
            == said(witness, "user_left").count(bob.name)
        ),
        "for bob to be gone",
    )


async def test_a_renewal_does_not_bring_back_who_leaves_meanwhile(
    two: list[Process], people: list[Person], place: Room, redis: Redis
) -> None:
    alice, bob, _ = people
    await comes(alice, two[0], place)
    tab = await comes(bob, two[0], place)
    slow = slow_down(two[0], place, "enter")
    await slow.held.wait()  # the renewal, which holds bob's place
    await tab.ask("leave_room", room_id=place.slug)
    await asyncio.sleep(LONG_ENOUGH)
    slow.through.set()
    await settled(*two)
    assert await in_redis(redis, place) == {alice.name}


async def test_an_answer_from_before_somebody_went_brings_nobody_back(
    two: list[Process], people: list[Person], place: Room
) -> None:
    alice, bob, _ = people
    witness = await comes(alice, two[0], place)
    tab = await comes(bob, two[1], place)
    await sees_come(witness, bob)
    slow = slow_down(two[0], place, "people", after=True)
    await slow.held.wait()
    await tab.ask("leave_room", room_id=place.slug)
    await sees_go(witness, bob)
    slow.through.set()
    await until(lambda: known_to(two[0], place) == {alice.name})
    await settled(*two)
    assert said(witness, "user_joined").count(bob.name) == 1


class Visitor:
    """Somebody of a great many."""

    def __init__(self, number: int) -> None:
        self.id = f"session{number}"
        self.user_id = number
        self.username = f"person{number}"


async def test_more_at_once_than_a_pool_has_connections_are_all_present(
    two: list[Process], place: Room, redis: Redis
) -> None:
    hub, room = two[0].hub, two[0].hub.room(place.pk)
    await room.ready()
    await hub.presence.prepare(room)
    visitors = [Visitor(number) for number in range(1, 401)]
    await asyncio.gather(*(hub.leases.enter(room.key, visitor) for visitor in visitors))
    await settled(*two)
    assert room.people.count == 400
    for visitor in visitors:
        hub.leases.leave(room.key, visitor, reason="left")
    await settled(*two)
    assert room.people.count == 0
    assert not await redis.exists(*_keys(place.pk))
