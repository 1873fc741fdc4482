"""What one's own sessions hear of one's memberships, and what of them lasts."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest

from accounts.models import User
from chat import queries
from chat.actions.memberships import end_membership, join_room, silence_room
from chat.actions.moderation import (
    mute_member,
    remove_member,
    set_role,
    set_slow_mode,
    transfer_ownership,
    unmute_member,
)
from chat.actions.receipts import mark_read
from chat.actions.rooms import create_room
from chat.bus_items import BusItem, MembershipBegan, MembershipChanged
from chat.errors import ErrorCode
from chat.models import Membership, Restraint, Role, Room
from tests.factories import make_user
from tests.frames import read_frame

from .moderating import after_commit_of, mute
from .telling import head_of, refusal, say

pytestmark = pytest.mark.django_db
Later = Callable[[float], None]


def news(items: list[BusItem]) -> list[tuple[int, str, dict[str, Any]]]:
    """Who heard what of a membership of theirs."""
    return [
        (item.user, frame["event"], frame["data"])
        for item in items
        if isinstance(item, MembershipBegan | MembershipChanged)
        for frame in [read_frame(item.frame)]
    ]


@pytest.fixture
def hearing(announced: list[BusItem], django_capture_on_commit_callbacks: Any) -> Any:
    """Do something; what was heard of memberships then."""

    def hear(act: Callable[[], object]) -> list[tuple[int, str, dict[str, Any]]]:
        announced.clear()
        after_commit_of(django_capture_on_commit_callbacks, act)
        return news(announced)

    return hear


def test_who_joins_hears_the_room_as_welcome_would_tell_it(
    room: Room, carol: User, hearing: Any
) -> None:
    [(user, event, data)] = hearing(lambda: join_room(room=room.pk, user=carol))
    assert (user, event) == (carol.pk, "membership_began")
    [told] = queries.room_summaries(queries.memberships_with_unread(carol))
    assert data["room"] == {
        "room_id": told.room_id,
        "name": told.name,
        "kind": "public",
        "epoch": told.epoch,
        "head": head_of(room),
        "read_sequence": head_of(room),
        "unread": 0,
        "mentions": 0,
        "role": "member",
        "silenced": False,
    }


def test_who_joins_again_hears_nothing(room: Room, bob: User, hearing: Any) -> None:
    assert hearing(lambda: join_room(room=room.pk, user=bob)) == []


def test_who_makes_a_room_hears_it_too(alice: User, hearing: Any) -> None:
    [(user, event, data)] = hearing(lambda: create_room(owner=alice, name="Tea"))
    assert (user, event, data["room"]["role"]) == (alice.pk, "membership_began", "owner")


def test_a_role_is_told_to_whom_it_is_given(
    room: Room, alice: User, bob: User, hearing: Any
) -> None:
    appoint = partial(set_role, room=room.pk, by=alice, user=bob, role=Role.MODERATOR, reason="")
    assert hearing(appoint) == [
        (
            bob.pk,
            "membership_changed",
            {"room_id": room.slug, "role": "moderator", "silenced": False},
        )
    ]
    assert hearing(appoint) == []


def test_both_hear_of_a_room_handed_over(room: Room, alice: User, bob: User, hearing: Any) -> None:
    heard = hearing(lambda: transfer_ownership(room=room.pk, by=alice, user=bob, reason=""))
    assert {(user, data["role"]) for user, _, data in heard} == {
        (bob.pk, "owner"),
        (alice.pk, "moderator"),
    }


def test_the_heir_of_a_room_hears_it(room: Room, alice: User, bob: User, hearing: Any) -> None:
    [(user, _, data)] = hearing(lambda: end_membership(room=room.pk, user=alice))
    assert (user, data["role"]) == (bob.pk, "owner")


def test_a_mute_and_its_end_are_told(
    room: Room, alice: User, bob: User, hearing: Any, later: Later
) -> None:
    [(user, _, data)] = hearing(lambda: mute(room, alice, bob, 60))
    member = Membership.objects.get(room=room, user=bob)
    assert user == bob.pk
    assert datetime.fromisoformat(data["muted_until"]) == member.muted_until
    [told] = queries.room_summaries(queries.memberships_with_unread(bob))
    assert told.muted_until == member.muted_until
    [(_, _, data)] = hearing(lambda: unmute_member(room=room.pk, by=alice, user=bob, reason=""))
    assert "muted_until" not in data


def test_silence_is_told_kept_and_changes_no_count(
    room: Room, alice: User, bob: User, hearing: Any
) -> None:
    silence = partial(silence_room, room=room.pk, user=bob)
    assert hearing(partial(silence, silenced=True)) == [
        (
            bob.pk,
            "membership_changed",
            {"room_id": room.slug, "role": "member", "silenced": True},
        )
    ]
    assert hearing(partial(silence, silenced=True)) == []
    say(room, alice)
    [told] = queries.room_summaries(queries.memberships_with_unread(bob))
    assert (told.silenced, told.unread) == (True, 1)
    mark_read(room=room.pk, user=bob, sequence=head_of(room))
    [(_, _, data)] = hearing(partial(silence, silenced=False))
    assert data["silenced"] is False


# What binds somebody who leaves


def test_who_leaves_and_comes_back_is_still_muted(
    room: Room, alice: User, bob: User, later: Later
) -> None:
    mute(room, alice, bob, 60)
    leave = partial(end_membership, room=room.pk, user=bob)
    for end in (leave, partial(remove_member, room=room.pk, by=alice, user=bob, reason="")):
        end()
        join_room(room=room.pk, user=bob)
        assert refusal(say, room=room, sender=bob).retry_after == 60
    assert not Restraint.objects.exists()
    later(60)
    say(room, bob)


def test_who_leaves_and_comes_back_is_still_slowed(
    room: Room, alice: User, bob: User, later: Later
) -> None:
    set_slow_mode(room=room.pk, by=alice, seconds=30, reason="")
    say(room, bob)
    end_membership(room=room.pk, user=bob)
    join_room(room=room.pk, user=bob)
    assert refusal(say, room=room, sender=bob).code is ErrorCode.RATE_LIMITED
    later(30)
    say(room, bob)


def test_nothing_is_kept_of_whom_nothing_binds(
    room: Room, alice: User, bob: User, later: Later
) -> None:
    mute(room, alice, bob, 60)
    later(61)
    end_membership(room=room.pk, user=bob)
    assert not Restraint.objects.exists()


def test_a_mute_of_one_room_binds_in_no_other(
    room: Room, private_room: Room, alice: User, bob: User, later: Later
) -> None:
    mute(room, alice, bob, 60)
    end_membership(room=room.pk, user=bob)
    other = make_user()
    join_room(room=room.pk, user=other)
    say(room, other)
    say(private_room, bob)


def test_a_mute_can_be_lifted_while_one_is_away(
    room: Room, alice: User, bob: User, later: Later
) -> None:
    mute(room, alice, bob, 60)
    end_membership(room=room.pk, user=bob)
    unmute_member(room=room.pk, by=alice, user=bob, reason="a mistake")
    join_room(room=room.pk, user=bob)
    say(room, bob)


def test_a_new_mute_counts_over_what_was_kept(
    room: Room, alice: User, bob: User, later: Later
) -> None:
    mute(room, alice, bob, 60)
    end_membership(room=room.pk, user=bob)
    join_room(room=room.pk, user=bob)
    until = Membership.objects.get(room=room, user=bob).muted_until
    assert until is not None
    longer = until + timedelta(seconds=60)
    mute_member(room=room.pk, by=alice, user=bob, until=longer, reason="")
    end_membership(room=room.pk, user=bob)
    join_room(room=room.pk, user=bob)
    assert Membership.objects.get(room=room, user=bob).muted_until == longer
