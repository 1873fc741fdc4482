"""Rooms over HTTP: who may know of them, make them, change them, come and go."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from chat.actions.moderation import ban_member
from chat.errors import ChatError, ErrorCode
from chat.models import Room, RoomKind
from tests.api.conftest import Caller
from tests.factories import make_room, make_user

pytestmark = pytest.mark.django_db
ROOMS = "/api/rooms/"


def place(room: Room, rest: str = "") -> str:
    return f"{ROOMS}{room.slug}/{rest}"


def refusal(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["error"]


def test_nobody_reads_without_a_login(client: Client, room: Room) -> None:
    for address in (ROOMS, place(room), place(room, "messages/"), place(room, "members/")):
        response = client.get(address)
        assert refusal(response) == (401, "unauthenticated")
        assert response["WWW-Authenticate"] == "Bearer"


def test_one_sees_public_rooms_and_ones_own(
    calls: Caller, carol: User, alice: User, room: Room, private_room: Room
) -> None:
    found = calls(carol).get(ROOMS).json()
    assert [(item["room_id"], item["membership"]) for item in found["items"]] == [(room.slug, None)]
    assert (found["count"], found["next"], found["previous"]) == (1, None, None)
    mine = calls(alice).get(ROOMS).json()["items"]
    assert {item["room_id"]: item["membership"]["role"] for item in mine} == {
        room.slug: "owner",
        private_room.slug: "owner",
    }


def test_rooms_can_be_filtered_and_paged(calls: Caller, alice: User, carol: User) -> None:
    for number in range(3):
        make_room(alice, name=f"Room {number}")
    make_room(carol, name="Elsewhere")
    client = calls(alice)
    assert client.get(ROOMS, {"mine": True}).json()["count"] == 3
    assert client.get(ROOMS, {"mine": False}).json()["count"] == 1
    assert client.get(ROOMS, {"mine": "1", "closed": "FALSE"}).json()["count"] == 3
    assert client.get(ROOMS, {"mine": ""}).json()["count"] == 4  # nothing is said
    assert client.get(ROOMS, {"name": "elsewh"}).json()["count"] == 1
    page = client.get(f"{ROOMS}?limit=2&ordering=-name").json()
    assert [item["name"] for item in page["items"]] == ["Room 2", "Room 1"]
    following = client.get(page["next"]).json()
    assert [item["name"] for item in following["items"]] == ["Room 0", "Elsewhere"]
    assert client.get(following["previous"]).json()["items"] == page["items"]
    assert refusal(client.get(ROOMS, {"kind": "odd"})) == (400, "invalid")
    assert refusal(client.get(ROOMS, {"page": 9})) == (404, "not_found")


def test_a_list_costs_the_same_whatever_its_length(
    calls: Caller, alice: User, django_assert_num_queries: Any
) -> None:
    make_room(alice)
    client = calls(alice)
    client.get(ROOMS)  # notes that alice was seen, which is done once a minute
    with django_assert_num_queries(4):  # the token, the count, the rooms, one's places in them
        client.get(ROOMS)
    for number in range(5):
        make_room(alice, name=f"Room {number}")
    with django_assert_num_queries(4):
        client.get(ROOMS)


def test_who_makes_a_room_owns_it(calls: Caller, alice: User) -> None:
    client = calls(alice)
    made = client.post(ROOMS, {"name": "Tea break", "topic": "Which tea?"}, format="json")
    assert made.status_code == 201
    assert made["Location"] == "http://testserver/api/rooms/tea-break/"
    found = client.get(made["Location"]).json()
    assert found == made.json()
    assert (found["kind"], found["topic"], found["membership"]["role"]) == (
        "public",
        "Which tea?",
        "owner",
    )


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": " "}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"name": "a\0b"}, "name"),
        ({"name": "Tea", "kind": "direct"}, "kind"),
        ({"name": "Tea", "topic": ["x"]}, "topic"),
        ({"name": "Tea", "client_id": ""}, "client_id"),
        ({"name": "Tea", "client_id": "two words"}, "client_id"),
        ({"name": "Tea", "client_id": "x" * 65}, "client_id"),
    ],
)
def test_what_is_wrong_with_a_new_room_is_named(
    calls: Caller, alice: User, body: dict[str, Any], field: str
) -> None:
    response = calls(alice).post(ROOMS, body, format="json")
    assert refusal(response) == (400, "invalid")
    assert list(response.json()["fields"]) == [field]
    assert not Room.objects.exists()


def test_a_room_that_is_asked_for_again_is_answered_again(calls: Caller, alice: User) -> None:
    client, body = calls(alice), {"name": "Tea", "kind": "private", "client_id": "c1"}
    first, again = (client.post(ROOMS, body, format="json") for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert (again.json(), again["Location"]) == (first.json(), first["Location"])
    other = client.post(ROOMS, body | {"name": "Cake"}, format="json")
    assert refusal(other) == (409, "conflict")
    assert list(other.json()["fields"]) == ["client_id"]
    assert Room.objects.count() == 1


def test_one_joins_reads_and_leaves(calls: Caller, carol: User, room: Room) -> None:
    client = calls(carol)
    assert refusal(client.get(place(room, "messages/"))) == (403, "not_a_member")
    joined = client.post(place(room, "join/"))
    assert (joined.status_code, joined.json()["membership"]["role"]) == (200, "member")
    assert client.get(place(room, "messages/")).status_code == 200
    assert client.post(place(room, "leave/")).status_code == 204
    assert refusal(client.post(place(room, "leave/"))) == (403, "not_a_member")


OF_A_ROOM = [
    ("get", "", {}),
    ("patch", "", {"name": "Ours"}),
    ("post", "join/", {}),
    ("post", "leave/", {}),
    ("post", "close/", {}),
    ("post", "reopen/", {}),
    ("post", "read/", {"sequence": 1}),
    ("post", "read/", {}),
    ("get", "members/", {}),
    ("post", "members/", {"username": "bob"}),
    ("get", "members/1/", {}),
    ("patch", "members/1/", {}),
    ("delete", "members/1/", {}),
    ("get", "bans/", {}),
    ("delete", "bans/1/", {}),
    ("get", "messages/", {}),
    ("get", "messages/?limit=0", {}),
    ("post", "messages/", {"message": "Hello"}),
    ("post", "messages/", {}),
    ("get", "messages/1/", {}),
    ("patch", "messages/1/", {"message": "x"}),
    ("delete", "messages/1/", {}),
    ("put", "messages/1/reactions/", {"emoji": "👍", "on": True}),
    ("put", "messages/1/pin/", {}),
    ("post", "files/", {}),
    ("get", "files/1/", {}),
    ("delete", "files/1/", {}),
    ("get", "changes/?after=0&epoch=x", {}),
]


@pytest.mark.parametrize(("method", "rest", "body"), OF_A_ROOM)
def test_a_stranger_cannot_tell_a_hidden_room_from_none(
    calls: Caller, carol: User, private_room: Room, method: str, rest: str, body: dict[str, Any]
) -> None:
    client = calls(carol)
    answers = [
        getattr(client, method)(f"{ROOMS}{slug}/{rest}", body or None, format="json")
        for slug in (private_room.slug, "f" * 24)
    ]
    assert refusal(answers[0])[0] == 404
    assert answers[0].json() == answers[1].json()


def test_the_banned_and_the_uninvited_cannot_join(
    calls: Caller, alice: User, bob: User, carol: User, room: Room
) -> None:
    ban_member(room=room.pk, by=alice, user=bob, reason="rude")
    assert refusal(calls(bob).post(place(room, "join/"))) == (403, "not_allowed")
    hidden = make_room(alice, name="Hidden", kind=RoomKind.PRIVATE)
    owner = calls(alice)
    asked = owner.post(place(hidden, "members/"), {"username": "Carol"}, format="json")
    assert (asked.status_code, asked.json()["user"]["username"]) == (200, "carol")
    assert calls(carol).post(place(hidden, "join/")).status_code == 200
    unknown = owner.post(place(hidden, "members/"), {"username": "nobody"}, format="json")
    assert (refusal(unknown), list(unknown.json()["fields"])) == ((400, "invalid"), ["username"])


def test_owners_change_a_room_and_others_do_not(
    calls: Caller, alice: User, bob: User, room: Room
) -> None:
    body = {"name": "Coffee", "slow_mode": 5, "history_limit": 1000, "reason": "taste"}
    changed = calls(alice).patch(place(room), body, format="json").json()
    assert (changed["name"], changed["slow_mode"], changed["history_limit"]) == ("Coffee", 5, 1000)
    member = calls(bob)
    for change in ({"name": "Tea"}, {"slow_mode": 0}, {}):
        assert refusal(member.patch(place(room), change, format="json")) == (403, "not_allowed")
    for act in ("close/", "reopen/"):
        assert refusal(member.post(place(room, act))) == (403, "not_allowed")


def test_a_closed_room_can_only_be_read(calls: Caller, alice: User, bob: User, room: Room) -> None:
    owner, member = calls(alice), calls(bob)
    closed = owner.post(place(room, "close/"), {"reason": "done"}, format="json")
    assert closed.json()["closed"] is True
    said = member.post(place(room, "messages/"), {"message": "late"}, format="json")
    assert refusal(said) == (409, "room_closed")
    assert member.get(place(room, "messages/")).status_code == 200
    assert owner.post(place(room, "reopen/")).json()["closed"] is False


def test_reading_is_said_and_counted(calls: Caller, alice: User, bob: User, room: Room) -> None:
    owner: APIClient = calls(alice)
    for text in ("one", "two"):
        said = owner.post(place(room, "messages/"), {"message": text}, format="json").json()
    member = calls(bob)
    assert member.get(place(room)).json()["membership"]["unread"] == 2
    read = member.post(place(room, "read/"), {"sequence": said["sequence"]}, format="json").json()
    assert (read["unread"], read["read_sequence"]) == (0, said["sequence"])


def test_two_people_share_one_room(calls: Caller, alice: User, bob: User) -> None:
    mine = calls(alice).post(f"{ROOMS}direct/", {"username": "bob"}, format="json").json()
    theirs = calls(bob).post(f"{ROOMS}direct/", {"username": "ALICE"}, format="json").json()
    assert (mine["kind"], mine["room_id"]) == ("direct", theirs["room_id"])
    oneself = calls(alice).post(f"{ROOMS}direct/", {"username": "alice"}, format="json")
    assert refusal(oneself) == (403, "not_allowed")
    assert "fields" not in oneself.json()  # none is at fault
    nobody = calls(alice).post(f"{ROOMS}direct/", {"username": "nobody"}, format="json")
    assert refusal(nobody) == (400, "invalid")
    assert list(nobody.json()["fields"]) == ["username"]


def test_who_is_invited_finds_the_room_and_joins(
    calls: Caller, alice: User, bob: User, private_room: Room
) -> None:
    stranger = make_user()
    client, asked = calls(stranger), f"{ROOMS}?invited=true"
    assert client.get(asked).json()["items"] == []
    invited = {"username": stranger.username}
    calls(alice).post(place(private_room, "members/"), invited, format="json")
    [found] = client.get(asked).json()["items"]
    assert (found["room_id"], found["membership"]) == (private_room.slug, None)
    assert client.get(place(private_room)).json() == found
    assert client.get(place(private_room, "messages/")).status_code == 404
    assert client.post(place(private_room, "join/")).json()["membership"]["role"] == "member"
    assert client.get(asked).json()["items"] == []


def test_what_a_room_is_changes_as_a_whole_or_not_at_all(
    calls: Caller, alice: User, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(**kwargs: Any) -> None:
        raise ChatError(ErrorCode.NOT_ALLOWED)

    monkeypatch.setattr("api.rooms.set_slow_mode", refuses)
    answer = calls(alice).patch(place(room), {"name": "Cake", "slow_mode": 5}, format="json")
    assert refusal(answer) == (403, "not_allowed")
    assert calls(alice).get(place(room)).json()["name"] == room.name
