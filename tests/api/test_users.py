"""People over HTTP: made, shown, changed, followed, and gone."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from accounts.actions.posts import write_post
from accounts.identity import by_token
from accounts.models import AuthToken, Post, User
from chat.actions.messages import send_message
from chat.models import Message, Room
from tests.api.conftest import Caller
from tests.api.test_rooms import refusal
from tests.factories import make_user
from tests.harness.address_service import address_service
from tests.harness.correspondent import PATIENCE

pytestmark = pytest.mark.django_db
USERS = "/api/users/"
NEW = {"username": "dora", "email": "dora@example.org", "password": "a long secret 7"}


def make(client: Client, **changes: Any) -> Any:
    body = {key: value for key, value in {**NEW, **changes}.items() if value is not None}
    return client.post(USERS, body, content_type="application/json")


def test_an_account_is_made_and_its_address_has_to_be_confirmed(client: Client) -> None:
    made = make(client)
    assert made.status_code == 201
    dora = User.objects.get(username="dora")
    assert made["Location"] == f"http://testserver{USERS}{dora.pk}/"
    assert made.json()["email"] == "dora@example.org"
    assert "password" not in made.json()
    assert dora.check_password(NEW["password"])
    credentials = {"username": "dora", "password": NEW["password"]}
    refused = client.post("/api/tokens/", credentials, content_type="application/json")
    assert refused.status_code == 401
    [letter] = mail.outbox
    assert letter.to == ["dora@example.org"]
    EmailAddress.objects.filter(user=dora).update(verified=True)
    let_in = client.post("/api/tokens/", credentials, content_type="application/json")
    assert let_in.status_code == 201


def test_without_a_password_the_owner_gets_a_mail_to_set_one(client: Client) -> None:
    assert make(client, password=None).status_code == 201
    assert not User.objects.get(username="dora").has_usable_password()
    [letter] = mail.outbox
    assert "/accounts/password/reset/key/" in letter.body


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"username": None}, {"username"}),
        ({"email": None}, {"email"}),
        ({"username": None, "email": None, "password": None}, {"username", "email"}),
        ({"email": "dora"}, {"email"}),
        ({"email": "dora@example.org\n"}, set()),
        ({"username": "do ra"}, {"username"}),
        ({"username": "x" * 33}, {"username"}),
        ({"username": "../dora"}, {"username"}),
        ({"username": "ALICE"}, {"username"}),
        ({"email": "Alice@Example.org"}, {"email"}),
        ({"username": "Alice", "email": "alice@example.org"}, {"username", "email"}),
        ({"password": "short"}, {"password"}),
        ({"password": "password"}, {"password"}),
        ({"username": ["dora"]}, {"username"}),
        ({"username": "a\0b"}, {"username"}),
    ],
)
def test_what_is_missing_malformed_or_taken_is_named(
    client: Client, alice: User, change: dict[str, Any], fields: set[str]
) -> None:
    response = make(client, **change)
    assert response.status_code == (400 if fields else 201)
    assert set(response.json().get("fields", {})) == fields
    assert User.objects.count() == (1 if fields else 2)


def test_nobody_makes_themselves_staff(client: Client) -> None:
    extra = {"is_staff": True, "is_superuser": True, "is_active": False, "id": 7}
    assert make(client, **extra).status_code == 201
    dora = User.objects.get(username="dora")
    assert (dora.is_staff, dora.is_superuser, dora.is_active) == (False, False, True)


def test_two_who_want_one_name_at_once_are_told(
    client: Client, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second looks before the first has stored it, and stores after."""
    known = "api.registration.NewUserSerializer"
    monkeypatch.setattr(f"{known}.validate_username", lambda self, name: name)
    monkeypatch.setattr(f"{known}.validate_email", lambda self, email: email)
    taken = make(client, username="Alice")
    assert (refusal(taken), list(taken.json()["fields"])) == ((400, "username_taken"), ["username"])
    taken = make(client, email="alice@example.org")
    assert (refusal(taken), list(taken.json()["fields"])) == ((400, "address_taken"), ["email"])


@pytest.mark.usefixtures("fresh_limits")
def test_accounts_from_one_address_are_limited(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.throttles.RegistrationThrottle.rate", "1/hour", raising=False)
    assert make(client).status_code == 201
    limited = make(client, username="eve", email="eve@example.org")
    assert refusal(limited) == (429, "rate_limited")
    assert int(limited["Retry-After"]) > 0


def test_an_address_is_looked_at_where_a_service_is_set(client: Client, settings: Any) -> None:
    with address_service() as service:
        settings.EMAIL_CHECK_URL, settings.EMAIL_CHECK_TIMEOUT = service.url, PATIENCE
        refused = make(client, email="bad@example.org")
        assert (refused.status_code, list(refused.json()["fields"])) == (400, ["email"])
        assert make(client).status_code == 201
        assert make(client, username="alice", email="x").status_code == 400
    assert [each["email"] for each in service.asked] == [["bad@example.org"], ["dora@example.org"]]


def test_people_are_shown_and_their_address_only_to_themselves_and_administrators(
    calls: Caller, alice: User, bob: User
) -> None:
    address = f"{USERS}{alice.pk}/"
    assert calls(alice).get(address).json()["email"] == "alice@example.org"
    seen = calls(bob).get(address).json()
    assert (seen["username"], seen["email"]) == ("alice", None)
    admin = User.objects.create_superuser("root")
    assert calls(admin).get(address).json()["email"] == "alice@example.org"
    assert calls(alice).get(f"{USERS}me/").json()["username"] == "alice"
    assert refusal(calls(bob).get(f"{USERS}999/")) == (404, "not_found")


def test_a_list_of_people_costs_the_same_whatever_its_length(
    calls: Caller,
    alice: User,
    bob: User,
    django_assert_num_queries: Any,
    django_assert_max_num_queries: Any,
) -> None:
    client = calls(alice)
    client.get(USERS)
    with django_assert_max_num_queries(6) as few:
        client.get(USERS)
    for _ in range(5):
        make_user()
    with django_assert_num_queries(len(few)):
        found = client.get(USERS).json()
    assert found["count"] == 7
    assert client.get(USERS, {"username": "ALI"}).json()["count"] == 1


def test_one_changes_oneself(calls: Caller, alice: User) -> None:
    client = calls(alice)
    address = f"{USERS}{alice.pk}/"
    changed = client.patch(address, {"about_me": "Tea."}, format="json").json()
    assert (changed["about_me"], changed["first_name"]) == ("Tea.", "")
    whole = {"first_name": "Al", "last_name": "Ice", "about_me": ""}
    assert client.put(address, whole, format="json").json()["name"] == "Al Ice"
    assert set(client.put(address, {}, format="json").json()["fields"]) == set(whole)
    mine = client.patch(f"{USERS}me/", {"first_name": "Alice"}, format="json").json()
    assert mine["name"] == "Alice Ice"
    odd = {"username": "root", "is_staff": True, "email": "x@example.org", "id": 1}
    client.patch(address, odd, format="json")
    alice.refresh_from_db()
    assert (alice.username, alice.is_staff, alice.email) == ("alice", False, "alice@example.org")


def test_only_owners_and_administrators_change_and_delete(
    calls: Caller, alice: User, bob: User
) -> None:
    address = f"{USERS}{alice.pk}/"
    client = calls(bob)
    for answer in (
        client.patch(address, {"about_me": "x"}, format="json"),
        client.put(address, {}, format="json"),
        client.delete(address),
        client.delete(f"{address}avatar/"),
    ):
        assert refusal(answer) == (403, "not_allowed")
    admin = User.objects.create_superuser("root")
    assert calls(admin).patch(address, {"about_me": "x"}, format="json").status_code == 200
    assert calls(admin).delete(address).status_code == 204
    assert refusal(calls(bob).get(address)) == (404, "not_found")


def test_a_closed_account_is_over_and_what_was_said_keeps_its_author(
    calls: Caller, alice: User, bob: User, room: Room
) -> None:
    write_post(author=bob, text="A post")
    message = send_message(room=room.pk, sender=bob, text="A message")
    client = calls(bob)
    token = AuthToken.objects.get(user=bob)
    assert client.delete(f"{USERS}{bob.pk}/").status_code == 204
    assert client.get(f"{USERS}me/").status_code == 401
    assert not AuthToken.objects.filter(digest=token.digest).exists()
    bob.refresh_from_db()
    assert (bob.email, bob.is_active, bob.has_usable_password()) == ("", False, False)
    assert not EmailAddress.objects.filter(user=bob).exists()
    assert Post.objects.get().author == Message.objects.get(pk=message.pk).sender == bob
    assert by_token(token="parley_none") is None


def test_one_follows_and_stops(calls: Caller, alice: User, bob: User) -> None:
    client = calls(alice)
    address = f"{USERS}{bob.pk}/"
    for _ in range(2):
        assert client.put(f"{address}follow/").status_code == 204
    ties = client.get(address).json()["ties"]
    assert (ties["followed"], ties["follows_you"], ties["followers"]) == (True, False, 1)
    followers = client.get(f"{address}followers/").json()
    assert [each["username"] for each in followers["items"]] == ["alice"]
    following = client.get(f"{USERS}{alice.pk}/following/").json()
    assert [each["username"] for each in following["items"]] == ["bob"]
    assert refusal(client.put(f"{USERS}{alice.pk}/follow/")) == (400, "oneself")
    assert client.delete(f"{address}follow/").status_code == 204
    assert client.get(f"{address}followers/").json()["items"] == []


def test_a_picture_is_uploaded_and_taken_back(calls: Caller, alice: User) -> None:
    client = calls(alice)
    address = f"{USERS}{alice.pk}/avatar/"
    drawn = client.get(f"{USERS}me/").json()["avatar"]
    saved = BytesIO()
    Image.new("RGB", (300, 200), "green").save(saved, "PNG")
    picture = SimpleUploadedFile("me.png", saved.getvalue(), "image/png")
    shown = client.put(address, {"picture": picture}, format="multipart").json()
    assert shown["avatar"] != drawn
    assert client.delete(address).json()["avatar"] == drawn
    text = SimpleUploadedFile("me.png", b"<svg onload=alert(1)>", "image/png")
    assert client.put(address, {"picture": text}, format="multipart").status_code == 400
    assert refusal(client.put(address, {"picture": "x"}, format="json")) == (
        415,
        "unsupported_media_type",
    )


def test_the_last_superuser_stays(calls: Caller, alice: User) -> None:
    chiefs = [make_user(name, is_superuser=True) for name in ("ada", "grace")]
    clients = [calls(chief) for chief in chiefs]
    assert clients[0].delete(f"{USERS}{chiefs[1].pk}/").status_code == 204
    assert refusal(clients[0].delete(f"{USERS}{chiefs[0].pk}/")) == (403, "not_allowed")
