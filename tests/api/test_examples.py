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


def made_anew(alice: APIClient) -> dict[str, Any]:
    """Make the calls of the examples and return what they should be."""
    settled, stranger, examples = Settled(), APIClient(), {}

    def post(operation: str, client: APIClient, address: str, body: dict[str, Any]) -> None:
        answer = client.post(address, body, format="json")
        examples[operation] = {"request": body, "status": str(answer.status_code)}
        examples[operation]["answer"] = settled(answer.json())

    def get(operation: str, address: str) -> None:
        answer = alice.get(address)
        examples[operation] = {"status": str(answer.status_code), "answer": settled(answer.json())}

    post("tokens_create", stranger, "/api/tokens/", {"username": "alice", "password": PASSWORD})
    dora = {"username": "dora", "email": "dora@example.org"}
    post("users_create", stranger, "/api/users/", dora)
    get("rooms_list", "/api/rooms/")
    post("rooms_create", alice, "/api/rooms/", {"name": "Cake", "topic": "Which, and when"})
    words = {"message": "Green, or black?", "client_id": "9f1c"}
    post("messages_create", alice, "/api/rooms/tea/messages/", words)
    get("messages_list", "/api/rooms/tea/messages/?limit=2")
    get("search", "/api/search/?q=tea")
    refused = stranger.post("/api/users/", dora, format="json")
    examples["error"] = {"status": str(refused.status_code), "answer": settled(refused.json())}
    return examples


@pytest.mark.django_db
def test_the_examples_are_true(calls: Caller, bob: User, tmp_path: Path) -> None:
    alice = make_user("alice", password=PASSWORD)
    room = make_room(alice, bob)
    send_message(room=room.pk, sender=bob, text="Is there tea left?")
    made = made_anew(calls(alice))
    fresh = tmp_path / PLACE.name
    fresh.write_text(f"{json.dumps(made, indent=2, ensure_ascii=False)}\n", "utf-8")
    assert made == EXAMPLES, f"they have changed: look at {fresh}, and copy it to {PLACE}"


def test_the_document_shows_them(client: Any) -> None:
    document = client.get("/api/schema/", headers={"accept": "application/vnd.oai.openapi+json"})
    shown = document.json()
    sending = shown["paths"]["/api/rooms/{room_id}/messages/"]["post"]
    example = EXAMPLES["messages_create"]
    asked, answered = sending["requestBody"], sending["responses"]["201"]
    assert asked["content"]["application/json"]["example"] == example["request"]
    assert answered["content"]["application/json"]["example"] == example["answer"]
    assert shown["components"]["schemas"]["Error"]["examples"] == [EXAMPLES["error"]["answer"]]
