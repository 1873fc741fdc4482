"""What every address of the API answers to what it cannot serve."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from api.urls import urlpatterns
from chat.models import Room
from tests.api.conftest import Caller
from tests.api.document import DOCUMENT
from tests.api.test_rooms import refusal
from tests.together import together

pytestmark = pytest.mark.django_db
READS = ["users/", "users/me/", "rooms/", "posts/", "feed/", "notifications/", "tokens/"]
WRITES = ["tokens/", "users/", "rooms/", "rooms/direct/", "posts/", "notifications/unread/"]


def addresses() -> list[str]:
    """Every address that needs a login, as its pattern says it, with ids that nothing has."""
    found = []
    for pattern in urlpatterns:
        if pattern.name:
            address = str(pattern.pattern)
            for part in ("<slug:room_id>", "<slug:key>"):
                address = address.replace(part, "nothing")
            found.append("/".join("0" if p.startswith("<int:") else p for p in address.split("/")))
    return [address for address in found if address not in {"schema/", "docs/"}]


@pytest.mark.parametrize("address", addresses())
def test_an_odd_method_is_told_and_what_may_be_done_is_named(
    calls: Caller, alice: User, address: str
) -> None:
    client = calls(alice)
    answer = client.generic("TRACE", f"/api/{address}")
    assert refusal(answer) == (405, "method_not_allowed")
    assert "OPTIONS" in answer["Allow"]
    assert client.options(f"/api/{address}").status_code == 200


@pytest.mark.parametrize("address", addresses())
def test_a_token_that_does_not_hold_is_refused_everywhere(client: Any, address: str) -> None:
    if address in {"tokens/", "users/"}:
        address += "?page=1"
    answer = client.get(f"/api/{address}", headers={"authorization": "Bearer parley_nothing"})
    assert refusal(answer) == (401, "unauthenticated")
    assert answer["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("address", READS)
def test_head_answers_as_get_without_a_body(calls: Caller, alice: User, address: str) -> None:
    answer = calls(alice).head(f"/api/{address}")
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize("address", READS)
def test_a_form_that_there_is_not_is_refused(calls: Caller, alice: User, address: str) -> None:
    answer = calls(alice).get(f"/api/{address}", headers={"accept": "image/png"})
    assert refusal(answer) == (406, "not_acceptable")


@pytest.mark.parametrize("address", WRITES)
def test_a_body_that_cannot_be_read_is_told(calls: Caller, alice: User, address: str) -> None:
    client: APIClient = calls(alice)
    broken = client.post(f"/api/{address}", b'{"a":', content_type="application/json")
    assert refusal(broken) == (400, "malformed")
    odd = client.post(f"/api/{address}", b"a=b", content_type="text/csv")
    assert refusal(odd) == (415, "unsupported_media_type")


def test_who_asks_too_much_is_told_for_how_long(
    calls: Caller, alice: User, room: Room, fresh_limits: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    rates = {"reads": "1/min", "writes": "1/min"}
    monkeypatch.setattr("api.throttles.ReadThrottle.THROTTLE_RATES", rates)
    client = calls(alice)
    for method, address in (("get", "/api/rooms/"), ("post", f"/api/rooms/{room.slug}/join/")):
        assert getattr(client, method)(address).status_code == 200
        answer = getattr(client, method)(address)
        assert refusal(answer) == (429, "rate_limited")
        assert 0 < int(answer["Retry-After"]) <= 60


@pytest.mark.django_db(transaction=True)
def test_calls_made_at_once_are_counted_one_by_one(
    calls: Caller, alice: User, fresh_limits: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    rates = {"reads": "5/min", "writes": "5/min"}
    monkeypatch.setattr("api.throttles.ReadThrottle.THROTTLE_RATES", rates)
    clients = [calls(alice) for _ in range(10)]
    answers = together(*[lambda c=each: c.get("/api/feed/").status_code for each in clients])
    assert sorted(answers) == [200] * 5 + [429] * 5


def test_the_next_period_counts_anew(
    calls: Caller, alice: User, fresh_limits: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    rates = {"reads": "1/min", "writes": "1/min"}
    monkeypatch.setattr("api.throttles.ReadThrottle.THROTTLE_RATES", rates)
    client, clock = calls(alice), iter([600.0, 630.0, 630.0, 660.0])
    monkeypatch.setattr("accounts.limits.time", lambda: next(clock))
    assert client.get("/api/rooms/").status_code == 200
    refused = client.get("/api/rooms/")
    assert (refused.status_code, refused["Retry-After"]) == (429, "30")
    assert client.get("/api/rooms/").status_code == 200


@pytest.mark.parametrize("limit", ["0", "101", "many"])
def test_a_page_of_another_size_than_there_is_is_refused(
    calls: Caller, alice: User, room: Room, limit: str
) -> None:
    client = calls(alice)
    for address in ("users/", "rooms/", f"rooms/{room.slug}/members/"):
        answer = client.get(f"/api/{address}?limit={limit}")
        assert refusal(answer) == (400, "invalid"), address
        assert list(answer.json()["fields"]) == ["limit"]


def yes_or_no() -> list[tuple[str, str, str]]:
    """Method, address and name of whatever is true or false in an address, as documented."""
    return [
        (method, address, parameter["name"])
        for address, operations in DOCUMENT["paths"].items()
        for method, operation in operations.items()
        for parameter in operation.get("parameters", ())
        if parameter["schema"].get("type") == "boolean"
    ]


@pytest.mark.parametrize(("method", "address", "name"), yes_or_no())
def test_what_is_neither_true_nor_false_is_refused(
    calls: Caller, alice: User, bob: User, room: Room, method: str, address: str, name: str
) -> None:
    client, place = calls(alice), address.format(room_id=room.slug, user_id=bob.pk)
    for value in ("perhaps", "2", "null"):
        answer = client.generic(method.upper(), f"{place}?q=tea&{name}={value}")
        assert refusal(answer) == (400, "invalid")
        assert list(answer.json()["fields"]) == [name]
