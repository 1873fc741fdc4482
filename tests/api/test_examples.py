"""The examples of the OpenAPI document are what the application answers."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from api.examples import EXAMPLES, PLACE
from chat.actions.messages import send_message
from tests.api.conftest import Caller
from tests.factories import make_room, make_user

PASSWORD = "a long way to tea"
CHANGING = [
    (re.compile(r"^\d{4}-\d\d-\d\dT.*Z$"), "2026-01-31T09:30:00Z"),
    (re.compile(r"^parley_\w+$"), "parley_…"),
    (re.compile(r"^http://testserver"), "https://parley.example.org"),
]


class Settled:
    """Answers without what differs from run to run: ids are counted in the order they appear."""

    def __init__(self) -> None:
        self.ids: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(count(1).__next__))

    def __call__(self, value: Any, key: str = "") -> Any:
        match value:
            case dict():
                return {name: self(each, name) for name, each in value.items()}
            case list():
                return [self(each, key) for each in value]
            case int() if key == "id" or key.endswith("_id"):
                return self.ids[key][value]
            case str() if key == "epoch":
                return "5f0c2a9be1d34768"
            case str():
                for changing, instead in CHANGING:
                    value = changing.sub(instead, value)
        return value


class Examples:
    """Calls and their answers, under the names of operations."""

    def __init__(self) -> None:
        self.settled = Settled()
        self.made: dict[str, Any] = {}

    def post(
        self, operation: str, client: APIClient, address: str, body: Any, refused: Any = None
    ) -> None:
        """Make a call that works and, with a body that is `refused`, one that does not."""
        self.keep(operation, client.post(address, body, format="json"), request=body)
        if refused:
            self.keep(operation, client.post(address, refused, format="json"))

    def keep(self, operation: str, answer: Any, **asked: Any) -> None:
        kept = self.made.setdefault(operation, {**asked, "answers": {}})
        kept["answers"][str(answer.status_code)] = self.settled(answer.json())


def made_anew(alice: APIClient, bob: APIClient) -> dict[str, Any]:
    """Make the calls of the examples and return what they should be."""
    examples, stranger = Examples(), APIClient()
    known = {"username": "alice", "password": PASSWORD}
    examples.post("tokens_create", stranger, "/api/tokens/", known, known | {"password": "guess"})
    dora = {"username": "dora", "email": "dora@example.org"}
    examples.post("users_create", stranger, "/api/users/", dora, dora)
    examples.keep("rooms_list", alice.get("/api/rooms/"))
    cake = {"name": "Cake", "topic": "Which, and when"}
    examples.post("rooms_create", alice, "/api/rooms/", cake)
    words = {"message": "Green, or black?", "client_id": "9f1c"}
    others = words | {"message": "Or white?"}
    examples.post("messages_create", alice, "/api/rooms/tea/messages/", words, others)
    examples.keep("messages_list", alice.get("/api/rooms/tea/messages/?limit=2"))
    examples.keep("search", alice.get("/api/search/?q=tea"))
    for refused in (
        stranger.get("/api/rooms/"),
        bob.patch("/api/rooms/tea/", {"topic": "Coffee"}, format="json"),
        alice.get("/api/posts/1/"),
        alice.get("/api/rooms/", headers={"accept": "text/csv"}),
        alice.post("/api/rooms/", "name=Cake", content_type="text/plain"),
    ):
        examples.keep("everywhere", refused)
    return examples.made


@pytest.mark.django_db
def test_the_examples_are_true(calls: Caller, bob: User, tmp_path: Path) -> None:
    alice = make_user("alice", password=PASSWORD)
    room = make_room(alice, bob)
    send_message(room=room.pk, sender=bob, text="Is there tea left?")
    made = made_anew(calls(alice), calls(bob))
    fresh = tmp_path / PLACE.name
    fresh.write_text(f"{json.dumps(made, indent=2, ensure_ascii=False)}\n", "utf-8")
    assert made == EXAMPLES, f"they have changed: look at {fresh}, and copy it to {PLACE}"


def test_the_document_shows_them(client: Any) -> None:
    document = client.get("/api/schema/", headers={"accept": "application/vnd.oai.openapi+json"})
    shown = document.json()
    sending = shown["paths"]["/api/rooms/{room_id}/messages/"]["post"]
    example = EXAMPLES["messages_create"]
    assert shown_in(sending["requestBody"]) == example["request"]
    for status in ("201", "409"):
        assert shown_in(sending["responses"][status]) == example["answers"][status]
    everywhere = EXAMPLES["everywhere"]["answers"]
    assert shown_in(sending["responses"]["415"]) == everywhere["415"]
    logging_in = shown["paths"]["/api/tokens/"]["post"]
    assert shown_in(logging_in["responses"]["401"]) != everywhere["401"]


def shown_in(part: dict[str, Any]) -> Any:
    return part["content"]["application/json"]["example"]
