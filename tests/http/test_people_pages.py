"""Writing to one person, completing names, silence and unread, as pages and forms ask for them."""

import json
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.actions.access import deactivate
from accounts.models import User
from chat.actions.direct import start_direct_room
from chat.actions.memberships import join_room
from chat.actions.messages import send_message
from chat.actions.receipts import mark_read
from chat.models import Membership, Room
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def browser_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


# Direct rooms


def test_a_click_leads_to_the_room_of_two(alice: User, bob: User) -> None:
    client = browser_of(alice)
    answer = client.post("/people/BOB/message/")
    room = Room.objects.get()
    assert answer["Location"] == f"/rooms/{room.slug}/"
    assert client.post("/people/bob/message/")["Location"] == answer["Location"]
    page = client.get(answer["Location"]).content.decode()
    assert "<title>bob" in page
    assert "alice, bob" not in page
    assert "the beginning of your conversation with bob" in page


def test_people_are_written_to_from_their_list(alice: User, bob: User) -> None:
    deactivate(user=User.objects.get(pk=make_user("carol").pk))
    page = browser_of(alice).get("/people/").content.decode()
    assert 'action="/people/bob/message/"' in page
    assert "/people/alice/message/" not in page
    assert "/people/carol/message/" not in page


def test_the_sidebar_calls_a_direct_room_by_the_other(alice: User, bob: User) -> None:
    User.objects.filter(pk=alice.pk).update(first_name="Alice", last_name="Archer")
    room = start_direct_room(by=alice, user=bob)
    page = browser_of(bob).get("/").content.decode()
    assert f'data-room="{room.slug}"' in page
    assert "Alice Archer" in page


def test_only_a_post_begins_a_room(alice: User, bob: User) -> None:
    assert browser_of(alice).get("/people/bob/message/").status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(alice)
    assert strict.post("/people/bob/message/").status_code == 403
    assert Client().post("/people/bob/message/")["Location"].startswith("/accounts/login/")
    assert not Room.objects.exists()


def test_nobody_writes_to_themselves_the_suspended_or_nobody(alice: User, bob: User) -> None:
    deactivate(user=User.objects.get(pk=bob.pk))
    client = browser_of(alice)
    for name in ("alice", "bob"):
        answer = client.post(f"/people/{name}/message/", follow=True)
        assert answer.redirect_chain == [("/", 302)]
        assert "You may not do this." in answer.content.decode()
    assert client.post("/people/nobody/message/").status_code == 404
    assert not Room.objects.exists()


# Completion


def names(client: Client, room: Room, **query: str) -> list[str]:
    answer = client.get(f"/rooms/{room.slug}/people/", query)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"
    return [person["username"] for person in json.loads(answer.content)["people"]]


@pytest.fixture
def crowd(room: Room) -> list[User]:
    people = [
        make_user("albert", first_name="Bertie"),
        make_user("Alison", last_name="Zimmer"),
        make_user("zoe", first_name="Al_ice"),
    ]
    for person in people:
        join_room(room=room.pk, user=person)
    return people


@pytest.mark.parametrize(
    ("beginning", "found"),
    [
        ("al", {"alice", "albert", "Alison", "zoe"}),
        ("AL", {"alice", "albert", "Alison", "zoe"}),
        ("alb", {"albert"}),
        ("bert", {"albert"}),
        ("zim", {"Alison"}),
        ("al_", {"zoe"}),
        ("lice", set()),
        ("%", set()),
        ("a\0l", {"alice", "albert", "Alison", "zoe"}),
    ],
)
def test_members_are_found_by_the_beginning_of_a_name(
    room: Room, bob: User, crowd: list[User], beginning: str, found: set[str]
) -> None:
    make_user("alien")  # belongs to no room
    assert set(names(browser_of(bob), room, q=beginning)) == found


def test_nobody_suspended_is_found(room: Room, bob: User, alice: User) -> None:
    deactivate(user=User.objects.get(pk=alice.pk))
    assert names(browser_of(bob), room, q="al") == []


def test_at_most_eight_are_found(
    room: Room, bob: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(12):
        join_room(room=room.pk, user=make_user(f"many{number:02}"))
    client = browser_of(bob)
    names(client, room, q="nobody")  # notes that bob is here
    with django_assert_num_queries(6):
        found = names(client, room, q="many")
    assert found == [f"many{number:02}" for number in range(8)]


def test_members_are_shown_to_members_only(room: Room, private_room: Room, carol: User) -> None:
    client = browser_of(carol)
    answers = [
        client.get(f"/rooms/{slug}/people/").status_code
        for slug in (room.slug, private_room.slug, "nowhere")
    ]
    assert answers == [404, 404, 404]
    assert Client().get(f"/rooms/{room.slug}/people/").status_code == 302


# Silence and unread


def test_a_room_is_silenced_and_heard_again(room: Room, bob: User) -> None:
    client = browser_of(bob)
    for said, silenced in (("on", True), ("off", False)):
        answer = client.post(f"/rooms/{room.slug}/silence/", {"silenced": said})
        assert answer["Location"] == f"/rooms/{room.slug}/"
        assert Membership.objects.get(room=room, user=bob).silenced is silenced


def test_messages_wait_again_by_a_form(room: Room, alice: User, bob: User) -> None:
    said = [send_message(room=room.pk, sender=alice, text="Hi") for _ in range(3)]
    mark_read(room=room.pk, user=bob, sequence=said[2].sequence)
    answer = browser_of(bob).post(
        f"/rooms/{room.slug}/unread/", {"sequence": str(said[1].sequence)}
    )
    assert answer["Location"] == "/"
    assert Membership.objects.get(room=room, user=bob).read_sequence == said[0].sequence


@pytest.mark.parametrize(
    ("form", "fields"), [("silence", {"silenced": "on"}), ("unread", {"sequence": "1"})]
)
def test_strangers_find_no_such_forms(
    private_room: Room, carol: User, form: str, fields: dict[str, Any]
) -> None:
    client = browser_of(carol)
    for slug in (private_room.slug, "nowhere"):
        assert client.post(f"/rooms/{slug}/{form}/", fields).status_code == 404
