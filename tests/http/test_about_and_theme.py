"""What a room is about and who is in it, and the look that one chose, as pages."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from chat.actions.memberships import join_room
from chat.actions.messages import pin_message, send_message
from chat.actions.moderation import close_room, mute_member
from chat.actions.rooms import create_room
from chat.models import Membership, Room, RoomKind
from tests.factories import make_user

pytestmark = pytest.mark.django_db

FRAGMENT = {"X-Fragment": "1"}


@pytest.fixture
def tea(alice: User, bob: User) -> Room:
    room = create_room(owner=alice, name="Tea Break", topic="Tea at <eleven>")
    join_room(room=room.pk, user=bob)
    return room


def browser_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def about(user: User, room: Room, **headers: str) -> str:
    answer = browser_of(user).get(f"/rooms/{room.slug}/about/", headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


# About


def test_members_see_the_topic_and_who_is_in_it(bob: User, tea: Room) -> None:
    page = about(bob, tea)
    assert "Tea at &lt;eleven&gt;" in page
    assert page.index('data-username="alice"') < page.index('data-username="bob"')
    assert "owner" in page
    assert "<html" in page


def test_the_panel_gets_the_same_without_a_page_around(bob: User, tea: Room) -> None:
    fragment = about(bob, tea, **FRAGMENT)
    assert 'data-username="alice"' in fragment
    assert "<html" not in fragment
    assert fragment.strip() in about(bob, tea)


def test_caches_know_that_the_page_and_the_fragment_differ(bob: User, tea: Room) -> None:
    answer = browser_of(bob).get(f"/rooms/{tea.slug}/about/")
    assert "X-Fragment" in answer["Vary"]


def test_what_is_pinned_is_shown_and_leads_to_its_place(alice: User, bob: User, tea: Room) -> None:
    message = send_message(room=tea.pk, sender=bob, text="Milk <first>")
    pin_message(room=tea.pk, user=alice, message_id=message.pk, on=True)
    fragment = about(bob, tea, **FRAGMENT)
    assert "Milk &lt;first&gt;" in fragment
    assert f'href="/rooms/{tea.slug}/?at={message.sequence}#m{message.pk}"' in fragment


def test_when_somebody_was_last_seen_is_told(alice: User, bob: User, tea: Room) -> None:
    User.objects.filter(pk=alice.pk).update(last_seen=datetime(2020, 3, 1, 12, tzinfo=UTC))
    assert "1 March 2020" in about(bob, tea)


@pytest.mark.parametrize("kind", [RoomKind.PUBLIC, RoomKind.PRIVATE])
def test_strangers_learn_nothing_of_any_room(alice: User, bob: User, kind: RoomKind) -> None:
    room = create_room(owner=alice, name="Founders", topic="Hush", kind=kind)
    client = browser_of(bob)
    answers = [client.get(f"/rooms/{slug}/about/") for slug in (room.slug, "no-such-room")]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content


def test_only_the_first_hundred_are_named_and_all_are_counted(alice: User, tea: Room) -> None:
    people = [make_user(f"person{number}") for number in range(101)]
    Membership.objects.bulk_create(Membership(room=tea, user=person) for person in people)
    fragment = about(alice, tea, **FRAGMENT)
    assert fragment.count("data-username") == 100
    assert 'data-count="103"' in fragment


def test_the_panel_costs_as_much_however_many_they_are(
    alice: User, tea: Room, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    people = [make_user(f"person{number}") for number in range(20)]
    Membership.objects.bulk_create(Membership(room=tea, user=person) for person in people)
    client = browser_of(alice)
    client.get(f"/rooms/{tea.slug}/about/", headers=FRAGMENT)
    # Session, person, membership with its room, members, their number, what is pinned.
    with django_assert_num_queries(6):
        client.get(f"/rooms/{tea.slug}/about/", headers=FRAGMENT)


def test_everybody_in_the_panel_is_a_link_to_their_profile(bob: User, tea: Room) -> None:
    assert 'href="/people/alice/"' in about(bob, tea, **FRAGMENT)


# Theme


def test_a_chosen_theme_comes_with_every_page(client: Client) -> None:
    client.post("/theme/", {"theme": "dark"})
    assert 'data-theme="dark"' in client.get("/").content.decode()
    client.post("/theme/", {"theme": "system"})
    assert "data-theme" not in client.get("/").content.decode()


def test_only_light_and_dark_are_kept(client: Client) -> None:
    client.post("/theme/", {"theme": '"><script>'})
    assert "theme" not in {name for name, cookie in client.cookies.items() if cookie.value}


def test_one_comes_back_to_where_one_chose(client: Client) -> None:
    answer = client.post("/theme/", {"theme": "light", "next": "/rooms/tea/?before=7"})
    assert answer["Location"] == "/rooms/tea/?before=7"


@pytest.mark.parametrize("where", ["https://evil.example/", "//evil.example", "javascript:1", ""])
def test_nobody_is_led_elsewhere(client: Client, where: str) -> None:
    assert client.post("/theme/", {"theme": "light", "next": where})["Location"] == "/"


def test_a_theme_is_not_chosen_by_a_link(client: Client) -> None:
    assert client.get("/theme/?theme=dark").status_code == 405


def test_the_menu_shows_the_choice(alice: User) -> None:
    client = browser_of(alice)
    client.cookies["theme"] = "light"
    assert 'value="light" aria-pressed="true"' in client.get("/").content.decode()


# The room's page


def test_who_is_muted_finds_the_sentence_in_place_of_the_field(
    alice: User, bob: User, tea: Room
) -> None:
    until = timezone.now() + timedelta(hours=1)
    mute_member(room=tea.pk, by=alice, user=bob, until=until, reason="")
    page = browser_of(bob).get(f"/rooms/{tea.slug}/").content.decode()
    assert "You cannot write here until" in page
    assert '<div class="composer-box" hidden>' in page
    close_room(room=tea.pk, by=alice)
    page = browser_of(bob).get(f"/rooms/{tea.slug}/").content.decode()
    assert "You cannot write here until" not in page


def test_a_closed_panel_stays_closed(bob: User, tea: Room) -> None:
    client = browser_of(bob)
    assert 'class="app has-panel"' in client.get(f"/rooms/{tea.slug}/").content.decode()
    client.cookies["panel"] = "closed"
    assert 'class="app"' in client.get(f"/rooms/{tea.slug}/").content.decode()


def test_pages_say_whose_they_are(bob: User, tea: Room) -> None:
    for path in (f"/rooms/{tea.slug}/", "/", "/feed/", "/people/alice/", "/accounts/"):
        shown = browser_of(bob).get(path).content.decode()
        assert f'data-user="{bob.pk}"' in shown, path
