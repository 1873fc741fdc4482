"""Messages over HTTP: by the same actions as on the socket."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import User
from chat.actions.messages import delete_message, edit_message, send_message
from chat.models import Message, Room, RoomHead
from tests.api.conftest import Caller
from tests.api.test_rooms import place, refusal

pytestmark = pytest.mark.django_db


def say(room: Room, user: User, *texts: str) -> list[Message]:
    return [send_message(room=room.pk, sender=user, text=text) for text in texts]


def texts(page: dict[str, Any]) -> list[str]:
    return [item["message"] for item in page["items"] if item["kind"] == "text"]


def test_what_is_said_is_answered_as_on_the_wire(calls: Caller, alice: User, room: Room) -> None:
    client = calls(alice)
    body = {"message": " Tea?\n", "client_id": "one"}
    said = client.post(place(room, "messages/"), body, format="json")
    assert said.status_code == 201
    message = said.json()
    assert (message["message"], message["username"], message["kind"]) == (
        " Tea?\n",
        "alice",
        "text",
    )
    assert said["Location"].endswith(f"/messages/{message['message_id']}/")
    assert client.get(said["Location"]).json() == message


def test_a_retry_stores_nothing_twice(calls: Caller, alice: User, room: Room) -> None:
    client = calls(alice)
    body = {"message": "Tea?", "client_id": "one"}
    first, again = (client.post(place(room, "messages/"), body, format="json") for _ in range(2))
    assert first.json() == again.json()
    other = client.post(place(room, "messages/"), {**body, "message": "Coffee?"}, format="json")
    assert refusal(other) == (409, "conflict")
    assert Message.objects.filter(text__endswith="?").count() == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "message"),
        ({"message": "  "}, "message"),
        ({"message": "x" * 4001}, "message"),
        ({"message": "a\0b"}, "message"),
        ({"message": 7.5, "client_id": ""}, "client_id"),
        ({"message": "x", "client_id": "a b"}, "client_id"),
        ({"message": "x", "client_id": "x" * 65}, "client_id"),
        ({"message": "x", "reply_to": 0}, "reply_to"),
        ({"message": "x", "reply_to": 2**63}, "reply_to"),
        ({"message": "x", "reply_to": 12345}, "reply_to"),
    ],
)
def test_what_is_wrong_with_a_message_is_named(
    calls: Caller, alice: User, room: Room, body: dict[str, Any], field: str
) -> None:
    response = calls(alice).post(place(room, "messages/"), body, format="json")
    assert response.status_code == 400
    assert list(response.json()["fields"]) == [field]


def test_nobody_speaks_as_somebody_else(calls: Caller, alice: User, bob: User, room: Room) -> None:
    body = {"message": "I", "username": "bob", "sender": bob.pk, "sequence": 999, "kind": "system"}
    said = calls(alice).post(place(room, "messages/"), body, format="json").json()
    assert (said["username"], said["kind"]) == ("alice", "text")
    assert said["sequence"] < 999


def test_a_room_is_read_by_place_in_both_directions(calls: Caller, alice: User, room: Room) -> None:
    say(room, alice, *"abcdefgh")
    client = calls(alice)
    newest = client.get(place(room, "messages/"), {"limit": 3}).json()
    assert texts(newest) == ["f", "g", "h"]
    assert newest["next"] is None
    earlier = client.get(newest["previous"]).json()
    assert texts(earlier) == ["c", "d", "e"]
    later = client.get(earlier["next"]).json()
    assert later["items"] == newest["items"]
    first = client.get(place(room, "messages/"), {"after": 0, "limit": 2}).json()
    assert first["previous"] is None
    assert first["next"] is not None


@pytest.mark.parametrize(
    "query",
    [{"before": 1, "after": 1}, {"limit": 0}, {"limit": 101}, {"before": "x"}, {"after": 2**63}],
)
def test_a_place_that_cannot_be_is_refused(
    calls: Caller, alice: User, room: Room, query: dict[str, Any]
) -> None:
    assert refusal(calls(alice).get(place(room, "messages/"), query)) == (400, "invalid")


def test_what_has_not_changed_is_not_read_again(
    calls: Caller, alice: User, room: Room, django_assert_max_num_queries: Any
) -> None:
    client = calls(alice)
    first = client.get(place(room, "messages/"))
    with django_assert_max_num_queries(4):  # the token, the room, its head, the membership
        again = client.get(place(room, "messages/"), HTTP_IF_NONE_MATCH=first["ETag"])
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    say(room, alice, "news")
    fresh = client.get(place(room, "messages/"), HTTP_IF_NONE_MATCH=first["ETag"])
    assert (fresh.status_code, texts(fresh.json())) == (200, ["news"])


def test_a_page_costs_the_same_whatever_its_length(
    calls: Caller,
    alice: User,
    bob: User,
    room: Room,
    django_assert_num_queries: Any,
    django_assert_max_num_queries: Any,
) -> None:
    client = calls(alice)
    say(room, bob, "one")
    client.get(place(room, "messages/"))
    with django_assert_max_num_queries(9) as few:
        client.get(place(room, "messages/"))
    for number in range(10):
        say(room, (alice, bob)[number % 2], f"{number}")
    with django_assert_num_queries(len(few)):
        client.get(place(room, "messages/"))


def test_senders_edit_and_delete_their_own(
    calls: Caller, alice: User, bob: User, room: Room
) -> None:
    [message] = say(room, bob, "Te")
    address = place(room, f"messages/{message.pk}/")
    sender, owner = calls(bob), calls(alice)
    changed = sender.patch(address, {"message": "Tea"}, format="json").json()
    assert (changed["message"], changed["edited"]) == ("Tea", True)
    assert refusal(owner.patch(address, {"message": "Mine"}, format="json")) == (403, "not_allowed")
    stale = {"message": "Tee", "base_sequence": message.sequence}
    assert refusal(sender.patch(address, stale, format="json")) == (409, "conflict")
    assert owner.delete(f"{address}?reason=rude").status_code == 204
    assert owner.get(address).json()["deleted"] is True
    assert refusal(sender.patch(address, {"message": "x"}, format="json")) == (409, "conflict")


def test_a_message_of_another_room_is_not_here(
    calls: Caller, alice: User, room: Room, private_room: Room
) -> None:
    [message] = say(private_room, alice, "secret")
    address = place(room, f"messages/{message.pk}/")
    client = calls(alice)
    for answer in (
        client.get(address),
        client.patch(address, {"message": "x"}, format="json"),
        client.delete(address),
    ):
        assert refusal(answer) == (404, "not_found")


def test_changes_lead_from_where_one_stands_to_the_head(
    calls: Caller, alice: User, room: Room
) -> None:
    first, second = say(room, alice, "one", "two")
    head = RoomHead.objects.get(pk=room.pk)
    edit_message(room=room.pk, user=alice, message_id=first.pk, text="uno")
    delete_message(room=room.pk, user=alice, message_id=second.pk)
    say(room, alice, "three")
    client = calls(alice)
    standing: dict[str, Any] = {"after": head.last_sequence, "epoch": head.epoch}
    changed = client.get(place(room, "changes/"), standing).json()
    assert [item["message"] for item in changed["items"]] == ["uno", "", "three"]
    assert (changed["sequence"], changed["more"], changed["reset"]) == (
        head.last_sequence + 3,
        False,
        False,
    )
    afresh = client.get(place(room, "changes/"), {**standing, "epoch": "another"}).json()
    assert (afresh["reset"], texts(afresh)) == (True, ["uno", "", "three"])
    assert refusal(client.get(place(room, "changes/"))) == (400, "invalid")


def test_changes_come_in_pages(calls: Caller, alice: User, room: Room, settings: Any) -> None:
    settings.CHAT_CHANGE_PAGE = 2
    head = RoomHead.objects.get(pk=room.pk)
    say(room, alice, "one", "two", "three")
    client = calls(alice)
    standing: dict[str, Any] = {"after": head.last_sequence, "epoch": head.epoch}
    page = client.get(place(room, "changes/"), standing).json()
    assert (texts(page), page["more"]) == (["one", "two"], True)
    rest = client.get(place(room, "changes/"), {**standing, "after": page["sequence"]}).json()
    assert (texts(rest), rest["more"]) == (["three"], False)


def test_a_text_that_was_changed_meanwhile_is_told_as_that(
    calls: Caller, alice: User, room: Room
) -> None:
    said = send_message(room=room.pk, sender=alice, text="Tea")
    stale = {"message": "Coffee", "base_sequence": said.sequence - 1}
    address = place(room, f"messages/{said.pk}/")
    answer = calls(alice).patch(address, stale, format="json")
    assert refusal(answer) == (409, "conflict")
    assert answer.json()["fields"] == {"base_sequence": ["This text was changed meanwhile."]}


def test_how_long_a_message_may_be_is_told(
    calls: Caller, alice: User, room: Room, settings: Any
) -> None:
    settings.CHAT_TEXT_LIMIT = 3
    answer = calls(alice).post(place(room, "messages/"), {"message": "long"}, format="json")
    assert refusal(answer) == (400, "message_too_long")
    assert "3 characters" in answer.json()["message"]
