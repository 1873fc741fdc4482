"""What goes wrong elsewhere does not end presence, and presence ends nothing else."""

from __future__ import annotations

import asyncio

import pytest

from chat.bus_items import RoomNotice
from chat.models import Room, RoomKind
from tests.factories import make_room
from tests.harness.fixtures import Person
from tests.harness.in_process import Process, visit
from tests.harness.oracle import in_database
from tests.harness.outbox import Refused

from .presence_scene import comes, renewed, sees_come, sees_go


async def test_a_room_that_a_stranger_asked_for_is_told_of_all_the_same(
    two: list[Process], people: list[Person]
) -> None:
    """The attempt made the room known to one process, but it was never read there."""
    alice, bob, carol = people
    room = await in_database(make_room, alice.user, bob.user, kind=RoomKind.PRIVATE)
    stranger = await visit(carol, two[0])
    with pytest.raises(Refused, match="room_not_found"):
        await stranger.open(room.slug)
    tabs = [await comes(alice, two[1], room), await comes(bob, two[1], room)]
    await sees_come(tabs[0], bob)
    await renewed(*two)
    await tabs[1].ask("leave_room", room_id=room.slug)
    await sees_go(tabs[0], bob)
    await renewed(*two)


async def test_one_bad_moment_does_not_end_the_keeping_of_presence(
    two: list[Process], people: list[Person], place: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    await comes(people[0], two[0], place)
    presence = two[0].hub.presence
    keep_true, failed = presence._keep_true, asyncio.Event()

    async def fail_once() -> None:
        if not failed.is_set():
            failed.set()
            raise RuntimeError("a bad moment")
        await keep_true()

    monkeypatch.setattr(presence, "_keep_true", fail_once)
    await failed.wait()
    await renewed(two[0])


async def test_what_one_hub_cannot_take_in_the_others_still_hear(
    two: list[Process], people: list[Person], place: Room
) -> None:
    alice, bob, _ = people
    here, there = await comes(alice, two[0], place), await comes(bob, two[1], place)

    def fail(notice: object) -> None:
        raise RuntimeError("cannot take this in")

    two[0].hub.hearing._what_to_do = {**two[0].hub.hearing._what_to_do, RoomNotice: fail}
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: None)
    two[0].hub.take((RoomNotice(place.pk, b'{"event":"user_typing","data":{"typing":true}}'),))
    await there.until(lambda: there.heard("user_typing"), "for the notice")
    assert here.heard("user_typing") == []
