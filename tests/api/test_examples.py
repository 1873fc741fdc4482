"""The examples of the OpenAPI document are what the application answers."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from rest_framework.test import APIClient

from accounts.actions.follows import follow
from accounts.actions.tokens import create_token
from accounts.models import Login, Notification, User
from accounts.roles import MODERATOR
from api.examples import EXAMPLES, PLACE
from chat.actions.messages import send_message
from tests.api.conftest import Caller
from tests.api.document import DOCUMENT
from tests.api.story import EVERYWHERE, PASSWORD, STORY, Call
from tests.factories import make_room, make_user

CHANGING = [
    (re.compile(r"^\d{4}-\d\d-\d\dT.*Z$"), "2026-01-31T09:30:00Z"),
    (re.compile(r"^parley_\w+$"), "parley_…"),
    (re.compile(r"^http://testserver"), "https://parley.example.org"),
    (re.compile(r"^[0-9a-f]{24}$"), "5f0c2a9be1d347685f0c2a9b"),  # of rooms that nobody guesses
    (re.compile(r"/picture/[0-9a-f]+-"), "/picture/5f0c2a9be1d34768-"),
    (re.compile(r"/files/\d+/"), "/files/1/"),
]
IDS = {"id", "upto"}


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
            case int() if key in IDS or key.endswith("_id"):
                return self.ids[key][value]
            case str() if key == "epoch":
                return "5f0c2a9be1d34768"
            case str():
                for changing, instead in CHANGING:
                    value = changing.sub(instead, value)
        return value


class Teller:
    """Makes the calls of a story, and keeps them and their answers by operation."""

    def __init__(self, clients: dict[str, APIClient], things: dict[str, Any]) -> None:
        self.clients, self.things = clients, things
        self.settled = Settled()
        self.made: dict[str, Any] = {}

    def tell(self, call: Call) -> None:
        asked = {"format": "json"}
        body = call.body() if callable(call.body) else self._named(call.body)
        if call.field:
            content = SimpleUploadedFile("tea.png", body, "image/png") if body else ""
            asked, body = {"format": "multipart"}, {call.field: content} if body else {}
        ask = getattr(self.clients[call.who], call.method)
        answer = ask(f"/api/{self._named(call.address)}", body, **({} if body is None else asked))
        self.keep(call.operation, answer, None if call.field else body)

    def keep(self, operation: str, answer: Any, body: Any = None) -> None:
        """Keep the first answer of each status; with what succeeded, what was sent."""
        shown = None if answer.streaming or not answer.content else answer.json()
        kept = self.made.setdefault(operation, {"answers": {}})
        if answer.status_code < 300:
            if body:
                self.made[operation] = kept = {"request": self.settled(body), **kept}
            for name in ("message_id", "attachment_id", "id"):
                if shown and name in shown:
                    self.things.setdefault(operation, shown[name])
        kept["answers"].setdefault(str(answer.status_code), self.settled(shown))

    def _named(self, value: Any) -> Any:
        """`{name}` is the id of what is called so; alone it is the number itself."""
        match value:
            case dict():
                return {key: self._named(each) for key, each in value.items()}
            case "{told}":
                return self.things["told"]
            case str():
                return value.format(**self.things)
        return value


@pytest.fixture
def teller(calls: Caller, bob: User, attachments: Path, settings: Any) -> Teller:
    """A room of three, and what they own."""
    settings.CHAT_FILES_BY_PROXY = "/files/"  # which sends the contents of files
    alice = make_user("alice", password=PASSWORD)
    carol, dave, moderator = make_user("carol"), make_user("dave"), make_user("moderator")
    moderator.groups.add(Group.objects.get(name=MODERATOR))
    room = make_room(alice, bob, dave)
    send_message(room=room.pk, sender=bob, text="Is there tea left?")
    follow(follower=bob, followed=alice)
    browser = Client()
    browser.force_login(alice)
    browser.get("/", headers={"user-agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"})
    row, _ = create_token(user=alice, name="a bot")
    people = {"alice": alice, "bob": bob, "carol": carol, "dave": dave, "moderator": moderator}
    clients = {name: calls(user) for name, user in people.items()}
    clients |= {"nobody": APIClient(), "rotating": calls(bob), "revoking": calls(bob)}
    things: dict[str, Any] = {name: user.pk for name, user in people.items()}
    things |= {
        "token": row.token_key,
        "session": Login.objects.get(user=alice).pk,
        "told": Notification.objects.get(recipient=alice).pk,
        "epoch": room.head.epoch,
    }
    return Teller(clients, things)


@pytest.mark.django_db
def test_the_examples_are_true(teller: Teller, tmp_path: Path) -> None:
    for call in [*STORY, *EVERYWHERE]:
        teller.tell(call)
    alice = teller.clients["alice"]
    for refused in (
        alice.get("/api/rooms/", headers={"accept": "text/csv"}),
        alice.post("/api/rooms/", "name=Cake", content_type="text/plain"),
    ):
        teller.keep("everywhere", refused)
    fresh = tmp_path / PLACE.name
    fresh.write_text(f"{json.dumps(teller.made, indent=2, ensure_ascii=False)}\n", "utf-8")
    assert teller.made == EXAMPLES, f"they have changed: look at {fresh}, and copy it to {PLACE}"


def operations() -> dict[str, Any]:
    return {
        operation["operationId"]: operation
        for path in DOCUMENT["paths"].values()
        for operation in path.values()
    }


@pytest.mark.parametrize("name", operations())
def test_the_document_shows_of_every_operation_what_works_and_what_is_refused(name: str) -> None:
    operation, example = operations()[name], EXAMPLES[name]
    statuses = sorted(example["answers"])
    assert statuses[0].startswith("2")
    assert statuses[-1].startswith("4")
    for status in statuses:
        if example["answers"][status] is not None:
            assert shown_in(operation["responses"][status]) == example["answers"][status]
    if "request" in example:
        assert shown_in(operation["requestBody"]) == example["request"]


def test_what_is_refused_alike_everywhere_is_shown_where_there_is_nothing_closer() -> None:
    everywhere, known = EXAMPLES["everywhere"]["answers"], operations()
    assert shown_in(known["messages_create"]["responses"]["415"]) == everywhere["415"]
    assert shown_in(known["tokens_create"]["responses"]["401"]) != everywhere["401"]


def shown_in(part: dict[str, Any]) -> Any:
    return part["content"]["application/json"]["example"]
