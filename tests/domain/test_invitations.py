"""An invitation is taken back, or declined, before it is used."""

from __future__ import annotations

from functools import partial

import pytest

from accounts.models import User
from chat.actions.invitations import withdraw_invitation
from chat.actions.memberships import invite_member, join_room
from chat.errors import ErrorCode
from chat.models import Invitation, Room
from tests.factories import make_user

from .moderating import appoint
from .telling import head_of, refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def invited(private_room: Room, bob: User, carol: User) -> User:
    """carol, whom bob asked into alice's room."""
    invite_member(room=private_room.pk, by=bob, user=carol)
    return carol


def may_join(room: Room, user: User) -> bool:
    return Invitation.objects.filter(room=room, user=user).exists()


@pytest.mark.parametrize("who", ["alice", "bob", "carol"])
def test_who_asked_who_was_asked_and_moderators_end_an_invitation(
    private_room: Room, invited: User, who: str
) -> None:
    head = head_of(private_room)
    by = User.objects.get(username=who)
    withdraw_invitation(room=private_room.pk, by=by, user=invited)
    assert not may_join(private_room, invited)
    assert head_of(private_room) == head, "the room hears nothing of it"
    error = refusal(lambda: join_room(room=private_room.pk, user=invited))
    assert error.code == ErrorCode.ROOM_NOT_FOUND


def test_other_members_cannot(private_room: Room, invited: User, alice: User) -> None:
    dave = make_user("dave")
    invite_member(room=private_room.pk, by=alice, user=dave)
    join_room(room=private_room.pk, user=dave)
    withdraw = partial(withdraw_invitation, room=private_room.pk, by=dave, user=invited)
    assert refusal(withdraw).code == ErrorCode.NOT_ALLOWED
    assert may_join(private_room, invited)
    appoint(private_room, dave)
    withdraw()
    assert not may_join(private_room, invited)


def test_strangers_learn_nothing(private_room: Room, invited: User) -> None:
    mallory = make_user("mallory")
    for user in (invited, mallory):
        error = refusal(partial(withdraw_invitation, room=private_room.pk, by=mallory, user=user))
        assert error.code == ErrorCode.ROOM_NOT_FOUND
    assert may_join(private_room, invited)


def test_taking_back_twice_changes_nothing(private_room: Room, invited: User, alice: User) -> None:
    for _ in range(2):
        withdraw_invitation(room=private_room.pk, by=alice, user=invited)
    assert not may_join(private_room, invited)
