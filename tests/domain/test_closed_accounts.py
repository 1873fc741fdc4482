"""What becomes of rooms when the account of their owner is closed for good."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import pytest

from accounts.actions.access import deactivate
from accounts.actions.registration import close_account
from accounts.errors import AccountsError
from accounts.models import User
from chat.actions.memberships import join_room
from chat.actions.moderation import set_role, transfer_ownership
from chat.bus_items import BusItem, MembershipChanged
from chat.errors import ChatError
from chat.models import Membership, Message, MessageKind, Role, Room
from tests.factories import make_room, make_user
from tests.together import together

from .locking import held_elsewhere
from .telling import say

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


def test_a_process_that_dies_right_after_the_commit_leaves_no_room_behind(
    room: Room, alice: User
) -> None:
    close_account(user=alice)  # and nothing that would follow the commit
    assert roles(room) == {"alice": Role.MEMBER, "bob": Role.OWNER}


def test_who_may_not_close_their_account_keeps_their_rooms(room: Room, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(is_superuser=True)
    with pytest.raises(AccountsError):
        close_account(user=alice)
    assert roles(room) == {"alice": Role.OWNER, "bob": Role.MEMBER}


@pytest.mark.django_db(transaction=True)
def test_those_who_close_their_accounts_at_once_inherit_nothing_from_each_other(
    alice: User, bob: User, carol: User
) -> None:
    first = make_room(alice, bob, carol, name="First")
    second = make_room(bob, alice, carol, name="Second")
    together(*(partial(close_account, user=user) for user in (alice, bob)))
    assert roles(first)["carol"] == roles(second)["carol"] == Role.OWNER


@pytest.mark.django_db(transaction=True)
def test_a_room_that_is_handed_over_meanwhile_is_not_left_behind(
    room: Room, alice: User, bob: User, carol: User
) -> None:
    join_room(room=room.pk, user=carol)

    def hand_over() -> None:
        with suppress(ChatError):  # too late: bob has gone
            transfer_ownership(room=room.pk, by=alice, user=bob, reason="")

    together(partial(close_account, user=bob), hand_over)
    assert roles(room)["bob"] == Role.MEMBER


@pytest.mark.django_db(transaction=True)
def test_who_writes_while_an_account_is_closed_is_not_in_its_way(
    room: Room, alice: User, bob: User
) -> None:
    # What is locked of a superuser nobody can refer to meanwhile.
    User.objects.filter(pk__in=(alice.pk, make_user().pk)).update(is_superuser=True)

    def write(user: User) -> None:
        for _ in range(5):
            with suppress(ChatError):  # alice, once she has gone
                say(room, user, "Bye @alice")

    together(partial(close_account, user=alice), *(partial(write, user) for user in (alice, bob)))
    assert roles(room)["bob"] == Role.OWNER
    assert Message.objects.filter(sender=bob, kind=MessageKind.TEXT).count() == 5


def test_who_is_suspended_keeps_their_rooms(room: Room, alice: User) -> None:
    deactivate(user=alice)
    assert roles(room)["alice"] == Role.OWNER


@pytest.mark.postgres_only  # SQLite locks no rows
@pytest.mark.django_db(transaction=True)
def test_an_account_is_closed_while_others_refer_to_superusers(alice: User) -> None:
    """Whoever notifies one superuser may be waited for by another: the two must not wait both."""
    chief = make_user(is_superuser=True)
    lock = "SELECT 1 FROM accounts_user WHERE id = %s FOR KEY SHARE"
    with held_elsewhere(lock, chief.pk):
        close_account(user=alice)
    assert not User.objects.get(pk=alice.pk).is_active
