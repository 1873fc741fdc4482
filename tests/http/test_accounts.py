"""Coming in and going out, as a browser does it."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from asgiref.sync import async_to_sync
from django.contrib.sessions.models import Session
from django.core import mail
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.test import AsyncClient, Client
from django.views.defaults import page_not_found, permission_denied

from accounts.actions.access import deactivate
from accounts.actions.tokens import create_token
from accounts.adapter import AccountAdapter
from accounts.identity import by_session_key
from accounts.models import AuthToken, User
from accounts.signals import access_ended

pytestmark = pytest.mark.django_db
PASSWORD = "a long secret"
LOGIN, LOGOUT, SIGNUP = "/accounts/login/", "/accounts/logout/", "/accounts/signup/"
RESET, CHANGE, EMAIL = "/accounts/password/reset/", "/accounts/password/change/", "/accounts/email/"
NEWCOMER = {"username": "dora", "email": "dora@example.org", "password1": PASSWORD}


@pytest.fixture(autouse=True)
def surroundings(settings: Any) -> None:
    """Limits that work and are fresh, and mail that is kept."""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    from django.core.cache import cache  # the one that these settings make

    cache.clear()


@pytest.fixture
def alice() -> User:
    return User.objects.create_user("Alice", "alice@example.org", PASSWORD)


@pytest.fixture
def heard() -> Iterator[list[dict[str, Any]]]:
    facts: list[dict[str, Any]] = []

    def listen(*, signal: object, sender: object, **told: Any) -> None:
        facts.append(told)

    access_ended.connect(listen)
    yield facts
    access_ended.disconnect(listen)


def log_in(client: Client, login: str, password: str = PASSWORD, **extra: Any) -> Any:
    return client.post(LOGIN, {"login": login, "password": password}, **extra)


def who(client: Client) -> str | None:
    identity = by_session_key(session_key=client.session.session_key or "")
    return identity.user.username if identity else None


def link_in(message: Any) -> str:
    found = re.search(r"http://testserver(\S+)", message.body)
    assert found, message.body
    return found[1]


# --- logging in and out ---


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


# --- registering ---


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
    client.post(EMAIL, {"email": "new@example.org", "action_add": ""})
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


def test_an_address_that_became_anothers_is_not_confirmed(client: Client, alice: User) -> None:
    client.post(SIGNUP, NEWCOMER)
    User.objects.filter(username="dora").update(email="")
    User.objects.filter(pk=alice.pk).update(email="dora@example.org")
    response = client.post(link_in(mail.outbox[0]), follow=True)
    assert response.status_code == 200
    assert "could not be confirmed" in response.content.decode()
    assert not EmailAddress.objects.filter(verified=True).exists()


# --- passwords and addresses ---


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


def test_a_new_address_counts_once_it_is_confirmed(client: Client, alice: User) -> None:
    client.force_login(alice)
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


# --- last seen ---


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


# --- pictures ---


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


# --- how the pages look ---

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


# --- the admin ---


@pytest.fixture
def admin_person() -> User:
    return User.objects.create_superuser("admin", "admin@example.org", PASSWORD)


def test_the_admin_comes_in_by_the_same_door(client: Client, admin_person: User) -> None:
    assert client.get("/admin/login/", follow=True).redirect_chain[-1][0].startswith(LOGIN)
    log_in(client, "admin")
    assert client.get("/admin/accounts/user/?q=adm").status_code == 200


def test_the_admin_makes_and_edits_people_but_writes_no_password_hash(
    client: Client, admin_person: User
) -> None:
    client.force_login(admin_person)
    form = {"username": "dora", "email": "Dora@example.org", "usable_password": "true"}
    client.post("/admin/accounts/user/add/", form | {"password1": PASSWORD, "password2": PASSWORD})
    dora = User.objects.get(username="dora")
    assert dora.email == "dora@example.org"
    page = f"/admin/accounts/user/{dora.pk}/change/"
    smuggled = {"password": "x", "is_active": "", "access_version": "9", "username": "other"}
    client.post(page, {"first_name": "Dora", **smuggled})
    dora.refresh_from_db()
    assert dora.check_password(PASSWORD)
    assert (dora.username, dora.first_name, dora.is_active) == ("dora", "Dora", True)
    assert dora.access_version == 1


def test_the_admin_deactivates_people_and_their_sessions(
    client: Client, admin_person: User, alice: User
) -> None:
    browser = Client()
    browser.force_login(alice)
    client.force_login(admin_person)
    chosen = {"action": "deactivate", "_selected_action": [alice.pk, admin_person.pk]}
    client.post("/admin/accounts/user/", chosen)
    assert who(browser) is None
    assert who(client) == "admin"
    client.post("/admin/accounts/user/", {**chosen, "action": "reactivate"})
    assert log_in(browser, "alice").status_code == 302
    assert who(browser) == "Alice"
    client.post("/admin/accounts/user/", {**chosen, "action": "log_out_everywhere"})
    assert who(browser) is None


def test_staff_below_a_superuser_do_not_become_one(
    client: Client, admin_person: User, alice: User
) -> None:
    from django.contrib.auth.models import Permission

    alice.is_staff = True
    alice.save()
    alice.user_permissions.set(Permission.objects.filter(content_type__app_label="accounts"))
    client.force_login(alice)
    client.post(f"/admin/accounts/user/{alice.pk}/change/", {"is_superuser": "on"})
    new = {"password1": "taken over 7", "password2": "taken over 7"}
    answer = client.post(f"/admin/accounts/user/{admin_person.pk}/password/", new)
    assert answer.status_code == 403
    alice.refresh_from_db()
    admin_person.refresh_from_db()
    assert not alice.is_superuser
    assert admin_person.check_password(PASSWORD)


def test_nobody_is_deleted_in_the_admin(client: Client, admin_person: User, alice: User) -> None:
    client.force_login(admin_person)
    assert client.post(f"/admin/accounts/user/{alice.pk}/delete/").status_code == 403


def test_the_limits_count_by_the_address_of_the_network(rf: Any) -> None:
    request: HttpRequest = rf.get("/", REMOTE_ADDR="192.0.2.7")
    key = AccountAdapter(request)._get_login_attempts_cache_key(request, username="Alice")
    assert key == "192.0.2.7:testserver:alice"
