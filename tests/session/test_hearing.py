"""What a hub hears comes in batches, and each item counts for itself."""

import asyncio
import logging
from collections.abc import Collection
from typing import Any

import pytest

from accounts.models import User
from chat.actions.messages import send_message
from chat.bus_items import BusItem, PersonNotice, ProfileChanged
from chat.models import Room
from chat.threads import in_thread
from tests.harness.correspondent import PATIENCE

from .house import House

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("place", [0, 1, 2], ids=["first", "between", "last"])
async def test_an_item_that_cannot_be_taken_in_keeps_back_none_of_its_batch(
    place: int,
    deaf_house: House,
    room: Room,
    alice: User,
    bob: User,
    happened: list[BusItem],
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(_: Any) -> None:
        raise RuntimeError("a fault of ours")

    talker = await deaf_house.visit(bob)
    await talker.join(room.slug)
    for text in ("one", "two"):
        await in_thread(send_message, room=room.pk, sender=alice, text=text)
    deaf_house.hub.hearing._what_to_do[PersonNotice] = fail
    batch = [*happened[:place], PersonNotice(bob.pk, b"{}"), *happened[place:]]
    with caplog.at_level(logging.CRITICAL):
        deaf_house.hub.hearing.hear(batch)
    assert [said["message"] for said in talker.heard("new_message")] == ["one", "two"]


async def test_who_changes_their_name_all_the_time_costs_no_more_than_others(
    house: House, alice: User, bob: User, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.CHAT_ACTIVITY_INTERVAL = 0.05
    rounds: list[int] = []
    second = asyncio.Event()

    async def note(user_id: int, keys: Collection[int]) -> list[int]:
        rounds.append(user_id)
        if user_id == bob.pk:
            second.set()
        return []

    monkeypatch.setattr("chat.reads.rooms_of", note)
    house.hub.hearing.hear([ProfileChanged(alice.pk)] * 20)
    while not rounds:
        await asyncio.sleep(0)
    house.hub.hearing.hear([ProfileChanged(alice.pk)] * 20)
    house.hub.hearing.hear([ProfileChanged(bob.pk)])
    await asyncio.wait_for(second.wait(), PATIENCE)
    assert sorted(rounds) == sorted([alice.pk, alice.pk, bob.pk])
