"""Making an account, and its password and address."""

import re
import time
from datetime import datetime, timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core import mail
from django.test import Client

from accounts.actions.tokens import create_token
from accounts.adapter import AccountAdapter
from accounts.models import AuthToken, User
from tests.http.browsing import (
    CHANGE,
    EMAIL,
    PASSWORD,
    RESET,
    SIGNUP,
    link_in,
    log_in,
    make_alice,
    say_the_password_again,
    who,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_limits")]
NEWCOMER = {"username": "dora", "email": "dora@example.org", "password1": PASSWORD}


@pytest.fixture
def alice() -> User:
    return make_alice()


def test_who_registers_confirms_the_address_and_is_in(client: Client) -> None:
    response = client.post(SIGNUP, NEWCOMER)
    assert response["Location"] == "/accounts/confirm-email/"
    assert who(client) is None
    confirm = link_in(mail.outbox[0])
    assert "Confirm it" in client.get(confirm).content.decode()
    client.post(confirm)
    assert who(client) == "dora"
    assert "any more" in client.get(confirm).content.decode()


def test_who_did_not_confirm_does_not_come_in(client: Client) -> None:
    client.post(SIGNUP, NEWCOMER)
    later = Client()
    assert log_in(later, "dora")["Location"] == "/accounts/confirm-email/"
    assert who(later) is None


def test_whom_an_operator_made_is_not_locked_out_by_a_new_address(
    client: Client, alice: User
) -> None:
    log_in(client, "alice")
    say_the_password_again(client)
    client.post(EMAIL, {"email": "new@example.org", "action_add": ""})
    assert len(mail.outbox) == 1
    later = Client()
    log_in(later, "alice")
    assert who(later) == "Alice"


def test_registration_does_not_tell_which_addresses_have_an_account(
    client: Client, alice: User
) -> None:
    def answer(form: dict[str, str]) -> tuple[int, str, str]:
        browser = Client()
        first = browser.post(SIGNUP, form)
        page = browser.get(first["Location"]).content.decode()
        return first.status_code, first["Location"], page

    fresh = answer(NEWCOMER)
    taken = answer({**NEWCOMER, "username": "eve", "email": "ALICE@example.org"})
    assert taken == fresh
    assert not User.objects.filter(username="eve").exists()
    assert mail.outbox[1].to == ["alice@example.org"]
    assert "already" in mail.outbox[1].subject


@pytest.mark.parametrize("email", ["dora@example.org", "alice@example.org"])
def test_registering_takes_as_long_whether_or_not_the_address_has_an_account(
    client: Client, alice: User, hashed: list[str], email: str
) -> None:
    hashed.clear()
    client.post(SIGNUP, {**NEWCOMER, "email": email})
    assert hashed == [PASSWORD]


def test_a_new_address_does_not_tell_whether_somebody_has_it(client: Client, alice: User) -> None:
    def answer(address: str) -> str:
        bob = User.objects.create_user(address[:3], f"{address[:3]}@example.org", PASSWORD)
        client.force_login(bob)
        say_the_password_again(client)
        page = client.post(EMAIL, {"email": address, "action_add": ""}, follow=True)
        said = page.content.decode().split("<main")[1]
        return re.sub(r'value="[^"]*"', "", said).replace(address, "…").replace(bob.username, "…")

    taken = answer("alice@example.org")
    assert "is on its way" in taken
    assert taken == answer("fresh@example.org")


@pytest.mark.parametrize("name", ["ALICE", "al ice", "../x", "é", ".", "a" * 33])
def test_a_name_that_cannot_be_had_is_told_at_its_field(
    client: Client, alice: User, name: str
) -> None:
    response = client.post(SIGNUP, {**NEWCOMER, "username": name})
    assert response.status_code == 200
    page = response.content.decode()
    assert 'aria-invalid="true"' in page
    assert 'id="id_username_error"' in page
    assert 'value="dora@example.org"' in page
    assert User.objects.count() == 1


@pytest.mark.both_databases
def test_the_second_of_two_who_take_a_name_at_once_is_told(
    client: Client, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    checks: list[str] = []
    check = AccountAdapter.clean_username

    def too_early(self: AccountAdapter, username: str, shallow: bool = False) -> str:
        checks.append(username)
        return username if len(checks) == 1 else check(self, username, shallow)

    monkeypatch.setattr(AccountAdapter, "clean_username", too_early)
    response = client.post(SIGNUP, {**NEWCOMER, "username": "alice"})
    assert response.status_code == 200
    assert "That username is taken." in response.content.decode()


@pytest.mark.both_databases
def test_an_address_that_became_anothers_is_not_confirmed(client: Client, alice: User) -> None:
    client.post(SIGNUP, NEWCOMER)
    User.objects.filter(username="dora").update(email="")
    User.objects.filter(pk=alice.pk).update(email="dora@example.org")
    response = client.post(link_in(mail.outbox[0]), follow=True)
    assert response.status_code == 200
    assert "could not be confirmed" in response.content.decode()
    assert not EmailAddress.objects.filter(verified=True).exists()


def test_a_changed_password_keeps_this_browser_and_ends_the_rest(
    client: Client,
    alice: User,
    heard: list[dict[str, Any]],
    django_capture_on_commit_callbacks: Any,
) -> None:
    elsewhere = Client()
    elsewhere.force_login(alice)
    client.force_login(alice)
    create_token(user=alice)
    new = "another long secret"
    with django_capture_on_commit_callbacks(execute=True):
        form = {"oldpassword": PASSWORD, "password1": new, "password2": new}
        assert client.post(CHANGE, form).status_code == 302
    assert (who(client), who(elsewhere)) == ("Alice", None)
    assert not AuthToken.objects.exists()
    assert [(f["session_key"], f["reason"]) for f in heard] == [(None, "password_changed")]
    assert "was changed" in mail.outbox[0].subject


def test_a_mail_about_a_change_says_when_and_by_which_device_and_quotes_no_browser(
    client: Client, alice: User
) -> None:
    client.force_login(alice)
    new = "another long secret"
    form = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    browser = {"user-agent": "Firefox/9 (Windows) Look at https://evil.example"}
    client.post(CHANGE, form, headers=browser)
    said = str(mail.outbox[0].body)
    assert re.search(
        r"on \d+ \w+ \d{4} at \d\d:\d\d UTC from 127.0.0.1 \(Firefox on Windows\)", said
    )
    assert "evil" not in said


def test_a_new_password_by_mail_works_once_and_ends_everything(client: Client, alice: User) -> None:
    elsewhere = Client()
    elsewhere.force_login(alice)
    client.post(RESET, {"email": "Alice@example.org"})
    link = link_in(mail.outbox[0])
    form_at = client.get(link)["Location"]
    new = "another long secret"
    done = client.post(form_at, {"password1": new, "password2": new})
    assert done["Location"] == "/accounts/password/reset/key/done/"
    assert client.get(done["Location"]).status_code == 200
    assert who(elsewhere) is None
    assert "any more" in Client().get(link, follow=True).content.decode()
    log_in(client, "alice", new)
    assert who(client) == "Alice"


@pytest.mark.parametrize(("days", "works"), [(2.9, True), (3.1, False)])
def test_a_link_to_a_new_password_works_for_three_days(
    client: Client, alice: User, monkeypatch: pytest.MonkeyPatch, days: float, works: bool
) -> None:
    client.post(RESET, {"email": "alice@example.org"})
    assert "within 3 days" in str(mail.outbox[0].body)
    then = datetime.now() + timedelta(days=days)
    monkeypatch.setattr(PasswordResetTokenGenerator, "_now", lambda _self: then)
    page = client.get(link_in(mail.outbox[0]), follow=True)
    assert ("any more" not in page.content.decode()) == works
    new = "another long secret"
    client.post(page.request["PATH_INFO"], {"password1": new, "password2": new})
    alice.refresh_from_db()
    assert alice.check_password(new) == works


@pytest.mark.parametrize(("days", "works"), [(2.9, True), (3.1, False)])
def test_a_link_that_confirms_works_for_three_days(
    client: Client, monkeypatch: pytest.MonkeyPatch, days: float, works: bool
) -> None:
    client.post(SIGNUP, NEWCOMER)
    assert "within 3 days" in str(mail.outbox[0].body)
    then = time.time() + days * 24 * 3600
    with monkeypatch.context() as later:
        later.setattr(time, "time", lambda: then)
        client.post(link_in(mail.outbox[0]))
    assert EmailAddress.objects.filter(verified=True).exists() == works


def test_asking_for_a_new_password_does_not_tell_who_has_an_account(
    client: Client, alice: User
) -> None:
    def answer(address: str) -> tuple[int, str]:
        response = client.post(RESET, {"email": address})
        return response.status_code, response["Location"]

    assert answer("alice@example.org") == answer("nobody@example.org")
    assert [message.to for message in mail.outbox] == [
        ["alice@example.org"],
        ["nobody@example.org"],
    ]


def test_who_finds_a_browser_open_takes_no_address_over(client: Client, alice: User) -> None:
    log_in(client, "alice")
    change = {"email": "thief@example.org", "action_add": ""}
    asked = client.post(EMAIL, change)
    assert asked["Location"].startswith("/accounts/reauthenticate/")
    guess = client.post(asked["Location"], {"password": "a guess"})
    assert "This is not your password." in guess.content.decode()
    assert (mail.outbox, EmailAddress.objects.filter(email="thief@example.org").exists()) == (
        [],
        False,
    )
    # With the password, what was sent is done.
    client.post(asked["Location"], {"password": PASSWORD, "next": EMAIL})
    assert mail.outbox[0].to == ["thief@example.org"]


def test_a_new_address_counts_once_it_is_confirmed(client: Client, alice: User) -> None:
    client.force_login(alice)
    say_the_password_again(client)
    client.post(EMAIL, {"email": "new@example.org", "action_add": ""})
    page = client.get(EMAIL).content.decode()
    assert "not confirmed" in page
    assert "<b>alice@example.org</b>" in page
    alice.refresh_from_db()
    assert alice.email == "alice@example.org"
    client.post(link_in(mail.outbox[0]))
    alice.refresh_from_db()
    assert alice.email == "new@example.org"
    assert "was changed" in mail.outbox[1].subject
