"""`/api/sessions/`."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.actions.tokens import create_token
from accounts.models import Login, User
from tests.api.conftest import Caller
from tests.http.browsing import PASSWORD, log_in, make_alice, who

pytestmark = pytest.mark.django_db
SESSIONS = "/api/sessions/"


@pytest.fixture
def alice() -> User:
    return make_alice()


def browser(user_agent: str = "Firefox/140.0 Windows") -> Client:
    client = Client(HTTP_USER_AGENT=user_agent, REMOTE_ADDR="192.0.2.1")
    log_in(client, "alice")
    return client


def test_a_program_lists_the_browsers_of_its_owner(alice: User, calls: Caller) -> None:
    browser()
    [item] = calls(alice).get(SESSIONS).json()["items"]
    login = Login.objects.get()
    assert item.pop("created") <= item.pop("last_used")
    assert item == {
        "id": login.pk,
        "device": "Firefox on Windows",
        "address": "192.0.2.1",
        "current": False,
    }


def test_a_browser_sees_which_one_it_is(alice: User) -> None:
    browser()
    here = browser("Safari/1 iPhone")
    items = here.get(SESSIONS).json()["items"]
    assert [(item["device"], item["current"]) for item in items] == [
        ("Safari on iPhone", True),
        ("Firefox on Windows", False),
    ]


def test_one_session_is_ended(alice: User, calls: Caller) -> None:
    laptop, phone = browser(), browser()
    login = Login.objects.get(session_key=phone.session.session_key)
    api = calls(alice)
    assert api.delete(f"{SESSIONS}{login.pk}/").status_code == 204
    assert (who(laptop), who(phone)) == ("Alice", None)
    assert api.delete(f"{SESSIONS}{login.pk}/").status_code == 404


def test_all_but_the_present_one_are_ended(alice: User, calls: Caller) -> None:
    phone, laptop = browser(), browser()
    assert laptop.delete(SESSIONS).status_code == 204
    assert (who(laptop), who(phone)) == ("Alice", None)
    assert calls(alice).delete(SESSIONS).status_code == 204
    assert who(laptop) is None


def test_anothers_session_is_none(alice: User, calls: Caller) -> None:
    phone = browser()
    bob = User.objects.create_user("bob", password=PASSWORD)
    assert calls(bob).get(SESSIONS).json()["items"] == []
    assert calls(bob).delete(f"{SESSIONS}{Login.objects.get().pk}/").status_code == 404
    assert calls(bob).delete(SESSIONS).status_code == 204
    assert who(phone) == "Alice"


def test_nobody_lists_anything_without_a_login(client: Client) -> None:
    assert client.get(SESSIONS).status_code == 401
    assert client.delete(SESSIONS).status_code == 401


def test_ending_from_a_page_of_another_site_is_refused(alice: User) -> None:
    here = Client(enforce_csrf_checks=True)
    here.force_login(alice)
    assert here.delete(SESSIONS).status_code == 403


def test_a_token_says_its_name_and_when_it_was_used(alice: User, client: Client) -> None:
    form = {"username": "alice", "password": PASSWORD, "name": "build server"}
    made: Any = client.post("/api/tokens/", form, content_type="application/json").json()
    bearer: dict[str, Any] = {"HTTP_AUTHORIZATION": f"Bearer {made['token']}"}
    client.get("/api/rooms/", **bearer)
    [item] = client.get("/api/tokens/", **bearer).json()["items"]
    assert item["name"] == "build server"
    assert item["last_used"] is not None


def test_a_rotated_token_keeps_its_name(alice: User, client: Client) -> None:
    _row, token = create_token(user=alice, name="build server")
    bearer: dict[str, Any] = {"HTTP_AUTHORIZATION": f"Bearer {token}"}
    fresh = client.post("/api/tokens/rotate/", **bearer).json()["token"]
    [item] = client.get("/api/tokens/", HTTP_AUTHORIZATION=f"Bearer {fresh}").json()["items"]
    assert item["name"] == "build server"
