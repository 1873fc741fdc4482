"""The API described and browsed."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from chat.models import Room
from tests.api.conftest import Caller

pytestmark = pytest.mark.django_db


def test_the_schema_is_there_for_everybody(client: Client) -> None:
    found = client.get("/api/schema/", headers={"accept": "application/vnd.oai.openapi+json"})
    assert found.status_code == 200
    document = found.json()
    assert document["openapi"].startswith("3.1")
    assert "/api/rooms/{room_id}/messages/" in document["paths"]
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert operation["summary"], (method, path)
            assert "401" in operation["responses"], (method, path)


def test_the_page_of_the_schema_brings_everything_along(client: Client) -> None:
    page = client.get("/api/docs/")
    assert page.status_code == 200
    assert "://" not in page.content.decode().replace("http://testserver", "")
    policy = page["Content-Security-Policy"]
    assert "style-src 'self' 'unsafe-inline'" in policy
    assert "script-src" not in policy  # default-src: scripts from here, none inline
    script = client.get("/api/docs/?script=")
    assert script["Content-Type"].startswith("application/javascript")


def test_only_who_is_logged_in_browses(client: Client, calls: Caller, alice: User) -> None:
    html = {"accept": "text/html,*/*;q=0.8"}
    assert client.get("/api/rooms/", headers=html)["Content-Type"] == "application/json"
    assert calls(alice).get("/api/rooms/", headers=html)["Content-Type"] == "application/json"
    client.force_login(alice)
    page = client.get("/api/rooms/", headers=html)
    assert page["Content-Type"].startswith("text/html")
    assert "style-src 'self' 'unsafe-inline'" in page["Content-Security-Policy"]
    assert "unsafe-inline" not in client.get("/")["Content-Security-Policy"]


def offered(client: Client, path: str) -> dict[str, Any]:
    """What stands in the form of a browsed list."""
    page = client.get(f"/api/{path}", headers={"accept": "text/html"}).content.decode()
    found = re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)
    assert found
    content: dict[str, Any] = json.loads(unescape(found[1]))
    return content


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("rooms/", {"name", "topic", "kind", "client_id"}),
        ("users/", {"username", "email", "password"}),
        ("rooms/tea/members/", {"username"}),
    ],
)
def test_the_form_of_a_browsed_list_offers_what_one_may_send(
    client: Client, alice: User, room: Room, path: str, fields: set[str]
) -> None:
    client.force_login(alice)
    assert set(offered(client, path)) == fields


def test_the_form_of_the_browsed_rooms_needs_a_name_alone(client: Client, alice: User) -> None:
    client.force_login(alice)
    body = offered(client, "rooms/") | {"name": "Tea"}
    assert client.post("/api/rooms/", body, "application/json").status_code == 201


def test_other_origins_call_only_where_a_setting_lets_them(
    calls: Caller, alice: User, settings: Any
) -> None:
    origin = {"origin": "https://app.example.org"}
    refused = calls(alice).get("/api/rooms/", headers=origin)
    assert "Access-Control-Allow-Origin" not in refused
    settings.CORS_ALLOWED_ORIGINS = ["https://app.example.org"]
    allowed = calls(alice).get("/api/rooms/", headers=origin)
    assert allowed["Access-Control-Allow-Origin"] == "https://app.example.org"
    assert "Access-Control-Allow-Credentials" not in allowed
    assert "Access-Control-Allow-Origin" not in calls(alice).get("/", headers=origin)
