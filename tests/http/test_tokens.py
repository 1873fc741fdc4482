"""Tokens for programs, and the one shape of every error."""

import base64
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from accounts.actions.access import deactivate
from accounts.actions.tokens import create_token
from accounts.identity import by_token
from accounts.models import AuthToken, User
from api.errors import handler, server_error
from api.throttles import AddressThrottle
from chat.errors import ChatError, ErrorCode
from tests.http.browsing import PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_limits")]
TOKENS = "/api/tokens/"


@pytest.fixture
def alice() -> User:
    return User.objects.create_user("alice", "alice@example.org", PASSWORD, first_name="Alice")


def ask(client: Client, username: Any, password: Any = PASSWORD, **extra: Any) -> Any:
    data = {"username": username, "password": password}
    return client.post(TOKENS, data, content_type="application/json", **extra)


def basic(username: str, password: str = PASSWORD) -> dict[str, Any]:
    encoded = base64.b64encode(f"{username}:{password}".encode()).decode()
    return {"HTTP_AUTHORIZATION": f"Basic {encoded}"}


def bearer(token: str) -> dict[str, Any]:
    return {"HTTP_AUTHORIZATION": f"Bearer {token}"}


# --- making one ---


@pytest.mark.parametrize("username", ["alice", "ALICE", "Alice@example.org"])
def test_a_name_and_a_password_make_a_token(client: Client, alice: User, username: str) -> None:
    response = ask(client, username)
    assert response.status_code == 201
    assert response["Cache-Control"] == "no-store"
    made = response.json()
    identity = by_token(token=made["token"])
    assert identity is not None
    assert identity.user == alice
    assert made["expiry"] > timezone.now().isoformat()
    assert made["user"] == {
        "id": alice.pk,
        "username": "alice",
        "name": "Alice",
        "avatar": "/people/alice/avatar.svg",
    }


def test_a_basic_header_makes_a_token_too(client: Client, alice: User) -> None:
    assert client.post(TOKENS, **basic("alice")).status_code == 201
    assert client.post(TOKENS, **basic("alice@example.org")).status_code == 201


def test_an_old_token_does_not_stand_in_the_way_of_a_new_one(client: Client, alice: User) -> None:
    assert ask(client, "alice", **bearer("parley_old")).status_code == 201


def test_no_session_is_made(client: Client, alice: User) -> None:
    assert not ask(client, "alice").cookies


def test_every_refusal_of_credentials_is_the_same(client: Client, alice: User) -> None:
    bob = User.objects.create_user("bob", password=PASSWORD)
    deactivate(user=bob)
    carol = User.objects.create_user("carol", "carol@example.org", PASSWORD)
    EmailAddress.objects.create(user=carol, email=carol.email, primary=True)

    answers = [
        ask(client, "alice", "wrong"),
        ask(client, "alice@example.org", "wrong"),
        ask(client, "nobody"),
        ask(client, "bob"),
        ask(client, "carol"),
        client.post(TOKENS, **basic("alice", "wrong")),
        client.post(TOKENS, **basic("nobody")),
    ]
    expected = {"error": "unauthenticated", "message": "That name and password do not match."}
    for answer in answers:
        assert (answer.status_code, answer.json()) == (401, expected)
        assert answer["WWW-Authenticate"] == "Bearer"
    assert not AuthToken.objects.exists()


@pytest.mark.parametrize(
    "header", ["Basic", "Basic %%%", "Basic " + base64.b64encode(b"\xff:x").decode()]
)
def test_a_basic_header_that_cannot_be_read_is_refused(client: Client, header: str) -> None:
    response = client.post(TOKENS, HTTP_AUTHORIZATION=header)
    assert response.status_code in {400, 401}
    assert response.json()["error"] in {"invalid", "unauthenticated"}


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ("{}", {"username", "password"}),
        ('{"username": "alice"}', {"password"}),
        ('{"username": {"a": 1}, "password": ["x"]}', {"username", "password"}),
        ('{"username": "a\\u0000", "password": "x"}', {"username"}),
        ('{"username": "\\ud800", "password": "x"}', {"username"}),
        ('{"username": "alice", "password": "%s"}' % ("x" * 1001), {"password"}),
    ],
)
def test_what_is_missing_or_wrong_is_named(client: Client, body: str, fields: set[str]) -> None:
    response = client.post(TOKENS, body, content_type="application/json")
    assert response.status_code == 400
    assert response.json()["error"] == "invalid"
    assert set(response.json()["fields"]) == fields


@pytest.mark.parametrize("body", ["[]", "null", '"x"', "7"])
def test_a_body_that_is_no_object_is_refused(client: Client, body: str) -> None:
    response = client.post(TOKENS, body, content_type="application/json")
    assert response.status_code == 400
    assert "fields" not in response.json()


@pytest.mark.parametrize("body", ["{", "{'a': 1}", '{"a": NaN}', "[" * 50_000, "\xff"])
def test_a_body_that_is_no_json_is_refused(client: Client, body: str) -> None:
    data = body.encode("latin-1")
    response = client.post(TOKENS, data, content_type="application/json")
    assert (response.status_code, response.json()["error"]) == (400, "malformed")


def test_a_body_without_end_is_refused(client: Client, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    response = ask(client, "alice", "x" * 1000)
    assert (response.status_code, response.json()["error"]) == (413, "too_large")


def test_a_form_is_no_json(client: Client) -> None:
    response = client.post(TOKENS, {"username": "alice", "password": PASSWORD})
    assert (response.status_code, response.json()["error"]) == (415, "unsupported_media_type")


def test_many_tries_with_one_name_are_limited_for_that_address_only(
    client: Client, alice: User
) -> None:
    for _ in range(10):
        ask(client, "alice", "a guess", REMOTE_ADDR="192.0.2.1")
    limited = ask(client, " ALICE", REMOTE_ADDR="192.0.2.1")
    assert (limited.status_code, limited.json()["error"]) == (429, "rate_limited")
    assert 0 < int(limited["Retry-After"]) <= 60
    assert ask(client, "nobody", REMOTE_ADDR="192.0.2.1").status_code == 401
    assert ask(client, "alice", REMOTE_ADDR="192.0.2.2").status_code == 201


def test_many_tries_from_one_network_are_limited(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(AddressThrottle, "rate", "3/min", raising=False)
    for number in range(3):
        ask(client, f"name{number}", REMOTE_ADDR=f"2001:db8::{number}")
    assert ask(client, "name", REMOTE_ADDR="2001:db8::4").status_code == 429
    assert ask(client, "name", REMOTE_ADDR="2001:db8:1::4").status_code == 401


def test_a_forged_forwarding_header_is_no_other_address(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(AddressThrottle, "rate", "1/min", raising=False)
    ask(client, "one", HTTP_X_FORWARDED_FOR="192.0.2.1")
    assert ask(client, "two", HTTP_X_FORWARDED_FOR="192.0.2.2").status_code == 429


# --- ending one ---


def test_a_token_revokes_itself(
    client: Client,
    alice: User,
    heard: list[dict[str, Any]],
    django_capture_on_commit_callbacks: Any,
) -> None:
    row, token = create_token(user=alice)
    _other, other_token = create_token(user=alice)
    with django_capture_on_commit_callbacks(execute=True):
        response = client.delete(TOKENS, **bearer(token))
    assert (response.status_code, response.content) == (204, b"")
    assert by_token(token=token) is None
    assert by_token(token=other_token) is not None
    assert [(f["user_id"], f["token_digest"]) for f in heard] == [(alice.pk, row.digest)]
    assert client.delete(TOKENS, **bearer(token)).status_code == 401


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x y", "Bearer é", "Token x", "x"])
def test_without_a_token_that_holds_nothing_is_revoked(
    client: Client, alice: User, header: str
) -> None:
    client.force_login(alice)
    response = client.delete(TOKENS, HTTP_AUTHORIZATION=header)
    assert (response.status_code, response.json()["error"]) == (401, "unauthenticated")
    assert response["WWW-Authenticate"] == "Bearer"


def test_a_token_costs_one_query(
    client: Client, alice: User, django_assert_num_queries: Any
) -> None:
    _row, token = create_token(user=alice)
    with django_assert_num_queries(1):
        assert by_token(token=token) is not None


def test_a_call_with_a_token_notes_that_its_bearer_was_seen(client: Client, alice: User) -> None:
    client.delete(TOKENS, **bearer(create_token(user=alice)[1]))
    alice.refresh_from_db()
    assert alice.last_seen is not None


# --- the shape of errors ---


@pytest.mark.parametrize("path", ["/api/nothing/", "/api/tokens", "/api/tokens/1/2/"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_an_unknown_address_is_told_in_json(client: Client, path: str, method: str) -> None:
    response = getattr(client, method)(path)
    assert response.status_code == 404
    assert response.json()["error"] == "not_found"
    told_of_slash = "end with a slash" in response.json()["message"]
    assert told_of_slash != path.endswith("/")


def test_an_unknown_method_is_told(client: Client, alice: User) -> None:
    _row, token = create_token(user=alice)
    response = client.put(TOKENS, **bearer(token))
    assert (response.status_code, response.json()["error"]) == (405, "method_not_allowed")


@pytest.mark.parametrize("code", ErrorCode)
def test_every_error_of_chat_has_a_status(code: ErrorCode) -> None:
    response = handler(ChatError(code, retry_after=0.2, details={"field": "message"}), {})
    assert response is not None
    assert 400 <= response.status_code < 600
    assert response.data["error"] == code
    at_fault = {"message": [response.data["message"]]} if response.status_code != 403 else None
    assert response.data.get("fields") == at_fault
    assert response["Retry-After"] == "1"


def test_a_database_that_does_not_answer_is_told_as_such() -> None:
    response = handler(OperationalError("locked"), {})
    assert response is not None
    assert (response.status_code, response.data["error"]) == (503, "unavailable")
    assert "locked" not in str(response.data)


def test_a_fault_of_ours_is_not_translated() -> None:
    assert handler(RuntimeError(), {}) is None


def test_a_fault_of_ours_is_json_in_the_api_and_a_page_elsewhere(rf: Any) -> None:
    answer = server_error(rf.get("/api/tokens/"))
    assert (answer.status_code, answer["Content-Type"]) == (500, "application/json")
    assert "Something broke" in server_error(rf.get("/rooms/tea/")).content.decode()
