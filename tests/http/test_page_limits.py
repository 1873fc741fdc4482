"""How much a person may send by pages."""

from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncClient, Client
from rest_framework.test import APIClient

from accounts.actions.tokens import create_token
from accounts.models import User
from chat.models import InviteLink, Room
from tests.http.browsing import LOGIN

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_limits")]
NEW_ROOM = {"name": "Tea", "topic": ""}


@pytest.fixture(autouse=True)
def two_writes_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    rates = {"reads": "2/min", "writes": "2/min"}
    monkeypatch.setattr("api.throttles.ReadThrottle.THROTTLE_RATES", rates)


def use_up(client: Client) -> None:
    for _ in range(2):
        assert client.post("/theme/", {"theme": "dark"}).status_code == 302


def test_who_makes_rooms_without_pause_is_asked_to_wait(client: Client, alice: User) -> None:
    client.force_login(alice)
    for _ in range(2):
        assert client.post("/new-room/", NEW_ROOM).status_code == 302
    refused = client.post("/new-room/", NEW_ROOM)
    assert refused.status_code == 429
    assert "That was too quick" in refused.content.decode()
    assert 0 < int(refused["Retry-After"]) <= 60
    assert Room.objects.count() == 2


def test_whom_one_asks_in_is_limited_as_well(
    client: Client, alice: User, carol: User, private_room: Room
) -> None:
    client.force_login(alice)
    use_up(client)
    asked = client.post(f"/rooms/{private_room.slug}/invite/", {"username": "carol"})
    assert asked.status_code == 429
    assert not carol.invitations.exists()
    assert client.post(f"/rooms/{private_room.slug}/links/", {"days": "1"}).status_code == 429
    assert not InviteLink.objects.exists()


def test_pages_and_api_count_together(client: Client, alice: User) -> None:
    client.force_login(alice)
    use_up(client)
    _row, token = create_token(user=alice)
    programs = APIClient()
    programs.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    assert programs.post("/api/rooms/", {"name": "Tea"}).status_code == 429


def test_reading_goes_on_and_others_are_not_held_up(client: Client, alice: User, bob: User) -> None:
    client.force_login(alice)
    use_up(client)
    assert client.post("/new-room/", NEW_ROOM).status_code == 429
    assert client.get("/new-room/").status_code == 200
    client.force_login(bob)
    assert client.post("/new-room/", NEW_ROOM).status_code == 302


def test_strangers_are_counted_at_the_gate_alone(client: Client) -> None:
    for _ in range(4):
        assert client.post(LOGIN, {"login": "nobody", "password": "no"}).status_code == 200


def test_pages_answered_asynchronously_are_limited_too(
    async_client: AsyncClient, alice: User
) -> None:
    async_client.force_login(alice)
    sent = [async_to_sync(async_client.post)("/new-room/", NEW_ROOM) for _ in range(3)]
    assert [answer.status_code for answer in sent] == [302, 302, 429]


def test_without_redis_everything_passes(client: Client, alice: User, settings: Any) -> None:
    settings.CACHES = {
        "default": {
            "BACKEND": "project.cache.FailOpenRedisCache",
            "LOCATION": ["unix:///nowhere/redis.sock"],
        }
    }
    client.force_login(alice)
    for _ in range(3):
        assert client.post("/new-room/", NEW_ROOM).status_code == 302
