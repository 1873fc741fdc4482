"""What happens while somebody is being welcomed reaches them, after a welcome that knows less."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from accounts.identity import Identity
from accounts.models import User
from chat import session, welcoming
from chat.actions import receipts
from chat.actions.direct import start_direct_room
from chat.actions.memberships import end_membership, join_room
from chat.actions.messages import send_message
from chat.models import Room
from chat.threads import in_thread
from tests.factories import make_room

from .house import House, Talker

pytestmark = pytest.mark.django_db(transaction=True)

Meanwhile = Callable[[Callable[[], Any]], None]


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """Lets something happen between the reading of what waits and the welcome."""

    def use(happens: Callable[[], Any]) -> None:
        def reads_too_early(identity: Identity) -> welcoming.Waits | None:
            waits = welcoming.what_waits(identity)
            # What is announced reaches the hub before the thread that reads comes back.
            happens()
            return waits

        monkeypatch.setattr(session, "what_waits", reads_too_early)

    return use


def about(talker: Talker, room: Room) -> list[tuple[str, int | None]]:
    """What was said of a room, in order: the events, with how much waits where they tell it."""
    said = []
    for frame in talker.frames:
        event, data = frame["event"], frame["data"]
        if event == "welcome":
            mine = [one["unread"] for one in data["rooms"] if one["room_id"] == room.slug]
            said.append((event, mine[0] if mine else None))
        elif room.slug in (data.get("room_id"), data.get("room", {}).get("room_id")):
            said.append((event, data.get("unread")))
    return said


def without_moves(said: list[tuple[str, int | None]]) -> list[tuple[str, int | None]]:
    """What was said, but for that the room has moved: that may be told by now."""
    return [each for each in said if each[0] != "room_activity"]


async def test_unread_marked_on_another_device(
    house: House, room: Room, alice: User, bob: User, meanwhile: Meanwhile
) -> None:
    sent = await in_thread(send_message, room=room.pk, sender=alice, text="Hi")
    await in_thread(receipts.mark_read, room=room.pk, user=bob, sequence=sent.sequence)
    meanwhile(lambda: receipts.mark_unread(room=room.pk, user=bob, sequence=sent.sequence))
    talker = await house.visit(bob)
    assert about(talker, room) == [("welcome", 0), ("message_read", 1)]


async def test_a_message(
    house: House, room: Room, alice: User, bob: User, meanwhile: Meanwhile
) -> None:
    meanwhile(lambda: send_message(room=room.pk, sender=alice, text="Hi"))
    talker = await house.visit(bob)
    await talker.hears("room_activity")
    assert about(talker, room) == [("welcome", 0), ("room_activity", 1)]


async def test_a_message_that_others_are_told_of_before(
    house: House, room: Room, alice: User, bob: User, meanwhile: Meanwhile
) -> None:
    await house.visit(bob)
    loop = asyncio.get_running_loop()

    def moves_and_is_told() -> None:
        send_message(room=room.pk, sender=alice, text="Hi")
        asyncio.run_coroutine_threadsafe(house.hub.activity.tell(), loop).result()

    meanwhile(moves_and_is_told)
    late = await house.visit(bob)
    await late.hears("room_activity")
    assert about(late, room) == [("welcome", 0), ("room_activity", 1)]


async def test_a_membership_that_ends(
    house: House, room: Room, bob: User, meanwhile: Meanwhile
) -> None:
    meanwhile(lambda: end_membership(room=room.pk, user=bob))
    talker = await house.visit(bob)
    assert about(talker, room) == [("welcome", 0), ("membership_ended", None)]
    assert room.pk not in talker.session.member_of


async def test_a_membership_that_begins(
    house: House, alice: User, bob: User, meanwhile: Meanwhile
) -> None:
    other = await in_thread(make_room, owner=alice)
    meanwhile(lambda: join_room(room=other.pk, user=bob))
    talker = await house.visit(bob)
    assert without_moves(about(talker, other)) == [("welcome", None), ("membership_began", None)]
    assert talker.session.member_of[other.pk] == other.slug


async def test_a_membership_that_ends_and_begins_again(
    house: House, room: Room, alice: User, bob: User, meanwhile: Meanwhile
) -> None:
    def comes_back() -> None:
        end_membership(room=room.pk, user=bob)
        join_room(room=room.pk, user=bob)

    meanwhile(comes_back)
    talker = await house.visit(bob)
    assert [event for event, _ in without_moves(about(talker, room))] == [
        "welcome", "membership_ended", "membership_began",
    ]  # fmt: skip
    assert room.pk in talker.session.member_of


async def test_a_direct_room_that_begins_and_who_is_there(
    house: House, alice: User, bob: User, meanwhile: Meanwhile
) -> None:
    await house.visit(alice)
    loop = asyncio.get_running_loop()

    async def tell() -> None:
        house.hub.companions._tell()

    def meet() -> None:
        start_direct_room(by=alice, user=bob)
        asyncio.run_coroutine_threadsafe(tell(), loop).result()

    meanwhile(meet)
    talker = await house.visit(bob)
    told = await talker.hears("direct_presence")
    assert [heard["present"] for heard in told] == [[alice.pk]]
    order = [frame["event"] for frame in talker.frames]
    assert order == ["welcome", "membership_began", "direct_presence"]
