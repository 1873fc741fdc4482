"""What becomes of rooms when the account of their owner is closed for good."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from accounts.actions.access import deactivate
from accounts.actions.registration import close_account
from accounts.models import User
from chat.actions.memberships import join_room
from chat.actions.moderation import set_role, transfer_ownership
from chat.bus_items import BusItem, MembershipChanged
from chat.models import Membership, Role, Room
from tests.factories import make_room, make_user

pytestmark = pytest.mark.django_db
Close = Callable[[User], None]


@pytest.fixture
def close(django_capture_on_commit_callbacks: Any) -> Close:
    """Close an account, and hear at once what follows the commit."""

    def closed(user: User) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            close_account(user=user)

    return closed


def roles(room: Room) -> dict[str, str]:
    rows = Membership.objects.filter(room=room).select_related("user")
    return {row.user.username: row.role for row in rows}


def test_the_longest_member_inherits_the_room(
    close: Close, room: Room, alice: User, carol: User
) -> None:
    join_room(room=room.pk, user=carol)
    close(alice)
    assert roles(room) == {"alice": Role.MEMBER, "bob": Role.OWNER, "carol": Role.MEMBER}


def test_a_moderator_inherits_before_the_longest_member(
    close: Close, room: Room, alice: User, carol: User
) -> None:
    join_room(room=room.pk, user=carol)
    set_role(room=room.pk, by=alice, user=carol, role=Role.MODERATOR, reason="")
    close(alice)
    assert roles(room) == {"alice": Role.MEMBER, "bob": Role.MEMBER, "carol": Role.OWNER}


def test_the_heir_can_do_what_owners_do(
    close: Close, room: Room, alice: User, bob: User, carol: User
) -> None:
    join_room(room=room.pk, user=carol)
    close(alice)
    transfer_ownership(room=room.pk, by=bob, user=carol, reason="")
    assert roles(room)["carol"] == Role.OWNER


def test_the_heirs_own_sessions_hear_of_it(
    close: Close, room: Room, alice: User, bob: User, announced: list[BusItem]
) -> None:
    close(alice)
    told = [item for item in announced if isinstance(item, MembershipChanged)]
    assert [(item.user, item.room) for item in told] == [(bob.pk, room.pk)]


def test_who_is_shut_out_inherits_nothing(
    close: Close, room: Room, alice: User, bob: User, carol: User
) -> None:
    join_room(room=room.pk, user=carol)
    deactivate(user=bob)
    close(alice)
    assert roles(room) == {"alice": Role.MEMBER, "bob": Role.MEMBER, "carol": Role.OWNER}


def test_a_room_in_which_nobody_else_can_act_stays_as_it_is(
    close: Close, room: Room, alice: User, bob: User
) -> None:
    deactivate(user=bob)
    close(alice)
    assert roles(room) == {"alice": Role.OWNER, "bob": Role.MEMBER}


def test_every_room_finds_an_owner_and_rooms_of_others_keep_theirs(
    close: Close, alice: User, bob: User
) -> None:
    first, second = make_room(alice, bob, name="First"), make_room(alice, bob, name="Second")
    others = make_room(owner := make_user(), alice, bob, name="Others")
    close(alice)
    assert roles(first)["bob"] == roles(second)["bob"] == Role.OWNER
    assert roles(others)[owner.username] == Role.OWNER


def test_who_is_suspended_keeps_their_rooms(room: Room, alice: User) -> None:
    deactivate(user=alice)
    assert roles(room)["alice"] == Role.OWNER
