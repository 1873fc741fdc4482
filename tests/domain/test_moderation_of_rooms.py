"""Slow mode, closing and reopening, roles: what they do in a room."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from chat.actions import moderation
from chat.actions.memberships import end_membership, join_room
from chat.actions.messages import delete_message, edit_message, send_messages
from chat.bus_items import BusItem
from chat.errors import ChatError, ErrorCode
from chat.models import (
    Membership,
    Message,
    ModerationAct,
    ModerationEntry,
    Role,
    Room,
)
from tests.factories import make_user

from .moderating import WHY, after_commit_of, appoint, everything, refused
from .telling import changes, draft, head_of, refusal, say, told

pytestmark = pytest.mark.django_db


# Slow mode


@pytest.fixture
def slow_room(room: Room, alice: User) -> Room:
    return moderation.set_slow_mode(room=room.pk, by=alice, seconds=30, reason=WHY)


def test_in_a_slow_room_members_wait_between_two_messages(
    slow_room: Room, bob: User, later: Callable[[float], None]
) -> None:
    say(slow_room, bob)
    head = head_of(slow_room)
    error = refusal(say, room=slow_room, sender=bob)
    assert (error.code, error.retry_after) == (ErrorCode.RATE_LIMITED, 30)
    later(29.96)
    assert refusal(say, room=slow_room, sender=bob).retry_after == 0.1
    assert head_of(slow_room) == head
    later(30)
    say(slow_room, bob)


def test_each_member_waits_for_themselves_and_moderators_do_not(
    slow_room: Room, alice: User, bob: User, carol: User
) -> None:
    join_room(room=slow_room.pk, user=carol)
    moderator = make_user()
    join_room(room=slow_room.pk, user=moderator)
    appoint(slow_room, moderator)
    for person in (bob, carol, alice, alice, moderator, moderator):
        say(slow_room, person)


def test_one_batch_is_no_way_around(slow_room: Room, alice: User, bob: User) -> None:
    texts = [draft(slow_room, bob, f"{n}", client_id=f"c{n}") for n in range(3)]
    sent = send_messages([texts[0], draft(slow_room, alice), texts[1], texts[0], texts[2]])
    codes = [result.code if isinstance(result, ChatError) else None for result in sent]
    slowed = ErrorCode.RATE_LIMITED
    assert codes == [None, None, slowed, None, slowed]
    assert sent[3] == sent[0]
    assert Message.objects.filter(sender=bob, kind="text").count() == 1


def test_a_retry_is_neither_slowed_nor_does_it_slow(
    slow_room: Room, bob: User, later: Callable[[float], None]
) -> None:
    said = say(slow_room, bob, client_id="c1")
    later(20)
    assert say(slow_room, bob, client_id="c1") == said
    later(30)
    say(slow_room, bob)


def test_what_was_refused_makes_nobody_wait(
    slow_room: Room, bob: User, later: Callable[[float], None]
) -> None:
    refusal(say, room=slow_room, sender=bob, reply_to=999_999)
    say(slow_room, bob)
    later(15)
    refusal(say, room=slow_room, sender=bob)
    later(30)
    say(slow_room, bob)


def test_changing_and_taking_back_are_not_slowed(slow_room: Room, bob: User) -> None:
    said = say(slow_room, bob)
    edit_message(room=slow_room.pk, user=bob, message_id=said.pk, text="better")
    delete_message(room=slow_room.pk, user=bob, message_id=said.pk)


def test_slow_mode_ends_at_once(slow_room: Room, alice: User, bob: User) -> None:
    say(slow_room, bob)
    moderation.set_slow_mode(room=slow_room.pk, by=alice, seconds=0, reason=WHY)
    say(slow_room, bob)


@pytest.mark.parametrize("pause", [-1, 3601])
def test_slow_mode_has_bounds(pause: int, room: Room, alice: User) -> None:
    before = everything()
    error = refusal(moderation.set_slow_mode, room=room.pk, by=alice, seconds=pause, reason=WHY)
    assert (error.code, error.details) == (
        ErrorCode.INVALID_EVENT,
        {"field": "seconds", "limit": 3600},
    )
    assert everything() == before


# The room's state


def test_each_change_of_the_room_is_a_numbered_frame_of_its_whole_state(
    room: Room, alice: User, announced: list[BusItem], django_capture_on_commit_callbacks: Any
) -> None:
    start = head_of(room)
    for act in (
        lambda: moderation.set_slow_mode(room=room.pk, by=alice, seconds=7, reason=WHY),
        lambda: moderation.close_room(room=room.pk, by=alice, reason=WHY),
        lambda: moderation.reopen_room(room=room.pk, by=alice, reason=WHY),
    ):
        after_commit_of(django_capture_on_commit_callbacks, act)
    heard = changes(announced)
    assert [change.event for change in heard] == ["room_changed", "room_closed", "room_changed"]
    assert [change.number for change in heard] == [start + 1, start + 2, start + 3]
    bodies = [told(change) for change in heard]
    assert [body["changed_sequence"] for body in bodies] == [start + 1, start + 2, start + 3]
    assert [(body["room"]["closed"], body["room"]["slow_mode"]) for body in bodies] == [
        (False, 7),
        (True, 7),
        (False, 7),
    ]


def test_a_reopened_room_takes_messages_again(room: Room, alice: User, bob: User) -> None:
    moderation.close_room(room=room.pk, by=alice, reason=WHY)
    assert refusal(say, room=room, sender=bob).code is ErrorCode.ROOM_CLOSED
    moderation.reopen_room(room=room.pk, by=alice, reason=WHY)
    say(room, bob)


# Roles


def roles(room: Room) -> dict[str, str]:
    return dict(Membership.objects.filter(room=room).values_list("user__username", "role"))


def test_a_room_is_handed_on_and_has_one_owner(room: Room, alice: User, bob: User) -> None:
    moderation.transfer_ownership(room=room.pk, by=alice, user=bob, reason=WHY)
    assert roles(room) == {"alice": Role.MODERATOR, "bob": Role.OWNER}
    error = refusal(moderation.transfer_ownership, room=room.pk, by=alice, user=alice, reason=WHY)
    assert error.code is ErrorCode.NOT_ALLOWED


def test_to_hand_the_room_to_its_owner_is_no_act(room: Room, alice: User) -> None:
    before = everything()
    moderation.transfer_ownership(room=room.pk, by=alice, user=alice, reason=WHY)
    assert everything() == before


def test_a_room_is_not_handed_to_somebody_who_is_shut_out(
    room: Room, alice: User, bob: User
) -> None:
    User.objects.filter(pk=bob.pk).update(is_active=False)
    error = refused(ModerationAct.TRANSFER, room, alice, bob)
    assert (error.code, error.details) == (ErrorCode.NOT_ALLOWED, {"field": "user"})


def test_who_is_shut_out_inherits_only_where_nobody_else_is(
    room: Room, alice: User, bob: User, carol: User
) -> None:
    User.objects.filter(pk=appoint(room, bob).pk).update(is_active=False)
    join_room(room=room.pk, user=carol)
    end_membership(room=room.pk, user=alice)
    assert roles(room) == {"bob": Role.MODERATOR, "carol": Role.OWNER}
    end_membership(room=room.pk, user=carol)
    assert roles(room) == {"bob": Role.OWNER}


def test_a_moderator_is_made_and_unmade(room: Room, alice: User, bob: User) -> None:
    for role in (Role.MODERATOR, Role.MODERATOR, Role.MEMBER):
        moderation.set_role(room=room.pk, by=alice, user=bob, role=role, reason=WHY)
        assert roles(room)["bob"] == role
    details = ModerationEntry.objects.order_by("pk").values_list("detail", flat=True)
    assert list(details) == ["moderator", "member"]


def test_an_owner_is_made_only_by_handing_the_room_on(room: Room, alice: User, bob: User) -> None:
    before = everything()
    error = refusal(
        moderation.set_role, room=room.pk, by=alice, user=bob, role=Role.OWNER, reason=WHY
    )
    assert (error.code, error.details) == (ErrorCode.NOT_ALLOWED, {"field": "role"})
    assert everything() == before


@pytest.mark.parametrize("way", [moderation.remove_member, moderation.ban_member])
def test_a_room_whose_owner_staff_put_out_finds_another(
    way: Callable[..., None], room: Room, alice: User, bob: User, carol: User
) -> None:
    join_room(room=room.pk, user=carol)
    appoint(room, carol)
    way(room=room.pk, by=make_user(is_superuser=True), user=alice, reason=WHY)
    assert roles(room) == {"bob": Role.MEMBER, "carol": Role.OWNER}


@pytest.mark.parametrize("role", [Role.MEMBER, Role.MODERATOR])
def test_not_even_staff_leave_a_room_without_an_owner(role: Role, room: Room, alice: User) -> None:
    staff = make_user(is_superuser=True)
    before = everything()
    error = refusal(moderation.set_role, room=room.pk, by=staff, user=alice, role=role, reason=WHY)
    assert (error.code, error.details) == (ErrorCode.NOT_ALLOWED, {"field": "role"})
    assert everything() == before


def test_an_owner_who_leaves_does_not_stay_owner(room: Room, alice: User, bob: User) -> None:
    end_membership(room=room.pk, user=alice)
    assert roles(room) == {"bob": Role.OWNER}
    assert join_room(room=room.pk, user=alice).role == Role.MEMBER
