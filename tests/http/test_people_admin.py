"""People in the admin."""

import pytest
from django.contrib.auth.models import Permission
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.actions.roles import give_role
from accounts.models import Mail, User
from accounts.queries.addresses import address_to_confirm
from chat.models import ModerationEntry
from tests.http.administering import act, list_address, page_address, told
from tests.http.browsing import LOGIN, PASSWORD, link_in, log_in, make_alice, who

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


# --- roles, links and mails ---


def test_roles_are_given_and_taken_with_a_reason(
    client: Client, admin_person: User, alice: User
) -> None:
    client.force_login(admin_person)
    for name, groups, is_staff in (
        ("make_moderator", ["moderator"], False),
        ("make_administrator", ["administrator"], True),
        ("take_role", [], False),
    ):
        act(client, "accounts_user", name, alice, reason=f"By {name}")
        alice = User.objects.get(pk=alice.pk)
        assert [group.name for group in alice.groups.all()] == groups
        assert alice.is_staff is is_staff
        assert alice.has_perm("chat.moderate_rooms") is bool(groups)
        assert alice.has_perm("accounts.hide_post") is bool(groups)
        entry = ModerationEntry.objects.latest("pk")
        assert (entry.act, entry.subject, entry.reason) == ("give_role", alice, f"By {name}")


def test_an_administrator_gives_no_roles(client: Client, alice: User) -> None:
    bob = User.objects.create_user("bob", password=PASSWORD)
    give_role(user=alice, role="administrator")
    client.force_login(User.objects.get(pk=alice.pk))
    assert client.get("/admin/accounts/user/").status_code == 200
    answer = act(client, "accounts_user", "make_administrator", bob, reason="A friend")
    assert "beyond your power" in " ".join(told(answer))
    assert not bob.groups.exists()


def test_the_link_that_confirms_is_sent_again(client: Client, admin_person: User) -> None:
    form = {"username": "dora", "email": "dora@example.org", "password1": PASSWORD}
    Client().post("/accounts/signup/", form)
    dora = User.objects.get(username="dora")
    client.force_login(admin_person)
    act(client, "accounts_user", "resend_link", dora, reason="It was among the spam")
    assert [message.to for message in mail.outbox] == [["dora@example.org"]] * 2
    Client().post(link_in(mail.outbox[1]))
    assert address_to_confirm(user=dora) is None
    client.get(page_address(dora))  # says that it is done
    assert "Send the link again" not in client.get(page_address(dora)).content.decode()


@pytest.fixture
def given_up() -> Mail:
    now = timezone.now()
    return Mail.objects.create(
        recipient="alice@example.org",
        subject="Set a new password",
        text="http://testserver/secret-link/",
        created_at=now,
        due_at=now,
        tries=5,
        failed_at=now,
        error="OSError: no route",
    )


def test_a_mail_that_was_given_up_is_seen_without_its_words_and_sent_again(
    client: Client, admin_person: User, given_up: Mail
) -> None:
    client.force_login(admin_person)
    for page in (list_address("accounts_mail"), page_address(given_up)):
        shown = client.get(page).content.decode()
        assert "alice@example.org" in shown
        assert "secret-link" not in shown
    act(client, "accounts_mail", "send_again", given_up, reason="The server is back")
    assert [message.to for message in mail.outbox] == [["alice@example.org"]]
    assert not Mail.objects.exists()
    assert ModerationEntry.objects.get().act == "send_mail"
