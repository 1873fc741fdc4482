"""Where one is logged in, as one sees it oneself, and how it ends there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from accounts.actions.tokens import create_token
from accounts.devices import device_in_words
from accounts.identity import by_token
from accounts.models import AuthToken, Login, User
from tests.http.browsing import (
    CHANGE,
    PASSWORD,
    log_in,
    make_alice,
    say_the_password_again,
    who,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_limits")]
SESSIONS, SETTINGS = "/accounts/sessions/", "/accounts/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15"
    " (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1"
)
EDGE = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36"
    " (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0"
)


@pytest.fixture
def alice() -> User:
    return make_alice()


def browser(user_agent: str = FIREFOX, address: str = "192.0.2.1") -> Client:
    """A browser in which alice has just logged in."""
    client = Client(HTTP_USER_AGENT=user_agent, REMOTE_ADDR=address)
    log_in(client, "alice")
    return client


def page(client: Client, at: str = SESSIONS) -> str:
    return client.get(at).content.decode()


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (FIREFOX, "Firefox on Linux"),
        (IPHONE, "Safari on iPhone"),
        (EDGE, "Edge on Windows"),
        ("curl/8.0", "A program that does not say which"),
        ("Windows", "Windows"),
        ("", "A program that does not say which"),
    ],
)
def test_a_browser_is_said_in_words(user_agent: str, words: str) -> None:
    assert device_in_words(user_agent) == words


@pytest.mark.both_databases
def test_one_sees_every_browser_and_which_of_them_is_this(alice: User) -> None:
    laptop = browser()
    browser(IPHONE, "2001:db8::1")
    shown = page(laptop)
    for words in ("Firefox on Linux", "Safari on iPhone", "192.0.2.1", "2001:db8::1"):
        assert words in shown
    assert shown.count("this browser") == 1
    assert shown.index("this browser") > shown.index("Firefox on Linux")


def test_nobody_sees_anothers_sessions(alice: User) -> None:
    User.objects.create_user("bob", password=PASSWORD)
    browser(IPHONE)
    bobs = Client(HTTP_USER_AGENT=EDGE)
    log_in(bobs, "bob")
    shown = page(bobs)
    assert "Edge on Windows" in shown
    assert "iPhone" not in shown


def test_what_a_browser_says_of_itself_is_no_markup(alice: User) -> None:
    client = browser("<script>alert(1)</script>\0" + "x" * 1000)
    assert client.get(SESSIONS).status_code == 200
    assert "alert(1)" not in page(client)
    assert len(Login.objects.get().user_agent) == 300


@pytest.mark.both_databases
def test_ending_a_session_ends_that_one_alone_and_says_so(
    alice: User, heard: list[dict[str, Any]], django_capture_on_commit_callbacks: Any
) -> None:
    laptop, phone, tablet = browser(), browser(IPHONE), browser(EDGE)
    key = phone.session.session_key
    login = Login.objects.get(session_key=key)
    with django_capture_on_commit_callbacks(execute=True):
        answer = laptop.post(f"{SESSIONS}{login.pk}/end/", follow=True)
    assert "That session has ended." in answer.content.decode()
    assert (who(laptop), who(phone), who(tablet)) == ("Alice", None, "Alice")
    assert [(f["session_key"], f["reason"]) for f in heard] == [(key, "logged_out")]
    assert "iPhone" not in page(laptop)


@pytest.mark.both_databases
def test_ending_all_others_keeps_this_browser_and_the_tokens(
    alice: User, heard: list[dict[str, Any]], django_capture_on_commit_callbacks: Any
) -> None:
    laptop, phone, tablet = browser(), browser(IPHONE), browser(EDGE)
    _row, token = create_token(user=alice)
    others = {each.session.session_key for each in (phone, tablet)}
    with django_capture_on_commit_callbacks(execute=True):
        answer = laptop.post(f"{SESSIONS}end/", follow=True)
    assert "2 other sessions have ended." in answer.content.decode()
    assert (who(laptop), who(phone), who(tablet)) == ("Alice", None, None)
    assert {f["session_key"] for f in heard} == others
    assert by_token(token=token) is not None


def test_nobody_ends_anothers_session(alice: User) -> None:
    phone = browser(IPHONE)
    User.objects.create_user("bob", password=PASSWORD)
    bobs = Client()
    log_in(bobs, "bob")
    login = Login.objects.get(user=alice)
    bobs.post(f"{SESSIONS}{login.pk}/end/")
    bobs.post(f"{SESSIONS}end/")
    assert who(phone) == "Alice"


@pytest.mark.parametrize(
    "at", [f"{SESSIONS}1/end/", f"{SESSIONS}end/", "/accounts/tokens/parley_a/revoke/"]
)
def test_nothing_ends_by_looking(alice: User, at: str) -> None:
    assert browser().get(at).status_code == 405


def test_a_session_that_ended_or_expired_is_not_listed(alice: User) -> None:
    laptop, phone, tablet = browser(), browser(IPHONE), browser(EDGE)
    phone.logout()
    past = timezone.now() - timedelta(seconds=1)
    Session.objects.filter(session_key=tablet.session.session_key).update(expire_date=past)
    shown = page(laptop)
    assert "Firefox" in shown
    assert "iPhone" not in shown
    assert "Edge" not in shown
    browser()  # a new login clears up
    assert Login.objects.filter(user=alice).count() == 2


def test_after_a_new_password_only_this_browser_is_listed(alice: User) -> None:
    laptop, _phone = browser(), browser(IPHONE)
    new = "another long secret"
    laptop.post(CHANGE, {"oldpassword": PASSWORD, "password1": new, "password2": new})
    shown = page(laptop)
    assert "this browser" in shown
    assert "iPhone" not in shown


@pytest.mark.both_databases
def test_a_session_is_noted_at_most_once_a_minute(
    alice: User, django_assert_num_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    laptop = browser()
    with django_assert_num_queries(2):  # the session and the person
        laptop.get(CHANGE)
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now)
    Login.objects.update(last_used=now - timedelta(seconds=59))
    monkeypatch.setattr("accounts.middleware.noted.lately", lambda _login: False)  # another process
    laptop.get(CHANGE)
    assert Login.objects.get().last_used == now - timedelta(seconds=59)
    Login.objects.update(last_used=now - timedelta(seconds=61))
    laptop.get(CHANGE)
    assert Login.objects.get().last_used == now


def test_who_asks_only_by_the_api_is_noted_too(alice: User) -> None:
    _row, token = create_token(user=alice)
    Client().get("/api/rooms/", HTTP_AUTHORIZATION=f"Bearer {token}")
    assert AuthToken.objects.get().last_used is not None
    assert not Login.objects.exists()


# --- tokens ---


def proven() -> Client:
    """A browser in which alice has just given her password once more."""
    client = browser()
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


def test_a_token_is_made_and_shown_once(alice: User) -> None:
    laptop = proven()
    made = laptop.post("/accounts/tokens/new/", {"name": "build server"})
    token = made.content.decode().partition('value="parley_')[2].partition('"')[0]
    identity = by_token(token=f"parley_{token}")
    assert identity is not None
    assert identity.user == alice
    assert "no-store" in made["Cache-Control"]
    shown = page(laptop)
    assert "build server" in shown
    assert token not in shown


def test_a_token_wants_a_name_and_the_password_once_more(alice: User) -> None:
    assert proven().post("/accounts/tokens/new/", {"name": " "}).status_code == 400
    answer = browser().post("/accounts/tokens/new/", {"name": "mine"})
    assert answer["Location"].startswith("/accounts/reauthenticate/")
    assert not AuthToken.objects.exists()


def test_a_token_is_revoked_by_its_owner_alone(alice: User) -> None:
    bob = User.objects.create_user("bob", password=PASSWORD)
    (hers, mine), (his, theirs) = create_token(user=alice), create_token(user=bob)
    laptop = browser()
    for row in (hers, his):
        laptop.post(f"/accounts/tokens/{row.token_key}/revoke/")
    assert by_token(token=mine) is None
    assert by_token(token=theirs) is not None


# --- all settings on one page ---


def test_the_settings_lead_everywhere_and_say_what_is_set(alice: User) -> None:
    laptop = browser()
    browser(IPHONE)
    create_token(user=alice)
    shown = page(laptop, SETTINGS)
    for words in ("alice@example.org", "Signed in with 2 browsers.", "1 API token."):
        assert words in shown
    for at in ("profile/", "email/", "password/change/", "sessions/"):
        assert f'href="{SETTINGS}{at}"' in shown
        assert laptop.get(f"{SETTINGS}{at}").status_code == 200


def test_an_address_that_waits_for_its_link_is_said(alice: User) -> None:
    laptop = browser()
    say_the_password_again(laptop)
    laptop.post("/accounts/email/", {"email": "new@example.org", "action_add": ""})
    shown = page(laptop, SETTINGS)
    assert "not confirmed" in shown
    assert "new@example.org takes over from alice@example.org" in shown


@pytest.mark.both_databases
def test_the_lists_cost_the_same_however_long_they_are(
    alice: User, django_assert_num_queries: Any
) -> None:
    laptop = browser()
    laptop.get(SESSIONS)
    for _ in range(5):
        browser(IPHONE)
        create_token(user=alice)
    # Session, person; logins, tokens; the rooms and notifications beside them.
    with django_assert_num_queries(6):
        laptop.get(SESSIONS)
    with django_assert_num_queries(7):
        laptop.get(SETTINGS)
