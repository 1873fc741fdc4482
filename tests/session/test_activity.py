"""What members hear of a room that they have not open, however this process learnt of it."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

import pytest
from django.db import OperationalError

from accounts.models import User
from chat import reads
from chat.actions import receipts
from chat.actions.direct import start_direct_room
from chat.actions.memberships import end_membership, join_room
from chat.actions.messages import send_message
from chat.actions.rooms import change_room
from chat.bus_items import Beat, BusItem, Head
from chat.models import Room, RoomHead
from chat.threads import in_thread

from .house import House, Talker

pytestmark = pytest.mark.django_db(transaction=True)


async def say(room: Room, sender: User) -> Head:
    """Say something that a deaf house does not hear; return where the room is then."""
    await in_thread(send_message, room=room.pk, sender=sender, text="Hi")
    head = await RoomHead.objects.aget(pk=room.pk)
    return Head(room.pk, head.epoch, head.last_sequence)


async def told(house: House, talker: Talker) -> list[dict[str, Any]]:
    """What the talker has heard of other rooms, once all is told that was to tell."""
    await house.hub.activity.tell()
    return talker.heard("room_activity")


def activity(room: Room, head: Head) -> dict[str, Any]:
    """What is heard of a message that waits."""
    waits = {"unread": 1, "mentions": 0}
    return {"room_id": room.slug, "head": head.number, "name": room.name, **waits}


@pytest.mark.parametrize(
    "item", [lambda head: head, lambda head: Beat("", (head,))], ids=["head", "beat"]
)
async def test_a_head_without_its_change_is_told(
    item: Callable[[Head], BusItem], deaf_house: House, room: Room, alice: User, bob: User
) -> None:
    talker = await deaf_house.visit(bob)
    head = await say(room, alice)
    deaf_house.hub.hearing.hear([item(head)])
    expected = activity(room, head)
    assert await told(deaf_house, talker) == [expected]


async def test_a_move_that_only_the_check_of_heads_finds_is_told(
    deaf_house: House, room: Room, alice: User, bob: User
) -> None:
    talker = await deaf_house.visit(bob)
    head = await say(room, alice)
    await deaf_house.hub.checks.heads()
    expected = activity(room, head)
    assert await told(deaf_house, talker) == [expected]


async def test_a_head_that_was_told_is_not_told_again(
    deaf_house: House, room: Room, alice: User, bob: User
) -> None:
    talker = await deaf_house.visit(bob)
    head = await say(room, alice)
    for _ in range(2):
        deaf_house.hub.hearing.hear([head])
        assert len(await told(deaf_house, talker)) == 1


async def test_what_could_not_be_told_is_told_the_next_time(
    deaf_house: House, room: Room, alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: Any) -> None:
        raise OperationalError("gone")

    talker = await deaf_house.visit(bob)
    deaf_house.hub.hearing.hear([await say(room, alice)])
    with monkeypatch.context() as patch:
        patch.setattr(reads, "waiting", fail)
        with pytest.raises(OperationalError):
            await deaf_house.hub.activity.tell()
    assert len(await told(deaf_house, talker)) == 1


async def test_what_was_read_while_it_was_counted_is_counted_again(
    house: House, room: Room, alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    talker = await house.visit(bob)
    count = reads.waiting

    async def too_early(users: Mapping[int, Collection[int]]) -> reads.MovedRooms:
        found = await count(users)
        monkeypatch.undo()
        await in_thread(receipts.mark_read, room=room.pk, user=bob, sequence=1_000)
        await talker.hears("message_read")
        return found

    monkeypatch.setattr(reads, "waiting", too_early)
    await in_thread(send_message, room=room.pk, sender=alice, text="Hi")
    assert [heard["unread"] for heard in await talker.hears("room_activity")] == [0]


async def test_a_new_name_is_told_where_the_room_is_not_open(
    house: House, room: Room, alice: User, bob: User
) -> None:
    talker = await house.visit(bob)
    await in_thread(change_room, room=room.pk, by=alice, name="Tea room", topic="")
    assert (await talker.hears("room_activity"))[0]["name"] == "Tea room"


async def test_a_direct_room_has_no_name_that_both_could_be_told(
    house: House, alice: User, bob: User
) -> None:
    talker = await house.visit(bob)
    direct = await in_thread(start_direct_room, by=alice, user=bob)
    await in_thread(send_message, room=direct.pk, sender=alice, text="Hi")
    assert "name" not in (await talker.hears("room_activity"))[0]


async def test_who_becomes_a_member_elsewhere_hears_of_the_room_from_then_on(
    deaf_house: House, room: Room, alice: User, carol: User, happened: list[BusItem]
) -> None:
    talker = await deaf_house.visit(carol)
    await in_thread(join_room, room=room.pk, user=carol)
    head = await say(room, alice)
    deaf_house.hub.hearing.hear(happened)
    expected = activity(room, head)
    assert await told(deaf_house, talker) == [expected]


async def test_the_end_of_a_membership_is_told_where_the_room_is_not_open(
    deaf_house: House, room: Room, bob: User, happened: list[BusItem]
) -> None:
    talker = await deaf_house.visit(bob)
    await in_thread(end_membership, room=room.pk, user=bob)
    deaf_house.hub.hearing.hear(happened)
    assert talker.heard("membership_ended") == [{"room_id": room.slug, "reason": "left"}]


async def test_who_is_no_member_any_more_hears_nothing_of_the_room(
    deaf_house: House, room: Room, alice: User, bob: User, happened: list[BusItem]
) -> None:
    talker = await deaf_house.visit(bob)
    await in_thread(end_membership, room=room.pk, user=bob)
    await say(room, alice)
    deaf_house.hub.hearing.hear(happened)
    assert await told(deaf_house, talker) == []


async def test_an_end_that_nobody_told_of_is_told_when_the_room_moves(
    deaf_house: House, room: Room, alice: User, bob: User
) -> None:
    talker = await deaf_house.visit(bob)
    await in_thread(end_membership, room=room.pk, user=bob)
    await deaf_house.hub.checks.heads()
    assert await told(deaf_house, talker) == []
    assert talker.heard("membership_ended") == [{"room_id": room.slug, "reason": "ended"}]
    await say(room, alice)
    await deaf_house.hub.checks.heads()
    assert await told(deaf_house, talker) == []
    assert len(talker.heard("membership_ended")) == 1
    assert not deaf_house.hub.activity._told, "nobody would forget it any more"


async def test_who_opens_a_room_anew_while_it_is_counted_what_waits_stays_in_it(
    deaf_house: House, room: Room, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They left unheard, and were no member when that was read."""
    talker = await deaf_house.visit(bob)
    await in_thread(end_membership, room=room.pk, user=bob)
    await deaf_house.hub.checks.heads()
    waiting = reads.waiting

    async def read_then_join(users: Any) -> Any:
        answer = await waiting(users)
        await talker.join(room.slug)
        return answer

    monkeypatch.setattr(reads, "waiting", read_then_join)
    assert await told(deaf_house, talker) == []
    assert talker.heard("membership_ended") == []
    assert room.pk in talker.session.member_of
