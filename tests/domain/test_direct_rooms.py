"""Two people and the one room they share."""

from functools import partial
from typing import Any

import pytest

from accounts.actions.access import deactivate
from accounts.models import User
from chat import queries
from chat.actions.direct import start_direct_room
from chat.actions.memberships import join_room
from chat.actions.moderation import ban_member
from chat.actions.rooms import change_room, create_room
from chat.bus_items import BusItem, MembershipBegan
from chat.errors import ErrorCode
from chat.models import Ban, Membership, Room, RoomKind
from tests.frames import read_frame
from tests.together import together

from .moderating import entrust
from .telling import refusal, say, words

pytestmark = pytest.mark.django_db


def test_a_direct_room_belongs_to_two_people_alike(alice: User, bob: User) -> None:
    room = start_direct_room(by=bob, user=alice)
    assert room.kind == RoomKind.DIRECT
    members = Membership.objects.filter(room=room)
    assert {(member.user, member.role) for member in members} == {
        (alice, "member"),
        (bob, "member"),
    }
    say(room, alice)
    say(room, bob)


def test_a_pair_has_one_room_whoever_begins(alice: User, bob: User) -> None:
    rooms = {start_direct_room(by=by, user=user) for by, user in ((alice, bob), (bob, alice))}
    assert len(rooms) == Room.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_begin_at_once_meet_in_one_room(alice: User, bob: User) -> None:
    starts = [
        partial(start_direct_room, by=by, user=user)
        for by, user in ((alice, bob), (bob, alice)) * 3
    ]
    assert len({room.pk for room in together(*starts)}) == 1
    assert Room.objects.count() == 1
    assert Membership.objects.count() == 2


def test_each_of_the_two_sees_the_others_name(alice: User, bob: User) -> None:
    User.objects.filter(pk=bob.pk).update(first_name="Bob", last_name="Baker")
    room = start_direct_room(by=alice, user=bob)
    [mine], [theirs] = (
        queries.room_summaries(queries.memberships_with_unread(user)) for user in (alice, bob)
    )
    assert (mine.room_id, mine.kind, mine.name) == (room.slug, "direct", "Bob Baker")
    assert mine.with_ is not None
    assert mine.with_.username == "bob"
    assert (theirs.name, theirs.with_ and theirs.with_.username) == ("alice", "alice")


def test_both_hear_that_it_began_each_in_their_own_words(
    alice: User, bob: User, announced: list[BusItem], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        room = start_direct_room(by=alice, user=bob)
        start_direct_room(by=bob, user=alice)
    told = {item.user: item for item in announced if isinstance(item, MembershipBegan)}
    assert len(announced) == 2
    assert {item.room_id for item in told.values()} == {room.slug}
    for user, other in ((alice, "bob"), (bob, "alice")):
        frame = read_frame(told[user.pk].frame)
        assert frame["event"] == "membership_began"
        assert (frame["data"]["room"]["name"], frame["data"]["room"]["unread"]) == (other, 0)
        assert frame["data"]["room"]["with"]["username"] == other


def test_in_a_direct_room_every_message_is_meant_for_one(alice: User, bob: User) -> None:
    room = start_direct_room(by=alice, user=bob)
    for _ in range(3):
        say(room, alice)
    assert queries.waiting_by_member(room=room.pk, users=[alice.pk, bob.pk]) == {
        alice.pk: (0, 0),
        bob.pk: (3, 3),
    }


def test_nobody_talks_to_themselves_there(alice: User) -> None:
    assert refusal(start_direct_room, by=alice, user=alice).code is ErrorCode.NOT_ALLOWED


def test_nobody_begins_with_somebody_suspended_nor_they_with_anybody(
    alice: User, bob: User
) -> None:
    deactivate(user=User.objects.get(pk=bob.pk))
    for by, user in ((alice, bob), (bob, alice)):
        assert refusal(start_direct_room, by=by, user=user).code is ErrorCode.NOT_ALLOWED
    assert not Room.objects.exists()


def test_what_was_said_with_somebody_suspended_since_is_found_again(alice: User, bob: User) -> None:
    room = start_direct_room(by=alice, user=bob)
    deactivate(user=User.objects.get(pk=bob.pk))
    assert start_direct_room(by=alice, user=bob) == room


def test_nobody_else_comes_in(alice: User, bob: User, carol: User) -> None:
    room = start_direct_room(by=alice, user=bob)
    hidden = refusal(join_room, room=room.pk, user=carol)
    assert words(hidden) == words(refusal(join_room, room=999_999, user=carol))


def test_a_direct_room_is_nobodys_to_change(alice: User, bob: User, carol: User) -> None:
    room = start_direct_room(by=alice, user=bob)
    assert refusal(change_room, room=room.pk, by=alice, name="Us").code is ErrorCode.NOT_ALLOWED
    staff = entrust(carol)
    error = refusal(ban_member, room=room.pk, by=staff, user=bob, reason="no")
    assert error.code is ErrorCode.NOT_ALLOWED
    assert not Ban.objects.exists()


def test_a_direct_room_is_made_in_no_other_way(alice: User) -> None:
    error = refusal(create_room, owner=alice, name="Us", kind=RoomKind.DIRECT)
    assert error.code is ErrorCode.NOT_ALLOWED


@pytest.mark.usefixtures("fresh_limits")
def test_only_so_many_are_written_to_for_the_first_time_in_a_minute(
    alice: User, bob: User, carol: User, settings: Any
) -> None:
    settings.CHAT_DIRECT_ROOMS_PER_MINUTE = 1
    room = start_direct_room(by=alice, user=bob)
    error = refusal(start_direct_room, by=alice, user=carol)
    assert error.code is ErrorCode.RATE_LIMITED
    assert error.retry_after
    assert start_direct_room(by=alice, user=bob) == room
    start_direct_room(by=carol, user=alice)
