"""Pages have their times in the zone that the reader's browser tells."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from accounts.models import User
from chat.actions.memberships import join_room
from chat.actions.messages import send_message
from chat.actions.rooms import create_room
from chat.models import Message, Room

pytestmark = pytest.mark.django_db

LATE = datetime(2026, 3, 10, 22, 30, tzinfo=UTC)


@pytest.fixture
def late(alice: User, bob: User) -> Room:
    """A room where something was said at half past ten in the evening, as UTC has it."""
    room = create_room(owner=alice, name="Late")
    join_room(room=room.pk, user=bob)
    send_message(room=room.pk, sender=alice, text="Still up?")
    Message.objects.filter(room=room).update(created_at=LATE)
    return room


def page(user: User, address: str, zone: str | None) -> str:
    client = Client()
    client.force_login(user)
    if zone is not None:
        client.cookies["zone"] = zone
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_room_has_its_hours_and_days_in_the_readers_zone(bob: User, late: Room) -> None:
    here = page(bob, f"/rooms/{late.slug}/", "Asia/Tokyo")
    assert ">07:30</time>" in here
    assert 'data-day="2026-03-11"' in here


@pytest.mark.parametrize("zone", [None, "", "Nowhere/Land", "../../etc/passwd", "Europe", "Ä"])
def test_without_a_zone_or_with_nonsense_it_is_the_servers(
    bob: User, late: Room, zone: str | None
) -> None:
    here = page(bob, f"/rooms/{late.slug}/", zone)
    assert ">22:30</time>" in here
    assert 'data-day="2026-03-10"' in here


def test_one_readers_zone_is_not_the_next_ones(bob: User, late: Room) -> None:
    page(bob, f"/rooms/{late.slug}/", "Asia/Tokyo")
    assert ">22:30</time>" in page(bob, f"/rooms/{late.slug}/", None)


def test_the_api_stays_in_utc(bob: User, late: Room) -> None:
    told = page(bob, f"/api/rooms/{late.slug}/messages/", "Asia/Tokyo")
    assert "2026-03-10T22:30:00" in told
    assert "2026-03-11" not in told
