"""Coming in and going out, as a browser does it."""

import re
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.test import AsyncClient, Client

from accounts.actions.access import deactivate
from accounts.adapter import AccountAdapter
from accounts.models import User
from accounts.signals import access_ended
from tests.http.browsing import (
    CHANGE,
    LOGIN,
    LOGOUT,
    PASSWORD,
    log_in,
    make_alice,
    who,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_limits")]


@pytest.fixture
def alice() -> User:
    return make_alice()


@pytest.mark.parametrize("login", ["Alice", "ALICE", "alice@example.org", " Alice@Example.org "])
def test_people_come_in_by_name_or_address_in_any_case(
    client: Client, alice: User, login: str
) -> None:
    assert log_in(client, login).status_code == 302
    assert who(client) == "Alice"


def test_a_wrong_name_and_a_wrong_password_are_answered_alike(client: Client, alice: User) -> None:
    def answer(login: str, password: str) -> tuple[int, str]:
        response = log_in(client, login, password)
        text = re.sub(r'value="[^"]*"', "", response.content.decode())
        return response.status_code, text

    wrong_password = answer("alice", "wrong")
    assert "do not match" in wrong_password[1]
    assert answer("nobody", "wrong") == wrong_password
    assert answer("nobody@example.org", "wrong") == wrong_password
    assert answer("alice@example.org", "wrong") == wrong_password


@pytest.mark.parametrize("login", ["alice", "nobody", "alice@example.org", "nobody@example.org"])
def test_a_wrong_password_takes_as_long_whoever_is_named(
    client: Client, alice: User, hashed: list[str], login: str
) -> None:
    hashed.clear()
    log_in(client, login, "wrong")
    assert hashed == ["wrong"]


def test_a_stranger_who_guesses_does_not_lock_the_owner_out(client: Client, alice: User) -> None:
    for _ in range(6):
        log_in(client, "alice", "a guess", REMOTE_ADDR="192.0.2.1")
    locked_out = log_in(client, "alice", REMOTE_ADDR="192.0.2.1")
    assert "Too many attempts" in locked_out.content.decode()
    log_in(client, "alice", REMOTE_ADDR="192.0.2.2")
    assert who(client) == "Alice"


def test_who_is_deactivated_stays_outside(client: Client, alice: User) -> None:
    deactivate(user=alice)
    response = log_in(client, "alice")
    assert response["Location"] == "/accounts/inactive/"
    assert who(client) is None
    assert "closed" in client.get("/accounts/inactive/").content.decode()


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example/", "javascript:x"])
def test_login_leads_to_no_other_site(client: Client, alice: User, target: str) -> None:
    response = client.post(f"{LOGIN}?next={target}", {"login": "alice", "password": PASSWORD})
    assert response["Location"] == "/"


def test_login_leads_back_to_where_it_was_asked(client: Client, alice: User) -> None:
    page = client.get(f"{LOGIN}?next=/rooms/tea/").content.decode()
    assert '<input type="hidden" name="next" value="/rooms/tea/">' in page
    form = {"login": "alice", "password": PASSWORD, "next": "/rooms/tea/"}
    assert client.post(LOGIN, form)["Location"] == "/rooms/tea/"


def test_only_who_asks_for_it_stays_signed_in(client: Client, alice: User) -> None:
    log_in(client, "alice")
    assert client.session.get_expire_at_browser_close()
    client.logout()
    client.post(LOGIN, {"login": "alice", "password": PASSWORD, "remember": "on"})
    assert not client.session.get_expire_at_browser_close()


def test_looking_at_the_logout_page_logs_nobody_out(client: Client, alice: User) -> None:
    client.force_login(alice)
    assert client.get(LOGOUT).status_code == 200
    assert who(client) == "Alice"


@pytest.mark.django_db(transaction=True)
def test_logout_names_the_session_once_it_is_gone(
    client: Client, alice: User, heard: list[dict[str, Any]]
) -> None:
    elsewhere = Client()
    elsewhere.force_login(alice)
    client.force_login(alice)
    session_key = client.session.session_key
    there_when_told: list[bool] = []

    def look(**_: Any) -> None:
        there_when_told.append(Session.objects.filter(session_key=session_key).exists())

    access_ended.connect(look)
    client.post(LOGOUT)
    access_ended.disconnect(look)
    assert [(f["user_id"], f["session_key"], f["reason"]) for f in heard] == [
        (alice.pk, session_key, "logged_out")
    ]
    assert there_when_told == [False]
    assert who(elsewhere) == "Alice"


def test_the_limits_count_by_the_address_of_the_network(rf: Any) -> None:
    request: HttpRequest = rf.get("/", REMOTE_ADDR="192.0.2.7")
    key = AccountAdapter(request)._get_login_attempts_cache_key(request, username="Alice")
    assert key == "192.0.2.7:testserver:alice"


def test_a_page_notes_that_its_reader_was_seen(
    client: Client, alice: User, django_assert_num_queries: Any
) -> None:
    client.force_login(alice)
    client.get(CHANGE)
    alice.refresh_from_db()
    assert alice.last_seen is not None
    with django_assert_num_queries(2):  # the session and the person
        client.get(CHANGE)


def test_a_page_that_asks_for_nobody_notes_nobody(
    client: Client, alice: User, django_assert_num_queries: Any
) -> None:
    client.force_login(alice)
    with django_assert_num_queries(0):
        client.get("/people/alice/avatar.svg")


def test_pages_answered_asynchronously_note_it_too(async_client: AsyncClient, alice: User) -> None:
    async_client.force_login(alice)
    async_to_sync(async_client.get)(CHANGE)
    alice.refresh_from_db()
    assert alice.last_seen is not None
