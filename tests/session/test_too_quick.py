"""Limits: who is too quick is told so, who floods or talks nonsense is cut."""

from typing import Any

import pytest

from accounts.models import User
from chat.conduct import Conduct
from chat.models import Room

from .house import House, Talker

pytestmark = pytest.mark.django_db(transaction=True)


class Clock:
    """A time that stands still until it is moved (seconds)."""

    def __init__(self) -> None:
        self.now = 1_000.0


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def talker(house: House, clock: Clock, alice: User, room: Room, settings: Any) -> Talker:
    """Alice, under the limits of life."""
    settings.CHAT_EVENTS_PER_SECOND, settings.CHAT_EVENT_BURST = 10, 30
    settings.CHAT_STRIKES = 10
    talker = await house.visit(alice)
    talker.forget()
    talker.session.conduct = Conduct(lambda: clock.now)
    return talker


def codes(talker: Talker) -> list[str]:
    return [frame["data"]["code"] for frame in talker.frames if frame["event"] == "error"]


async def test_a_burst_passes_and_what_follows_is_limited(talker: Talker) -> None:
    for _ in range(30):
        await talker.done("ping")
    error = await talker.refused("ping")
    assert error["code"] == "rate_limited"
    assert 0 < error["retry_after"] <= 0.1
    assert len(talker.heard("pong")) == 30


async def test_who_waits_as_told_is_heard_again(talker: Talker, clock: Clock) -> None:
    for _ in range(30):
        await talker.done("ping")
    clock.now += (await talker.refused("ping"))["retry_after"]
    await talker.done("ping")


async def test_what_is_limited_is_not_done(talker: Talker, room: Room) -> None:
    for number in range(40):
        await talker.send("send_message", room_id=room.slug, message=f"{number}")
    assert await room.messages.filter(kind="text").acount() == 30


async def test_one_limit_is_for_all_events_and_for_each_session(
    talker: Talker, house: House, bob: User, room: Room
) -> None:
    other = await house.visit(bob)
    for _ in range(10):
        await talker.send("ping")
        await talker.send("typing", room_id=room.slug, typing=True)
        await talker.send("mark_read", room_id=room.slug, sequence=1)
    assert (await talker.refused("ping"))["code"] == "rate_limited"
    await other.done("ping")


async def test_a_flood_is_first_limited_then_cut(talker: Talker) -> None:
    for _ in range(130):
        await talker.send("ping")
    assert talker.closed != 4429
    for _ in range(3):
        await talker.send("ping")
    assert talker.closed == 4429
    assert codes(talker)[:100] == ["rate_limited"] * 100


async def test_nonsense_is_answered_counted_and_then_cut(talker: Talker) -> None:
    for _ in range(10):
        await talker.session.handle("nonsense")
    assert (codes(talker), talker.closed) == (["invalid_event"] * 10, None)
    await talker.session.handle("nonsense")
    assert talker.closed == 4400


async def test_events_that_cannot_be_read_are_strikes_under_their_ref(talker: Talker) -> None:
    for _ in range(5):
        assert (await talker.refused("send_message", room_id=5))["code"] == "invalid_event"
        assert (await talker.refused("dance"))["code"] == "unknown_event"
    assert talker.closed != 4400
    await talker.send("dance")
    assert talker.closed == 4400


async def test_strikes_are_forgiven_in_time(talker: Talker, clock: Clock) -> None:
    for _ in range(50):
        await talker.session.handle("nonsense")
        clock.now += 10
    assert talker.closed is None


async def test_a_broken_rule_is_no_strike(talker: Talker, room: Room) -> None:
    for _ in range(25):
        assert (await talker.refused("leave_room", room_id="nowhere"))["code"] == "not_a_member"
    assert talker.closed is None


async def test_nothing_is_done_for_who_was_cut(
    talker: Talker, clock: Clock, house: House, room: Room
) -> None:
    """What such a client had already sent may still wait in line."""
    for _ in range(11):
        await talker.session.handle("nonsense")
    clock.now += 60
    await talker.send("send_message", room_id=room.slug, message="Hi")
    assert await room.messages.filter(kind="text").acount() == 0
    assert house.hub.count_of(talker.session.user_id) == 0
