"""Joining, inviting, leaving, closing; and the system messages that tell of it."""

from typing import Any

import pytest

from accounts.models import User
from chat.actions.memberships import end_membership, invite_member, join_room
from chat.actions.moderation import ban_member, close_room, remove_member
from chat.bus_items import BusItem
from chat.errors import ErrorCode
from chat.models import Invitation, Membership, Message, MessageKind, Role, Room, RoomKind
from tests.factories import make_room, make_user

from .telling import changes, head_of, refusal, say, stored, told, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def after_commit(django_capture_on_commit_callbacks: Any) -> Any:
    """A block whose announcements are made at its end."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def owner_of(room: Room) -> User:
    return Membership.objects.get(room=room, role=Role.OWNER).user


def test_everybody_may_join_a_public_room(room: Room, carol: User) -> None:
    membership = join_room(room=room.pk, user=carol)
    assert membership.role == Role.MEMBER
    assert membership.joined_sequence == membership.read_sequence == head_of(room)
    assert Membership.objects.filter(room=room, user=carol).count() == 1


def test_joining_is_told_once_as_a_system_message(
    room: Room, carol: User, announced: list[BusItem], after_commit: Any
) -> None:
    with after_commit():
        join_room(room=room.pk, user=carol)
        join_room(room=room.pk, user=carol)
    [change] = changes(announced)
    assert (change.event, change.removed) == ("new_message", 0)
    body = told(change)
    assert (body["kind"], body["act"], body["message"]) == ("system", "joined", "")
    assert body["subject"]["username"] == body["username"] == "carol"
    assert stored(room)[-1].kind == MessageKind.SYSTEM


def test_joining_again_is_the_same_membership(room: Room, bob: User) -> None:
    head = head_of(room)
    membership = Membership.objects.get(room=room, user=bob)
    assert join_room(room=room.pk, user=bob) == membership
    assert head_of(room) == head


def test_a_private_room_takes_whom_it_invited_once(private_room: Room, alice: User) -> None:
    guest = make_user()
    assert refusal(join_room, room=private_room.pk, user=guest).code is ErrorCode.ROOM_NOT_FOUND
    invite_member(room=private_room.pk, by=alice, user=guest)
    join_room(room=private_room.pk, user=guest)
    end_membership(room=private_room.pk, user=guest)
    assert refusal(join_room, room=private_room.pk, user=guest).code is ErrorCode.ROOM_NOT_FOUND


def test_an_invitation_is_made_once_and_used_up(
    private_room: Room, alice: User, bob: User, carol: User
) -> None:
    first = invite_member(room=private_room.pk, by=alice, user=carol)
    assert invite_member(room=private_room.pk, by=bob, user=carol) == first
    assert first is not None
    assert first.invited_by == alice
    join_room(room=private_room.pk, user=carol)
    assert not Invitation.objects.exists()


def test_who_is_in_already_needs_no_invitation(private_room: Room, alice: User, bob: User) -> None:
    assert invite_member(room=private_room.pk, by=alice, user=bob) is None
    assert not Invitation.objects.exists()


def test_an_invitation_is_no_change_of_the_room(
    private_room: Room, alice: User, carol: User
) -> None:
    head = head_of(private_room)
    invite_member(room=private_room.pk, by=alice, user=carol)
    assert head_of(private_room) == head


@pytest.mark.parametrize("kind", [RoomKind.PUBLIC, RoomKind.PRIVATE])
def test_a_closed_room_takes_nobody_and_keeps_its_members(
    kind: RoomKind, alice: User, bob: User, carol: User
) -> None:
    room = make_room(alice, bob, kind=kind)
    invite_member(room=room.pk, by=alice, user=carol)
    close_room(room=room.pk, by=alice)
    assert refusal(join_room, room=room.pk, user=carol).code is ErrorCode.ROOM_CLOSED
    assert join_room(room=room.pk, user=bob).user_id == bob.pk
    error = refusal(invite_member, room=room.pk, by=alice, user=make_user())
    assert error.code is ErrorCode.ROOM_CLOSED


def test_a_refused_joining_does_not_use_the_invitation_up(
    private_room: Room, alice: User, carol: User
) -> None:
    invite_member(room=private_room.pk, by=alice, user=carol)
    close_room(room=private_room.pk, by=alice)
    refusal(join_room, room=private_room.pk, user=carol)
    assert Invitation.objects.filter(user=carol).exists()


def test_nobody_is_invited_into_a_direct_room(alice: User, carol: User) -> None:
    room = make_room(alice, kind=RoomKind.DIRECT)
    error = refusal(invite_member, room=room.pk, by=alice, user=carol)
    assert error.code is ErrorCode.NOT_ALLOWED


def test_leaving_ends_the_membership_and_is_told(
    room: Room, bob: User, announced: list[BusItem], after_commit: Any
) -> None:
    with after_commit():
        end_membership(room=room.pk, user=bob)
    assert not Membership.objects.filter(room=room, user=bob).exists()
    [change] = changes(announced)
    assert (change.event, change.removed) == ("new_message", bob.pk)
    assert told(change)["act"] == "left"
    assert refusal(end_membership, room=room.pk, user=bob).code is ErrorCode.NOT_A_MEMBER


def test_nobody_leaves_a_direct_room(alice: User) -> None:
    room = make_room(alice, kind=RoomKind.DIRECT)
    assert refusal(end_membership, room=room.pk, user=alice).code is ErrorCode.NOT_ALLOWED


def test_what_was_said_stays_when_its_sender_leaves(room: Room, bob: User) -> None:
    said = say(room, bob)
    end_membership(room=room.pk, user=bob)
    assert Message.objects.get(pk=said.pk).text == "Hi"


def test_an_owner_who_leaves_passes_the_room_on(room: Room, alice: User, bob: User) -> None:
    join_room(room=room.pk, user=make_user())
    end_membership(room=room.pk, user=alice)
    assert owner_of(room) == bob


def test_a_moderator_inherits_before_the_longest_member(
    room: Room, alice: User, carol: User
) -> None:
    join_room(room=room.pk, user=carol)
    Membership.objects.filter(user=carol).update(role=Role.MODERATOR)
    end_membership(room=room.pk, user=alice)
    assert owner_of(room) == carol


def test_a_room_may_lose_its_last_member_and_find_others(alice: User, carol: User) -> None:
    room = make_room(alice)
    end_membership(room=room.pk, user=alice)
    assert join_room(room=room.pk, user=carol).role == Role.MEMBER


def test_who_comes_back_has_a_new_membership(room: Room, bob: User) -> None:
    end_membership(room=room.pk, user=bob)
    again = join_room(room=room.pk, user=bob)
    assert again.joined_sequence == head_of(room)
    assert [message.act for message in stored(room)] == ["joined", "left", "joined"]


def test_a_removal_is_told_with_who_did_it(
    room: Room, alice: User, bob: User, announced: list[BusItem], after_commit: Any
) -> None:
    with after_commit():
        remove_member(room=room.pk, by=alice, user=bob, reason="")
    [change] = changes(announced)
    assert change.removed == bob.pk
    body = told(change)
    assert (body["act"], body["username"], body["subject"]["username"]) == (
        "removed",
        "alice",
        "bob",
    )


def test_closing_is_told_once(
    room: Room, alice: User, announced: list[BusItem], after_commit: Any
) -> None:
    head = head_of(room)
    with after_commit():
        assert close_room(room=room.pk, by=alice).closed_at is not None
        close_room(room=room.pk, by=alice)
    [change] = changes(announced)
    assert (change.event, change.number, change.message_id) == ("room_closed", head + 1, 0)
    assert told(change)["room"]["closed"] is True
    assert head_of(room) == head + 1


def test_only_the_owner_closes_a_room(room: Room, bob: User, carol: User) -> None:
    assert refusal(close_room, room=room.pk, by=bob).code is ErrorCode.NOT_ALLOWED
    assert refusal(close_room, room=room.pk, by=carol).code is ErrorCode.NOT_A_MEMBER


def test_who_was_banned_does_not_come_back(
    room: Room, private_room: Room, alice: User, bob: User
) -> None:
    for each in (room, private_room):
        ban_member(room=each.pk, by=alice, user=bob, reason="")
    assert refusal(join_room, room=room.pk, user=bob).code is ErrorCode.NOT_ALLOWED
    none = refusal(join_room, room=999_999, user=bob)
    assert words(refusal(join_room, room=private_room.pk, user=bob)) == words(none)
