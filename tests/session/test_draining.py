"""A process that goes down lets everybody go, whoever is stuck."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from accounts.models import User
from chat import runtime
from chat.models import Room
from chat.runtime import Runtime
from chat.ticker import Ticker

from .house import House, Talker, until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
async def going_down(
    house: House, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> AsyncIterator[House]:
    """The house is this process's, which lets its sessions go two at a time."""
    loop = asyncio.get_running_loop()
    counting = loop.create_task(asyncio.sleep(0))
    parts = Runtime(loop, house.hub, house.writer, Ticker(), counting)
    monkeypatch.setattr(runtime, "_runtime", parts)
    monkeypatch.setattr(runtime, "CLOSE_BATCH", 2)
    monkeypatch.setattr(runtime, "CLOSE_PAUSE", 0.0)
    settings.CHAT_DRAIN_SECONDS = 0.1
    yield house
    await counting


def first_to_go(house: House) -> Talker:
    first = next(iter(house.hub.sessions))
    return next(talker for talker in house.talkers if talker.session is first)


async def test_one_who_is_stuck_keeps_no_others_from_being_sent_away(
    going_down: House, alice: User, room: Room
) -> None:
    talkers = [await going_down.visit(alice) for _ in range(7)]
    stuck = first_to_go(going_down)
    stuck.transport.reading.clear()
    joining = asyncio.create_task(stuck.ask("join_room", room_id=room.slug))
    await until(lambda: room.pk in going_down.hub.rooms)
    await runtime.stop_accepting()
    assert {talker.closed for talker in talkers if talker is not stuck} == {1012}
    assert stuck.closed is None
    stuck.transport.reading.set()
    assert (await joining)["event"] == "ack"
    await until(lambda: stuck.closed == 1012)
