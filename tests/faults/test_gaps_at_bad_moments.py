"""A gap in a room's numbers is repaired whenever it shows, also where two things happen at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from chat import fanout, reads
from chat.actions.messages import edit_message, send_message
from chat.bus_items import BusItem, Change
from chat.live_room import LiveRoom
from chat.models import Room
from chat.protocol.codec import Delivery
from tests.frames import read_frame
from tests.harness.correspondent import PATIENCE
from tests.harness.fixtures import Person, make_person, make_place
from tests.harness.oracle import in_database


@pytest.fixture
def alice(transactional_db: None) -> Person:
    return make_person()


@pytest.fixture
def place(alice: Person) -> Room:
    return make_place(alice)


@pytest.fixture
def announced() -> Iterator[list[Change]]:
    """Everything that was announced; it reaches nobody by itself."""
    changes: list[Change] = []

    def sink(items: tuple[BusItem, ...]) -> None:
        changes.extend(item for item in items if isinstance(item, Change))

    fanout.attach(sink)
    yield changes
    fanout.detach(sink)


class Ear:
    """A listener who does something at the first delivery, and counts."""

    id = "ear"
    user_id = 0

    def __init__(self, first: Callable[[], object] = lambda: None) -> None:
        self._first = first
        self.frames = 0

    def deliver(self, delivery: Delivery) -> None:
        if not self.frames:
            self._first()
        self.frames += len(delivery.payloads)

    def left_room(self, room: LiveRoom, *, reason: str) -> None:
        raise AssertionError("nobody was taken out")


def say(alice: Person, place: Room, count: int) -> None:
    for number in range(count):
        send_message(room=place.pk, sender=alice.user, text=str(number))


async def comes_to(room: LiveRoom, position: int) -> None:
    async with asyncio.timeout(PATIENCE):
        while room.position < position:
            await asyncio.sleep(0.01)


async def test_a_gap_that_shows_while_the_room_is_read_is_repaired(
    alice: Person, place: Room, announced: list[Change], monkeypatch: pytest.MonkeyPatch
) -> None:
    room = LiveRoom(place.pk)
    load = reads.load

    async def load_then_miss(key: int) -> Any:
        loaded = await load(key)
        await in_database(say, alice, place, 3)
        room.hear(announced[-1])  # the bus lost the other two
        return loaded

    monkeypatch.setattr(reads, "load", load_then_miss)
    assert await room.ready()
    await comes_to(room, announced[-1].number)


async def test_a_gap_that_shows_as_a_repair_ends_is_repaired(
    alice: Person, place: Room, announced: list[Change]
) -> None:
    room = LiveRoom(place.pk)
    assert await room.ready()
    await in_database(say, alice, place, 3)
    # What is heard when the repair delivers is too late for it.
    ear = Ear(first=lambda: asyncio.get_running_loop().call_soon(room.hear, announced[-1]))
    room.audience.mute(ear, since=0)
    room.audience.unmute(ear, member_since=0)
    repair = reads.repair

    async def repair_up_to_now(key: int, **position: Any) -> Any:
        found = await repair(key, **position)
        await in_database(say, alice, place, 3)
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reads, "repair", repair_up_to_now)
        room.hear(announced[2])
        await comes_to(room, announced[2].number)
    await comes_to(room, announced[-1].number)
    assert ear.frames == 6


async def test_what_a_repair_brings_too_old_to_remember_can_still_be_fetched(
    alice: Person, announced: list[Change], settings: Any
) -> None:
    settings.CHAT_HISTORY_PAGE = 3
    place = await in_database(make_place, alice)
    room = LiveRoom(place.pk)
    assert await room.ready()
    await in_database(say, alice, place, 4)
    first = announced[0].message_id
    await in_database(
        edit_message, room=place.pk, user=alice.user, message_id=first, text="changed"
    )
    # Only the last change is heard: the repair brings the first message after the others.
    room.hear(announced[-1])
    await comes_to(room, announced[-1].number)
    history = read_frame(room.answers.snapshot(reset=False))["data"]
    assert [body["message"] for body in history["messages"]] == ["1", "2", "3"]
    assert history["has_more"]
