"""People in the admin."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.models import User
from tests.http.administering import act
from tests.http.browsing import LOGIN, PASSWORD, log_in, make_alice, who

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_limits")]


@pytest.fixture
def alice() -> User:
    return make_alice()


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


def test_the_admin_suspends_people_and_ends_their_sessions(
    client: Client, admin_person: User, alice: User
) -> None:
    browser = Client()
    browser.force_login(alice)
    client.force_login(admin_person)
    act(client, "accounts_user", "suspend", alice, admin_person, reason="Spam")
    assert who(browser) is None
    assert who(client) == "admin"
    act(client, "accounts_user", "reinstate", alice, reason="It was somebody else")
    assert log_in(browser, "alice").status_code == 302
    assert who(browser) == "Alice"
    act(client, "accounts_user", "end_sessions", alice, reason="A lost laptop")
    assert who(browser) is None


def test_staff_below_a_superuser_do_not_become_one(
    client: Client, admin_person: User, alice: User
) -> None:
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
