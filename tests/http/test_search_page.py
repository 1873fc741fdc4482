"""Searching as a browser without JavaScript does it, and coming to the place that was found."""

import re
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from accounts.actions.hiding import hide
from accounts.actions.profile import describe
from accounts.models import User
from chat import searching
from chat.actions.memberships import end_membership
from chat.actions.messages import send_message
from chat.models import Message, Room, RoomKind
from tests.domain.publishing import comment, make_moderator, post
from tests.factories import make_room, make_user

from .around_rooms import browser_of

pytestmark = pytest.mark.django_db
PAGE = 10


@pytest.fixture(autouse=True)
def small_pages(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.CHAT_HISTORY_PAGE = PAGE
    monkeypatch.setattr("chat.views.search.HITS_A_PAGE", 3)


def say(room: Room, user: User, *texts: str) -> list[Message]:
    return [send_message(room=room.pk, sender=user, text=text) for text in texts]


def search(user: User, q: str = "", **query: Any) -> str:
    answer = browser_of(user).get("/search/", {"q": q, **query})
    assert answer.status_code == 200
    return answer.content.decode()


def hits(page: str) -> list[str]:
    return re.findall(r'<p class="row-text" dir="auto">(.*?)</p>', page, re.DOTALL)


def link_to(page: str, words: str) -> str:
    found = re.search(rf'href="([^"]*)"[^>]*>{re.escape(words)}</a>', page)
    assert found, words
    return unescape(found[1])


def shown(page: str) -> list[str]:
    timeline = page[: page.index('<form class="composer"')]
    return [unescape(text) for text in re.findall(r'data-sequence="(\d+)"', timeline)]


def test_strangers_are_asked_to_log_in(client: Client) -> None:
    answer = client.get("/search/?q=red")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/accounts/login/")


def test_without_words_the_page_says_how_to_search(alice: User) -> None:
    assert "Find what was said" in search(alice)
    assert "There is no word in this" in search(alice, "?!")
    assert "There is no word in this" in search(alice, "**")
    assert "Find what was said" in search(alice, "\0")


def test_what_was_found_is_shown_with_who_where_and_when(room: Room, alice: User) -> None:
    [message] = say(room, alice, "The unread counters moved")
    page = search(alice, "unread")
    assert hits(page) == ["The <mark>unread</mark> counters moved"]
    assert f'href="/rooms/{room.slug}/?at={message.sequence}#m{message.pk}">alice</a>' in page
    assert f"in {room.name} ·" in page
    assert f'<time datetime="{message.created_at:%Y-%m-%dT%H:%M}' in page
    assert "1 message." in page


def test_what_was_found_in_a_direct_room_says_to_whom(alice: User, bob: User) -> None:
    room = make_room(alice, bob, kind=RoomKind.DIRECT)
    say(room, alice, "Red is fine")
    assert "to bob ·" in search(alice, "red")
    assert "to you ·" in search(bob, "red")
    assert "Search in bob" in search(alice, "red", room=room.slug)


def test_markup_in_a_text_or_a_query_stays_text(room: Room, alice: User) -> None:
    say(room, alice, "<script>alert(1)</script> & more")
    page = search(alice, '"><script>alert')
    assert hits(page) == [
        "&lt;<mark>script&gt;alert</mark>(1)&lt;/script&gt; &amp; more",
    ]
    assert "<script>alert" not in page
    assert "<script>alert" not in search(alice, "<script>alert(2)</script>")


def test_what_is_not_found_is_said_with_a_way_on(room: Room, alice: User) -> None:
    assert "Nothing says “purple”" in search(alice, "purple")
    page = search(alice, "purple", room=room.slug)
    assert f"Nothing in {room.name} says “purple”" in page
    assert link_to(page, "Search all your rooms") == "?q=purple"


def test_one_room_or_all(room: Room, private_room: Room, alice: User) -> None:
    say(room, alice, "red here")
    say(private_room, alice, "red there")
    page = search(alice, "red", room=room.slug)
    assert hits(page) == ["<mark>red</mark> here"]
    assert f'name="room" value="{room.slug}"' in page
    assert link_to(page, "All your rooms") == "?q=red"
    assert len(hits(search(alice, "red"))) == 2


def test_a_room_of_others_answers_like_one_that_does_not_exist(
    room: Room, private_room: Room, alice: User, carol: User
) -> None:
    say(room, alice, "red")
    answers = [
        browser_of(carol).get("/search/", {"q": "red", "room": slug})
        for slug in (room.slug, private_room.slug, "nowhere", "no slug/at all")
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert hits(search(carol, "red")) == []


def test_who_left_finds_nothing_there_any_more(room: Room, alice: User, bob: User) -> None:
    say(room, alice, "red")
    assert len(hits(search(bob, "red"))) == 1
    end_membership(room=room.pk, user=bob)
    assert hits(search(bob, "red")) == []
    assert browser_of(bob).get("/search/", {"q": "red", "room": room.slug}).status_code == 404


def test_results_come_in_pages(room: Room, alice: User) -> None:
    say(room, alice, *(f"red {number}" for number in range(7)))
    first = search(alice, "red")
    assert "7 messages." in first
    second = browser_of(alice).get(f"/search/{link_to(first, 'More results')}").content.decode()
    last = browser_of(alice).get(f"/search/{link_to(second, 'More results')}").content.decode()
    numbers = [hit[-1] for page in (first, second, last) for hit in hits(page)]
    assert numbers == list("6543210")
    assert "More results" not in last
    assert "There are no more results" in search(alice, "red", page=4)


def test_a_page_that_cannot_be_read_is_the_first(room: Room, alice: User) -> None:
    say(room, alice, "red")
    for number in ("0", "-1", "x", "9" * 30):
        assert len(hits(search(alice, "red", page=number))) == 1


def test_the_order_can_be_chosen(room: Room, alice: User) -> None:
    say(room, alice, "red", f"red and {'more ' * 30}")
    newest = search(alice, "red")
    assert hits(newest)[1] == "<mark>red</mark>"
    assert link_to(newest, "Best first") == "?q=red&best=on"
    best = search(alice, "red", best="on")
    assert hits(best)[0] == "<mark>red</mark>"
    assert link_to(best, "Newest first") == "?q=red"
    assert 'name="best" value="on"' in best


def test_a_count_beyond_the_cap_says_so(
    room: Room, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "FOUND_CAP", 4)
    say(room, alice, *(f"red {number}" for number in range(6)))
    assert "More than 4 messages" in search(alice, "red")
    assert "More results" not in search(alice, "red", page=2)


def test_a_very_long_query_is_answered(room: Room, alice: User) -> None:
    say(room, alice, "red")
    page = search(alice, "red " * 3_000)
    assert len(hits(page)) == 1
    assert len(page) < 100_000


@pytest.mark.usefixtures("fresh_limits")
def test_who_searches_without_pause_is_asked_to_wait(
    room: Room, alice: User, bob: User, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.CHAT_SEARCHES_PER_MINUTE = 2
    clock = [1_000_000.0]
    monkeypatch.setattr("accounts.limits.time", lambda: clock[0])
    say(room, alice, "red")
    for _ in range(2):
        assert len(hits(search(alice, "red"))) == 1
    answer = browser_of(alice).get("/search/?q=red")
    assert answer.status_code == 429
    page = answer.content.decode()
    assert hits(page) == []
    assert "Too many searches." in page
    assert 'value="red"' in page
    assert search(alice)  # looking at the empty page is no search
    assert len(hits(search(bob, "red"))) == 1
    clock[0] += 60
    assert len(hits(search(alice, "red"))) == 1


def test_the_page_costs_a_fixed_number_of_queries(
    room: Room,
    private_room: Room,
    alice: User,
    bob: User,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    client = browser_of(alice)
    for number in range(3):
        say(make_room(alice, bob, name=f"{number}"), alice, "red")
        say(room, bob, "red")
    client.get("/search/")
    # Session, person, last seen, sidebar; three to search; rights, and three to count the rest.
    with django_assert_max_num_queries(13):
        assert len(hits(client.get("/search/?q=red").content.decode())) == 3


# Posts and people


def tabs(page: str) -> list[str]:
    """The kinds of things and how many were found of each; the present one with a star."""
    bar = page[page.index('aria-label="What to search for"') :]
    found = re.findall(r"<a href=[^>]*?( aria-current[^>]*)?>(.*?)</a>", bar[: bar.index("</nav>")])
    return [re.sub("<[^>]*>", "", name) + ("*" if current else "") for current, name in found]


def test_every_kind_is_counted_and_one_is_shown(room: Room, alice: User, bob: User) -> None:
    say(room, alice, "red one", "red two")
    written = post(alice, "red **three**")
    said = comment(written, bob, "red four")
    describe(user=bob, about_me="red five")
    page = search(alice, "red")
    assert tabs(page) == ["Messages 2*", "Posts 2", "People 1"]
    assert hits(page) == ["<mark>red</mark> two", "<mark>red</mark> one"]
    page = search(alice, "red", kind="posts")
    assert tabs(page) == ["Messages 2", "Posts 2*", "People 1"]
    assert hits(page) == ["<mark>red</mark> four", "<mark>red</mark> three"]
    assert link_to(page, "bob") == f"/posts/{written.pk}/?comment={said.pk}#c{said.pk}"
    assert link_to(page, "alice") == f"/posts/{written.pk}/"
    assert "comment on a post by alice" in page
    page = search(alice, "red", kind="people")
    assert tabs(page) == ["Messages 2", "Posts 2", "People 1*"]
    assert "<mark>red</mark> five" in page
    assert link_to(page, "bob") == "/people/bob/"
    assert 'action="/people/bob/follow/"' in page


def test_a_kind_that_does_not_exist_is_messages(alice: User) -> None:
    assert tabs(search(alice, kind="rooms")) == ["Messages*", "Posts", "People"]
    assert 'name="kind" value="posts"' in search(alice, kind="posts")


def test_who_does_not_say_what_to_look_for_sees_what_there_is(alice: User, bob: User) -> None:
    assert tabs(search(alice, "bob")) == ["Messages 0", "Posts 0", "People 1*"]
    written = post(alice, "red")
    page = search(alice, "red")
    assert tabs(page) == ["Messages 0", "Posts 1*", "People 0"]
    assert link_to(page, "alice") == f"/posts/{written.pk}/"
    assert 'name="kind"' not in page
    page = search(alice, "red", kind="messages")
    assert tabs(page) == ["Messages 0*", "Posts 1", "People 0"]
    assert tabs(search(alice, "blue")) == ["Messages 0*", "Posts 0", "People 0"]


def test_a_room_has_messages_alone(room: Room, alice: User) -> None:
    say(room, alice, "red")
    post(alice, "red post")
    page = search(alice, "red", room=room.slug, kind="posts")
    assert hits(page) == ["<mark>red</mark>"]
    assert "What to search for" not in page


def test_what_is_hidden_is_found_by_its_author_as_hidden(alice: User, carol: User) -> None:
    hide(post(alice, "red"), by=make_moderator(), reason="")
    page = search(alice, "red", kind="posts")
    assert (hits(page), "hidden</span>" in page) == (["<mark>red</mark>"], True)
    page = search(carol, "red", kind="posts")
    assert tabs(page) == ["Messages 0", "Posts 0*", "People 0"]
    assert "No post says “red”" in page


def test_markup_in_posts_and_of_people_stays_text(alice: User) -> None:
    post(alice, "red <script>alert(1)</script>")
    describe(user=alice, about_me="red <script>alert(1)</script>")
    for kind in ("posts", "people"):
        page = search(alice, "red", kind=kind)
        assert "<mark>red</mark> &lt;script&gt;alert(1)" in page
        assert "<script>alert" not in page


def test_posts_and_people_come_in_pages(alice: User) -> None:
    for number in range(5):
        post(alice, f"red {number}")
        make_user(f"red{number}")
    for kind, path in (("posts", "/posts/"), ("people", "/people/red")):
        client = browser_of(alice)
        first = search(alice, "red", kind=kind)
        second = client.get(f"/search/{link_to(first, 'More results')}").content.decode()
        places = [re.findall(f'row-link" href="({path}[^"]*)"', page) for page in (first, second)]
        assert (len(places[0]), len(places[1]), len({*places[0], *places[1]})) == (3, 2, 5)
        assert "More results" not in second


@pytest.mark.parametrize("kind", ["posts", "people"])
def test_pages_of_posts_and_people_cost_a_fixed_number_of_queries(alice: User, kind: str) -> None:
    client = browser_of(alice)
    counts = []
    for number in range(3):
        person = make_user(f"red{number}")
        comment(post(person, "red"), person, "red")
        client.get("/search/")
        with CaptureQueriesContext(connection) as captured:
            client.get("/search/", {"q": "red", "kind": kind})
        counts.append(len(captured))
    assert len(set(counts)) == 1, counts


# The place that was found


@pytest.fixture
def long(room: Room, alice: User) -> list[Message]:
    return say(room, alice, *(f"word{number}" for number in range(40)))


def page_at(user: User, room: Room, **place: Any) -> str:
    answer = browser_of(user).get(f"/rooms/{room.slug}/", place)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_result_leads_to_the_message_in_its_place(
    room: Room, alice: User, long: list[Message]
) -> None:
    page = search(alice, "word20")
    href = link_to(page, "alice")
    assert href.endswith(f"#m{long[20].pk}")
    place = browser_of(alice).get(href).content.decode()
    assert f'id="m{long[20].pk}"' in place
    assert shown(place) == [str(message.sequence) for message in long[15:25]]


def test_from_a_place_one_goes_on_in_both_directions(
    room: Room, alice: User, long: list[Message]
) -> None:
    numbers = [str(message.sequence) for message in long]
    client, address = browser_of(alice), f"/rooms/{room.slug}/"

    def follow(page: str, words: str) -> str:
        return client.get(address + link_to(page, words)).content.decode()

    place = page_at(alice, room, at=numbers[20])
    later = follow(place, "Later messages")
    assert shown(later) == numbers[20:30]
    assert shown(follow(later, "Later messages")) == numbers[25:35]
    assert shown(follow(place, "Earlier messages")) == numbers[5:15]
    end = follow(follow(later, "Later messages"), "Later messages")
    assert shown(end) == numbers[30:]
    assert "Later messages" not in end


def test_a_room_and_every_page_lead_to_the_search(room: Room, alice: User) -> None:
    page = page_at(alice, room)
    assert f'href="/search/?room={room.slug}"' in page
    assert 'href="/search/"' in page
