"""How the pages at the gate look, and the pictures of people."""

import re
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.views.defaults import page_not_found, permission_denied

from accounts.models import User
from tests.http.browsing import (
    CHANGE,
    EMAIL,
    LOGIN,
    LOGOUT,
    RESET,
    SIGNUP,
    make_alice,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_limits")]


@pytest.fixture
def alice() -> User:
    return make_alice()


def test_a_picture_is_the_same_for_ever_and_tells_nothing(client: Client, alice: User) -> None:
    known, unknown = client.get("/people/Alice/avatar.svg"), client.get("/people/bob/avatar.svg")
    assert known["Content-Type"] == unknown["Content-Type"] == "image/svg+xml"
    assert known["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "Cookie" not in known.get("Vary", "")
    assert "Set-Cookie" not in known
    assert known.status_code == unknown.status_code == 200
    assert known.content == client.get("/people/aLICE/avatar.svg").content != unknown.content
    assert b"<script" not in known.content


@pytest.mark.parametrize("name", ["..", "-a", "a b", "a%00", "%3Cscript%3E", "a" * 33])
def test_no_picture_is_drawn_of_what_is_no_name(client: Client, name: str) -> None:
    assert client.get(f"/people/{name}/avatar.svg").status_code == 404


OUTSIDE = [LOGIN, SIGNUP, RESET, f"{RESET}done/", f"{RESET}key/done/", f"{RESET}key/1-x/"]
OUTSIDE += ["/accounts/confirm-email/", "/accounts/confirm-email/x/", "/accounts/inactive/"]
INSIDE = [LOGOUT, CHANGE, EMAIL, "/accounts/reauthenticate/"]


@pytest.mark.parametrize("page", OUTSIDE + INSIDE)
def test_every_page_is_ours_and_has_nothing_inline(
    client: Client, alice: User, page: str, settings: Any
) -> None:
    if page in INSIDE:
        client.force_login(alice)
    response = client.get(page)
    text = response.content.decode()
    assert response.status_code == 200
    assert '<main class="gate-form" id="main"' in text
    assert text.count("<h1>") == 1
    assert not re.search(r"<style|<script(?![^>]* src=)|\sstyle=|\son[a-z]+=", text)
    assert "default-src 'self'" in response["Content-Security-Policy"]


def test_a_person_without_a_password_sets_one(client: Client, alice: User) -> None:
    alice.set_unusable_password()
    alice.save()
    client.force_login(alice)
    response = client.get(CHANGE, follow=True)
    assert "Set a password" in response.content.decode()


@pytest.mark.parametrize(
    ("cookie", "attribute"),
    [("dark", ' data-theme="dark"'), ("light", ' data-theme="light"'), ('"><script>', "")],
)
def test_the_theme_is_the_cookies_if_it_is_one(client: Client, cookie: str, attribute: str) -> None:
    client.cookies["theme"] = cookie
    assert f'<html lang="en"{attribute}>' in client.get(LOGIN).content.decode()


def test_what_is_closed_to_somebody_reads_like_nothing(rf: Any) -> None:
    def page(view: Any) -> str:
        text: str = view(rf.get("/rooms/secret/"), Exception("secret")).content.decode()
        return text

    assert page(permission_denied) == page(page_not_found)
    assert "There is nothing at this address" in page(page_not_found)


def test_the_page_of_a_fault_needs_neither_database_nor_request(
    django_assert_num_queries: Any,
) -> None:
    with django_assert_num_queries(0):
        assert "Something broke on our side" in render_to_string("500.html")


def test_a_form_that_is_too_old_says_so(alice: User) -> None:
    response = Client(enforce_csrf_checks=True).post(LOGIN, {"login": "alice"})
    assert response.status_code == 403
    assert "That form was too old" in response.content.decode()


def test_too_many_forms_are_told_so(client: Client, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"signup": "1/m/ip"}
    client.post(SIGNUP, {})
    response = client.post(SIGNUP, {})
    assert response.status_code == 429
    assert "That was too quick" in response.content.decode()
