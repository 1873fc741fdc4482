"""Pinning: whose right it is, how much a room can hold, and what everybody sees of it."""

from typing import Any

import pytest

from accounts.models import User
from chat import queries
from chat.actions.messages import delete_message, pin_message
from chat.actions.moderation import close_room, mute_member, set_role
from chat.bus_items import BusItem
from chat.errors import ErrorCode
from chat.models import Membership, Message, Role, Room, RoomKind
from tests.factories import make_room

from .moderating import tomorrow
from .telling import changes, head_of, refusal, say, told

pytestmark = pytest.mark.django_db


def pin(room: Room, user: User, message: Message, *, on: bool = True) -> Message:
    return pin_message(room=room.pk, user=user, message_id=message.pk, on=on)


def pinned(room: Room) -> list[Message]:
    return queries.pinned_messages(room=room.pk, floor=1)


def test_a_pin_is_a_change_of_the_message(
    room: Room,
    alice: User,
    bob: User,
    announced: list[BusItem],
    django_capture_on_commit_callbacks: Any,
) -> None:
    said = say(room, bob)
    with django_capture_on_commit_callbacks(execute=True):
        pin(room, alice, said)
        pin(room, alice, said, on=False)
    first, second = changes(announced)
    assert [change.event for change in (first, second)] == ["pin_changed"] * 2
    assert [change.number for change in (first, second)] == [said.sequence + 1, head_of(room)]
    body = told(first)
    assert (body["message"], body["pinned"], body["pinned_by"]) == ("Hi", True, "alice")
    assert not {"pinned", "pinned_by"} & told(second).keys()


@pytest.mark.parametrize("on", [True, False])
def test_what_is_so_already_takes_no_number(room: Room, alice: User, on: bool) -> None:
    said = say(room, alice)
    pin(room, alice, said)
    pin(room, alice, said, on=on)
    head = head_of(room)
    assert pin(room, alice, said, on=on).changed_sequence == head_of(room) == head


def test_the_last_pinned_comes_first(room: Room, alice: User) -> None:
    first, second, _ = [say(room, alice, text) for text in "abc"]
    pin(room, alice, second)
    pin(room, alice, first)
    assert pinned(room) == [first, second]


def test_members_pin_nothing_and_moderators_do(room: Room, alice: User, bob: User) -> None:
    said = say(room, bob)
    assert refusal(pin, room=room, user=bob, message=said).code is ErrorCode.NOT_ALLOWED
    set_role(room=room.pk, by=alice, user=bob, role=Role.MODERATOR, reason="")
    pin(room, bob, said)
    assert pinned(room) == [said]


def test_a_moderator_who_is_muted_pins_nothing(room: Room, alice: User, bob: User) -> None:
    said = say(room, bob)
    set_role(room=room.pk, by=alice, user=bob, role=Role.MODERATOR, reason="")
    mute_member(room=room.pk, by=alice, user=bob, until=tomorrow(), reason="")
    error = refusal(pin, room=room, user=bob, message=said)
    assert error.code is ErrorCode.NOT_ALLOWED
    assert error.retry_after
    assert pinned(room) == []


def test_both_people_of_a_direct_room_pin(alice: User, bob: User) -> None:
    room = make_room(alice, kind=RoomKind.DIRECT)
    Membership.objects.create(room=room, user=bob)
    said = say(room, alice)
    pin(room, bob, said)
    assert pinned(room) == [said]


def test_a_room_holds_so_many_pins(room: Room, alice: User, settings: Any) -> None:
    settings.CHAT_PINS_LIMIT = 2
    first, second, third = [say(room, alice, text) for text in "abc"]
    pin(room, alice, first)
    pin(room, alice, second)
    error = refusal(pin, room=room, user=alice, message=third)
    assert (error.code, error.details) == (ErrorCode.NOT_ALLOWED, {"limit": 2})
    pin(room, alice, first, on=False)
    pin(room, alice, third)
    assert pinned(room) == [third, second]


def test_a_deleted_message_is_pinned_no_more(room: Room, alice: User) -> None:
    said = say(room, alice)
    pin(room, alice, said)
    delete_message(room=room.pk, user=alice, message_id=said.pk)
    assert pinned(room) == []
    assert refusal(pin, room=room, user=alice, message=said).code is ErrorCode.CONFLICT


def test_nothing_is_pinned_in_a_closed_room(room: Room, alice: User) -> None:
    said = say(room, alice)
    close_room(room=room.pk, by=alice)
    assert refusal(pin, room=room, user=alice, message=said).code is ErrorCode.ROOM_CLOSED


def test_another_rooms_message_is_none(room: Room, private_room: Room, alice: User) -> None:
    said = say(private_room, alice)
    error = refusal(pin, room=room, user=alice, message=said)
    assert (error.code, error.details) == (ErrorCode.INVALID_EVENT, {"field": "message_id"})
    assert pinned(private_room) == []
