"""Making rooms, and what they are called."""

from functools import partial
from typing import Any

import pytest

from accounts.actions.access import deactivate
from accounts.models import User
from chat.actions.memberships import end_membership, invite_member, join_room
from chat.actions.rooms import change_room, create_room, public_slug
from chat.bus_items import BusItem
from chat.errors import ErrorCode
from chat.models import Membership, Role, Room, RoomHead, RoomKind
from tests.factories import make_room
from tests.together import together

from .telling import refusal

pytestmark = pytest.mark.django_db


def test_a_new_room_belongs_to_who_made_it(alice: User, announced: list[BusItem]) -> None:
    room = create_room(owner=alice, name=" Tea time ", topic=" Milk? ")
    assert (room.name, room.topic, room.kind) == ("Tea time", "Milk?", RoomKind.PUBLIC)
    [membership] = Membership.objects.filter(room=room)
    assert (membership.user, membership.role) == (alice, Role.OWNER)
    head = RoomHead.objects.get(pk=room.pk)
    assert (head.last_sequence, head.floor, len(head.epoch)) == (0, 1, 16)
    assert announced == []


@pytest.mark.parametrize("name", ["", " ", "\n\t"])
def test_a_room_has_a_name(alice: User, name: str) -> None:
    error = refusal(create_room, owner=alice, name=name)
    assert (error.code, error.details) == (ErrorCode.INVALID_EVENT, {"field": "name"})
    assert not Room.objects.exists()


def test_a_name_and_a_topic_are_cut_to_what_fits(alice: User) -> None:
    room = create_room(owner=alice, name="é" * 200, topic="ü" * 500)
    room.refresh_from_db()
    assert (len(room.name), len(room.topic)) == (80, 250)


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Tea Time", "tea-time"),
        ("  Über  uns! ", "uber-uns"),
        ("<script>alert(1)</script>", "scriptalert1script"),
        ("../../etc/passwd", "etcpasswd"),
        ("日本語", "room"),
        ("😀", "room"),
        ("---", "room"),
        ("x" * 80, "x" * 50),
    ],
)
def test_a_public_room_is_called_after_its_name(alice: User, name: str, slug: str) -> None:
    assert create_room(owner=alice, name=name).slug == slug


def test_rooms_of_one_name_have_slugs_of_their_own(alice: User) -> None:
    slugs = [create_room(owner=alice, name="Tea").slug for _ in range(12)]
    assert slugs[:3] == ["tea", "tea-2", "tea-3"]
    assert len(set(slugs)) == 12
    assert all(len(slug) <= 64 for slug in slugs)


def test_a_slug_never_exceeds_its_column() -> None:
    for attempt in range(20):
        assert len(public_slug("x" * 80, attempt=attempt)) <= 64


@pytest.mark.parametrize("kind", [RoomKind.PRIVATE, RoomKind.DIRECT])
def test_the_slug_of_a_hidden_room_is_random(alice: User, kind: RoomKind) -> None:
    slugs = {make_room(alice, name="Tea", kind=kind).slug for _ in range(3)}
    assert len(slugs) == 3
    assert all(len(slug) == 24 and "tea" not in slug for slug in slugs)


@pytest.mark.django_db(transaction=True)
def test_rooms_made_at_once_under_one_name_all_come_to_be(alice: User) -> None:
    rooms = together(*[partial(create_room, owner=alice, name="Tea")] * 6)
    assert len({room.slug for room in rooms}) == 6


def test_a_room_that_is_asked_for_again_is_the_same_room(
    alice: User, announced: list[BusItem]
) -> None:
    first = create_room(owner=alice, name="Tea", topic="Milk?", client_id="c")
    announced.clear()
    again = create_room(owner=alice, name=" Tea ", topic="Milk?", client_id="c")
    assert (again, again.head.epoch) == (first, first.head.epoch)
    assert Room.objects.count() == Membership.objects.count() == 1
    assert announced == []


@pytest.mark.parametrize(
    "other", [{"name": "Cake"}, {"topic": "Sugar?"}, {"kind": RoomKind.PRIVATE}]
)
def test_what_is_asked_for_otherwise_under_the_same_client_id_is_told(
    alice: User, other: dict[str, Any]
) -> None:
    asked: dict[str, Any] = {"owner": alice, "name": "Tea", "topic": "Milk?", "client_id": "c"}
    create_room(**asked)
    error = refusal(create_room, **asked | other)
    assert (error.code, error.details) == (ErrorCode.CONFLICT, {"field": "client_id"})
    assert Room.objects.count() == 1


def test_client_ids_are_each_persons_own(alice: User, bob: User) -> None:
    mine, theirs = (create_room(owner=one, name="Tea", client_id="c") for one in (alice, bob))
    assert mine != theirs


def test_a_room_that_was_changed_since_is_still_what_was_asked_for(alice: User) -> None:
    first = create_room(owner=alice, name="Tea", client_id="c")
    change_room(room=first.pk, by=alice, name="Coffee")
    again = create_room(owner=alice, name="Tea", client_id="c")
    assert (again, again.name) == (first, "Coffee")


def test_who_is_out_of_a_hidden_room_learns_nothing_of_it_by_asking_for_it_again(
    alice: User, bob: User
) -> None:
    asked = partial(create_room, owner=alice, name="Founders", kind=RoomKind.PRIVATE, client_id="c")
    room = asked()
    invite_member(room=room.pk, by=alice, user=bob)
    join_room(room=room.pk, user=bob)
    end_membership(room=room.pk, user=alice)
    assert refusal(asked).code == ErrorCode.ROOM_NOT_FOUND
    assert Room.objects.count() == 1


def test_who_is_shut_out_makes_no_room(alice: User) -> None:
    deactivate(user=alice)
    assert refusal(create_room, owner=alice, name="Tea").code == ErrorCode.NOT_ALLOWED


@pytest.mark.django_db(transaction=True)
def test_one_room_that_is_asked_for_ten_times_at_once_is_made_once(alice: User) -> None:
    rooms = together(*[partial(create_room, owner=alice, name="Tea", client_id="c")] * 10)
    assert {room.pk for room in rooms} == {Room.objects.get().pk}
    assert Membership.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_somebody_who_joins_twice_at_once_joins_once(alice: User, bob: User) -> None:
    room = create_room(owner=alice, name="Tea")
    members = together(*[partial(join_room, room=room.pk, user=bob)] * 6)
    assert len({member.pk for member in members}) == 1
    assert RoomHead.objects.get(pk=room.pk).last_sequence == 1
