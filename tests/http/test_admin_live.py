"""The admin's page of live sessions."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from django.test import Client

from accounts.models import User
from chat import fanout
from chat.live_sessions import LiveSession, _keys
from chat.models import Room
from tests.http.administering import browser_of, list_address, make_staff, page_address

pytestmark = pytest.mark.django_db

LIVE = "/admin/chat/liveperson/"


@pytest.fixture(autouse=True)
def own_register(settings: Any) -> Iterator[None]:
    """Sessions of servers of other tests end a little later than these, those of killed ones later
    still: they are in the register of all."""
    settings.CHAT_BUS_PREFIX = "admin-live"
    redis = fanout.client()
    yield
    redis.delete(*_keys())


@pytest.fixture
def client() -> Client:
    return browser_of(User.objects.create_superuser("admin"))


def connect(user: User, *rooms: Room, **more: Any) -> LiveSession:
    """Put a session into the register, as the process does that carries it."""
    session = LiveSession(
        user_id=user.pk,
        username=user.username,
        **{
            "session_id": f"s{user.pk}-{len(rooms)}",
            "login": "browser",
            "address": "192.0.2.7",
            "agent": "Firefox",
            "since": datetime.now(UTC) - timedelta(minutes=5),
            "rooms": tuple(room.slug for room in rooms),
            **more,
        },
    )
    leases, entries = _keys()
    client = fanout.client()
    client.zadd(leases, {session.session_id: int(client.time()[0]) * 1000 + 60_000})
    client.hset(entries, session.session_id, msgspec.json.encode(session).decode())
    return session


def shown(client: Client, **query: str) -> set[str]:
    answer = client.get(LIVE, query)
    assert answer.status_code == 200
    return {row.session.username for row in answer.context["rows"]}


def test_live_sessions_tell_who_from_where_since_when_and_where(
    client: Client, alice: User, room: Room, private_room: Room
) -> None:
    connect(alice, room, private_room, login="token", agent="<b>curl</b>")
    page = client.get(LIVE).content.decode()
    for words in ("alice", "192.0.2.7", "5\xa0minutes ago", "Tea", "Secrets", "API token"):
        assert words in page
    assert "<b>curl</b>" not in page
    assert page_address(alice) in page
    assert "1 live session" in page


def test_live_sessions_are_found_by_person_room_and_address(
    client: Client, alice: User, bob: User, room: Room
) -> None:
    connect(alice, room)
    connect(bob, address="198.51.100.1")
    assert shown(client) == {"alice", "bob"}
    assert shown(client, person="ALI") == {"alice"}
    assert shown(client, room="te") == {"alice"}
    assert shown(client, room=room.slug) == {"alice"}
    assert shown(client, room="nowhere") == set()
    assert shown(client, address="198.") == {"bob"}
    assert shown(client, person="a", address="198.") == set()


def test_many_live_sessions_are_shown_page_by_page(
    client: Client, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chat.admin.live.A_PAGE", 2)
    for number in range(5):
        connect(alice, session_id=f"s{number}")
    answer = client.get(LIVE, {"p": "2", "person": "alice"})
    assert len(answer.context["rows"]) == 2
    assert "?person=alice&amp;p=3" in answer.content.decode()
    assert client.get(LIVE, {"p": "99x"}).status_code == 200


def test_rooms_are_named_to_those_who_may_see_rooms(alice: User, room: Room) -> None:
    connect(alice, room)
    page = browser_of(make_staff("looker", "chat.view_liveperson")).get(LIVE).content.decode()
    assert "alice" in page
    assert "Tea" not in page


def test_the_list_and_the_first_page_tell_who_is_here(
    client: Client, alice: User, bob: User, room: Room
) -> None:
    connect(alice, room)
    connect(alice)
    people = client.get(list_address("accounts_user")).content.decode()
    assert "2 sessions" in people
    live = client.get(list_address("accounts_user"), {"access": "live"})
    assert list(live.context["cl"].result_list) == [alice]
    assert "1 person is live" in client.get("/admin/").content.decode()


def test_without_redis_every_page_says_that_nobody_can_say(
    client: Client, alice: User, settings: Any
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1"
    fanout.client.cache_clear()
    try:
        assert "Redis is away" in client.get(LIVE).content.decode()
        assert "Redis is away" in client.get("/admin/").content.decode()
        people = client.get(list_address("accounts_user"))
        assert "unknown" in people.content.decode()
    finally:
        fanout.client.cache_clear()


def test_live_sessions_have_no_other_pages(client: Client, alice: User) -> None:
    for address in (f"{LIVE}{alice.pk}/change/", f"{LIVE}add/", f"{LIVE}{alice.pk}/delete/"):
        assert client.get(address).status_code == 404
