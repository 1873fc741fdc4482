"""A room's settings: who sees which, and that they are set."""

import pytest
from django.test import Client

from accounts.models import User
from chat.actions.moderation import ban_member, close_room
from chat.models import ModerationAct, ModerationEntry, Room
from tests.factories import make_room, make_user

from .around_rooms import acts_in, appoint, browser_of, look, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def path(room: Room) -> str:
    return f"/rooms/{room.slug}/settings/"


def test_the_owner_sets_name_topic_and_what_is_kept(alice: User, room: Room, path: str) -> None:
    answer = send(alice, path, act="about", name="Coffee", topic="Beans", history_limit="500")
    assert answer["Location"] == path
    room.refresh_from_db()
    assert (room.name, room.topic, room.history_limit) == ("Coffee", "Beans", 500)
    send(alice, path, act="about", name="Coffee", topic="", history_limit="")
    room.refresh_from_db()
    assert (room.topic, room.history_limit) == ("", None)


def test_what_was_typed_is_kept_beside_what_is_wrong(alice: User, path: str) -> None:
    answer = send(alice, path, act="about", name=" ", topic="Beans", history_limit="-3")
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "A room needs a name." in page
    assert 'value="Beans"' in page
    assert 'value="-3"' in page


def test_a_moderator_sets_the_pace_with_a_reason(bob: User, room: Room, path: str) -> None:
    appoint(room, bob)
    assert send(bob, path, act="pace", seconds=60).status_code == 400
    send(bob, path, act="pace", seconds=60, reason="too lively")
    room.refresh_from_db()
    assert room.slow_mode == 60
    entry = ModerationEntry.objects.get()
    assert (entry.act, entry.reason) == (ModerationAct.SLOW_MODE, "too lively")


def test_a_pace_that_is_not_on_the_list_is_kept_by_who_saves_something_else(
    alice: User, room: Room, path: str
) -> None:
    Room.objects.filter(pk=room.pk).update(slow_mode=42)
    assert '<option value="42" selected>' in look(alice, path)


def test_the_owner_closes_the_room_and_reopens_it(alice: User, room: Room, path: str) -> None:
    assert acts_in(look(alice, path)) == {"about", "pace", "close"}
    send(alice, path, act="close", reason="all said")
    room.refresh_from_db()
    assert room.closed_at is not None
    assert acts_in(look(alice, path)) == {"about", "pace", "reopen"}
    send(alice, path, act="reopen", reason="not all")
    room.refresh_from_db()
    assert room.closed_at is None


def test_a_moderator_is_offered_what_moderators_may_and_refused_the_rest(
    bob: User, room: Room, path: str
) -> None:
    appoint(room, bob)
    assert acts_in(look(bob, path)) == {"pace"}
    for act in ({"act": "about", "name": "Mine"}, {"act": "close", "reason": "no"}):
        assert send(bob, path, **act).status_code == 400
    room.refresh_from_db()
    assert (room.name, room.closed_at) == ("Tea", None)


@pytest.mark.parametrize("method", ["get", "post"])
def test_members_and_strangers_find_nothing(bob: User, carol: User, path: str, method: str) -> None:
    for user in (bob, carol):
        answer = getattr(browser_of(user), method)(path, {"act": "about", "name": "Mine"})
        assert answer.status_code == 403
        assert "There is nothing at this address" in answer.content.decode()


def test_the_banned_find_nothing(alice: User, bob: User, room: Room, path: str) -> None:
    appoint(room, bob)
    ban_member(room=room.pk, by=alice, user=bob, reason="spam")
    assert browser_of(bob).get(path).status_code == 403


def test_of_a_hidden_room_strangers_find_no_settings(carol: User, private_room: Room) -> None:
    hidden = browser_of(carol).get(f"/rooms/{private_room.slug}/settings/")
    nothing = browser_of(carol).get(f"/rooms/{'0' * 24}/settings/")
    assert hidden.status_code == nothing.status_code == 404
    assert hidden.content == nothing.content


def test_power_in_one_room_is_none_in_another(bob: User, room: Room, path: str) -> None:
    make_room(bob, name="Elsewhere")
    assert browser_of(bob).get(path).status_code == 403


def test_a_closed_room_can_still_be_set(alice: User, room: Room, path: str) -> None:
    close_room(room=room.pk, by=alice)
    send(alice, path, act="about", name="Old tea", topic="")
    room.refresh_from_db()
    assert room.name == "Old tea"


def test_an_act_that_there_is_not_changes_nothing(alice: User, room: Room, path: str) -> None:
    assert send(alice, path, act="destroy").status_code == 400


def test_settings_need_the_form_s_token(alice: User, room: Room, path: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    assert client.post(path, {"act": "about", "name": "Forged"}).status_code == 403
    room.refresh_from_db()
    assert room.name == "Tea"


def test_who_is_not_logged_in_is_asked_to(client: Client, path: str) -> None:
    assert client.get(path)["Location"] == f"/accounts/login/?next={path}"


def test_the_menu_offers_settings_to_moderators_only(alice: User, bob: User, room: Room) -> None:
    link = f'href="/rooms/{room.slug}/settings/"'
    assert link in look(alice, f"/rooms/{room.slug}/")
    assert link not in look(bob, f"/rooms/{room.slug}/")
    appoint(room, bob)
    assert link in look(bob, f"/rooms/{room.slug}/")
    assert make_user().memberships.count() == 0
