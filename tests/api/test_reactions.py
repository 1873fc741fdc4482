"""Reactions and pins over HTTP."""

from __future__ import annotations

import pytest

from accounts.models import User
from chat.models import Room
from tests.api.conftest import Caller
from tests.api.test_messages import say
from tests.api.test_rooms import place, refusal

pytestmark = pytest.mark.django_db


def test_a_member_reacts_and_takes_it_back(
    calls: Caller, alice: User, bob: User, room: Room
) -> None:
    [message] = say(room, alice, "Tea?")
    address = place(room, f"messages/{message.pk}/reactions/")
    client = calls(bob)
    meant = client.put(address, {"emoji": "👍", "on": True}, format="json").json()
    assert meant["reactions"] == [{"emoji": "👍", "count": 1, "usernames": ["bob"]}]
    again = client.put(address, {"emoji": "👍", "on": True}, format="json").json()
    assert again == meant
    back = client.put(address, {"emoji": "👍", "on": False}, format="json").json()
    assert "reactions" not in back
    assert client.put(address, {"emoji": "tea", "on": True}, format="json").status_code == 400
    assert client.put(address, {"emoji": "👍"}, format="json").status_code == 400


def test_owners_pin_and_members_do_not(calls: Caller, alice: User, bob: User, room: Room) -> None:
    [message] = say(room, alice, "Read this")
    address = place(room, f"messages/{message.pk}/pin/")
    assert calls(alice).put(address, {"on": True}, format="json").json()["pinned"] is True
    assert refusal(calls(bob).put(address, {"on": False}, format="json")) == (403, "not_allowed")
    assert "pinned" not in calls(alice).put(address, {"on": False}, format="json").json()


def test_a_message_elsewhere_is_not_here(calls: Caller, alice: User, room: Room) -> None:
    for act in ("reactions/", "pin/"):
        answer = calls(alice).put(place(room, f"messages/999/{act}"), {}, format="json")
        assert refusal(answer) == (404, "not_found")
