"""Coming and going, as the people in a room hear of it."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from redis.asyncio import Redis

from chat import leases
from chat.actions.memberships import join_room
from chat.models import Room
from tests.harness.fixtures import Person, make_person
from tests.harness.in_process import Process, visit
from tests.harness.oracle import in_database
from tests.harness.outbox import Refused

from .house import NEVER
from .presence_scene import (
    comes,
    in_redis,
    keep,
    known_to,
    said,
    sees_come,
    sees_go,
    settled,
)


async def test_two_tabs_on_two_processes_are_one_person(
    two: list[Process], people: list[Person], place: Room
) -> None:
    alice, bob, _ = people
    witnesses = [await comes(alice, process, place) for process in two]
    tabs = [await comes(bob, process, place) for process in two]
    for client in (*witnesses, tabs[0]):
        await sees_come(client, bob)
    await tabs[0].ask("leave_room", room_id=place.slug)
    await settled(*two)
    assert known_to(two[0], place) == known_to(two[1], place) == {alice.name, bob.name}
    await tabs[1].ask("leave_room", room_id=place.slug)
    for client in witnesses:
        left = await sees_go(client, bob)
        assert left["reason"] == "left"
        assert (left["active_users"], left["active_count"]) == ([alice.name], 1)
    await settled(*two)
    for client in witnesses:
        assert said(client, "user_left") == [bob.name]
        assert said(client, "user_joined").count(bob.name) == 1


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
    await sees_come(client, bob)
    [joined] = client.heard("user_joined")
    assert joined["active_users"] == [alice.name, bob.name]


@pytest.fixture
async def grace_over(quick: Any, monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Ends every grace; none ends before."""
    quick.CHAT_PRESENCE_GRACE = NEVER
    over = asyncio.Event()

    async def sleep(seconds: float) -> None:
        await (over.wait() if seconds == NEVER else asyncio.sleep(seconds))

    patched = SimpleNamespace(**{**vars(asyncio), "sleep": sleep})
    monkeypatch.setattr(leases, "asyncio", patched)
    return over


async def test_a_reload_is_not_seen(
    grace_over: asyncio.Event, two: list[Process], people: list[Person], place: Room
) -> None:
    alice, bob, _ = people
    witness = await comes(alice, two[0], place)
    tab = await comes(bob, two[0], place)
    tab.cut()
    await comes(bob, two[1], place)
    grace_over.set()
    await settled(*two)
    assert said(witness, "user_left") == []
    assert said(witness, "user_joined").count(bob.name) == 1
    assert known_to(two[0], place) == known_to(two[1], place) == {alice.name, bob.name}


async def test_a_lost_tab_has_left_after_the_grace(
    two: list[Process], people: list[Person], place: Room
) -> None:
    alice, bob, _ = people
    witness = await comes(alice, two[0], place)
    (await comes(bob, two[1], place)).cut()
    assert (await sees_go(witness, bob))["reason"] == "disconnected"


async def test_who_says_goodbye_has_left_at_once(
    two: list[Process], people: list[Person], place: Room, quick: Any
) -> None:
    alice, bob, _ = people
    quick.CHAT_PRESENCE_GRACE = NEVER
    witness = await comes(alice, two[0], place)
    tab = await comes(bob, two[1], place)
    await tab.ask("leave_room", room_id=place.slug)
    await sees_go(witness, bob)


async def test_leaving_and_coming_back_in_one_tab_ends_present(
    two: list[Process], people: list[Person], place: Room, redis: Redis
) -> None:
    alice, bob, _ = people
    witness = await comes(alice, two[0], place)
    tab = await comes(bob, two[1], place)
    for _ in range(20):
        await tab.ask("leave_room", room_id=place.slug)
        await tab.open(place.slug)
    await settled(*two)
    await witness.until(
        lambda: said(witness, "user_joined").count(bob.name) == 21, "for all comings"
    )
    assert said(witness, "user_left") == [bob.name] * 20
    assert await in_redis(redis, place) == {alice.name, bob.name}
    assert known_to(two[0], place) == {alice.name, bob.name}


# Many


async def test_who_is_here_is_shown_up_to_a_number_in_the_order_of_coming(
    two: list[Process], people: list[Person], place: Room, quick: Any
) -> None:
    quick.CHAT_ACTIVE_USERS_SHOWN = 2
    first, *_ = [await comes(person, two[0], place) for person in people]
    await sees_come(first, people[2])
    told = first.heard("user_joined")[-1]
    assert told["active_users"] == [person.name for person in people[:2]]
    assert told["active_count"] == 3


async def test_of_a_crowd_one_hears_now_and_then(
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
        lambda: any(told["active_count"] == 13 for told in witness.heard("user_joined")),
        "for all",
    )
    assert len(witness.heard("user_joined")) < 13
    for tab in tabs:
        tab.cut()
    await witness.until(
        lambda: any(told["active_count"] == 1 for told in witness.heard("user_left")),
        "for all to go",
    )
    assert len(witness.heard("user_left")) < 12


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
        told = client.heard("user_typing")
        await client.until(lambda: len(client.heard("user_typing")) == 3, "for it")  # noqa: B023
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
    for _ in range(9):  # the join was the tenth
        await tab.ask("typing", room_id=place.slug, typing=True)
    for _ in range(20):
        with pytest.raises(Refused, match="rate_limited") as refusal:
            await tab.ask("typing", room_id=place.slug, typing=True)
        assert refusal.value.error["retry_after"] > 0
    await witness.until(lambda: len(witness.heard("user_typing")) == 9, "for the typing")
