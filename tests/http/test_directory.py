"""The list of rooms, and a look into a public room before joining it."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from chat import directory
from chat.actions.direct import start_direct_room
from chat.actions.memberships import invite_member, join_room
from chat.actions.messages import delete_message, send_message
from chat.actions.moderation import ban_member, close_room
from chat.actions.receipts import mark_read
from chat.actions.rooms import change_room, create_room
from chat.models import Attachment, Membership, Mention, Message, Room, RoomKind
from chat.templatetags.moments import short
from tests.factories import make_room, make_user

from .around_rooms import cost_of

pytestmark = pytest.mark.django_db


def page_of(user: User, path: str = "/") -> str:
    client = Client()
    client.force_login(user)
    answer = client.get(path)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def listed(user: User, path: str = "/") -> list[str]:
    """The names of the rooms in the list, in order."""
    return re.findall(r'class="row-link" href="/rooms/[^"]+">([^<]+)<', page_of(user, path))


def say(room: Room, user: User, text: str = "words", *, at: datetime | None = None) -> Message:
    message = send_message(room=room.pk, sender=user, text=text)
    if at:
        Message.objects.filter(pk=message.pk).update(created_at=at)
    return message


# Order


def test_what_waits_comes_first_then_what_was_spoken_in_last(alice: User, bob: User) -> None:
    now = timezone.now()
    quiet, old, fresh, waits = (make_room(alice, bob, name=n) for n in ("a", "b", "c", "d"))
    say(waits, bob, at=now - timedelta(days=3))
    for room, at in ((old, now - timedelta(days=2)), (fresh, now)):
        say(room, alice, at=at)
    assert listed(alice) == [waits.name, fresh.name, old.name, quiet.name]


def test_what_calls_one_comes_before_what_only_waits(alice: User, bob: User) -> None:
    now = timezone.now()
    calls, waits = make_room(alice, bob, name="calls"), make_room(alice, bob, name="waits")
    call = say(calls, bob, "@alice?", at=now - timedelta(hours=1))
    Mention.objects.get_or_create(
        room=calls, user=alice, message=call, defaults={"sequence": call.sequence}
    )
    say(waits, bob, at=now)
    assert listed(alice) == ["calls", "waits"]


def test_a_silenced_room_stands_among_those_in_which_nothing_waits(alice: User, bob: User) -> None:
    now = timezone.now()
    silent, waits = make_room(alice, bob, name="silent"), make_room(alice, bob, name="waits")
    say(silent, bob, at=now)
    say(waits, bob, at=now - timedelta(hours=1))
    Membership.objects.filter(room=silent, user=alice).update(silenced=True)
    assert listed(alice) == ["waits", "silent"]


def test_direct_rooms_stand_apart_under_the_other_s_name(alice: User, bob: User) -> None:
    direct = start_direct_room(by=alice, user=bob)
    say(direct, bob, "Five minutes?")
    page = page_of(alice)
    part = page[page.index("Direct messages</h2>") :]
    assert re.search(r'class="row-link"[^>]+>bob<', part)
    assert "Five minutes?" in part
    assert "Yours" not in page


def test_files_without_a_word_are_told_by_their_names(alice: User, room: Room) -> None:
    message = say(room, alice, "x")
    Message.objects.filter(pk=message.pk).update(text="")
    Attachment.objects.create(
        room=room, uploader=alice, message=message, name="plan.pdf", type="application/pdf", size=1
    )
    assert "<b>You</b>: plan.pdf" in page_of(alice)
    door = page_of(make_user(), f"/rooms/{room.slug}/")
    assert "plan.pdf" in door
    assert "/files/" not in door


def test_each_of_one_s_rooms_shows_what_was_said_last(alice: User, bob: User, room: Room) -> None:
    say(room, bob, "first")
    say(room, bob, "Tea & <b>cake</b>?")
    gone = say(room, bob, "regretted")
    delete_message(room=room.pk, user=bob, message_id=gone.pk)
    assert "<b>bob</b>: Tea & <b>cake</b>?" in page_of(alice)
    say(room, alice, "Yes")
    assert "<b>You</b>: Yes" in page_of(alice)


def test_text_in_the_list_is_only_text(alice: User, room: Room) -> None:
    client = Client()
    client.force_login(alice)
    say(room, alice, "<script>alert(1)</script>")
    assert "<script>alert" not in client.get("/").content.decode()


# Search


@pytest.mark.parametrize(("words", "found"), [("tea", 2), ("TEA", 2), ("eleven", 1), ("x", 0)])
def test_rooms_are_found_by_name_and_topic_one_s_own_and_others(
    alice: User, bob: User, words: str, found: int
) -> None:
    make_room(alice, name="Tea")
    create_room(owner=bob, name="Break", topic="tea at eleven")
    make_room(bob, name="Release")
    assert len(listed(alice, f"/?q={words}")) == found


def test_a_search_that_finds_nothing_says_what_it_looked_for(alice: User, room: Room) -> None:
    page = page_of(alice, "/?q=plumbing")
    assert "No room is called or about “plumbing”" in page
    assert 'value="plumbing"' in page


def test_a_search_never_finds_what_is_hidden(carol: User, private_room: Room) -> None:
    assert listed(carol, "/?q=Secrets") == []


@pytest.mark.parametrize("query", ["page=0", "page=x", "yours=-1", "page=99999999999999999999"])
def test_an_unreadable_page_is_the_first(carol: User, room: Room, query: str) -> None:
    assert listed(carol, f"/?{query}") == [room.name]


# Pages


def test_one_s_own_rooms_have_pages_too(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directory, "ROOMS_A_PAGE", 2)
    for name in ("a", "b", "c"):
        make_room(alice, name=name)
    assert listed(alice) == ["a", "b"]
    assert listed(alice, "/?yours=2") == ["c"]
    assert 'href="?yours=2"' in page_of(alice)
    assert 'href="?yours=1"' in page_of(alice, "/?yours=2")


def test_turning_a_page_keeps_what_is_looked_for(
    alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(directory, "ROOMS_A_PAGE", 1)
    for name in ("tea", "green tea", "coffee"):
        make_room(bob, name=name)
    page = page_of(alice, "/?q=tea")
    assert 'href="?q=tea&page=2"' in page
    assert listed(alice, "/?q=tea&page=2") == ["tea"]


def test_the_list_costs_as_much_however_many_rooms_there_are(alice: User, bob: User) -> None:
    def furnish(number: int) -> None:
        say(make_room(alice, bob, name=f"Mine {number}"), bob)
        say(make_room(bob, name=f"Other {number}"), bob)
        secret = make_room(bob, name=f"Secret {number}", kind=RoomKind.PRIVATE)
        invite_member(room=secret.pk, by=bob, user=alice)

    furnish(0)
    few = cost_of(alice, "/")
    for number in range(1, 12):
        furnish(number)
    assert cost_of(alice, "/") == few <= 14


# What can be joined


def test_a_room_to_join_shows_its_people_and_its_last_words(
    alice: User, carol: User, room: Room
) -> None:
    say(room, alice, "Anybody there?")
    page = page_of(carol)
    assert re.search(r"2 people · <b>alice</b>: Anybody there\?", page)


def test_who_is_shut_out_is_not_offered_the_room(alice: User, bob: User, room: Room) -> None:
    say(room, alice, "about bob")
    ban_member(room=room.pk, by=alice, user=bob, reason="spam")
    assert listed(bob) == []
    door = page_of(bob, f"/rooms/{room.slug}/")
    assert "do not let you in" in door
    assert "/join/" not in door
    assert "about bob" not in door


# Before joining


def test_a_public_room_can_be_looked_into_before_joining(
    alice: User, carol: User, room: Room
) -> None:
    change_room(room=room.pk, by=alice, topic="Tea at eleven")
    for number in range(25):
        say(room, alice, f"words {number}")
    door = page_of(carol, f"/rooms/{room.slug}/")
    assert "Tea at eleven" in door
    assert "2 people" in door
    assert re.findall(r"<p>words (\d+)</p>", door) == [str(n) for n in range(5, 25)]
    assert f'action="/rooms/{room.slug}/join/"' in door
    assert "composer" not in door


def test_a_look_leaves_no_trace(alice: User, carol: User, room: Room) -> None:
    say(room, alice)
    before = list(Message.objects.values()), room.memberships.count()
    page_of(carol, f"/rooms/{room.slug}/")
    assert (list(Message.objects.values()), room.memberships.count()) == before


def test_of_a_private_room_the_invited_see_the_door_only(
    alice: User, carol: User, private_room: Room
) -> None:
    say(private_room, alice, "between us")
    invite_member(room=private_room.pk, by=alice, user=carol)
    door = page_of(carol, f"/rooms/{private_room.slug}/")
    assert "between us" not in door
    assert "You were asked in." in door


def test_a_closed_room_is_not_looked_into(alice: User, carol: User, room: Room) -> None:
    say(room, alice, "the end")
    close_room(room=room.pk, by=alice)
    assert "the end" not in page_of(carol, f"/rooms/{room.slug}/")


def test_a_look_costs_as_much_however_full_the_room_is(
    alice: User, carol: User, room: Room
) -> None:
    say(room, alice)
    sparse = cost_of(carol, f"/rooms/{room.slug}/")
    for number in range(30):
        join_room(room=room.pk, user=make_user())
        say(room, alice, str(number))
    assert cost_of(carol, f"/rooms/{room.slug}/") == sparse


# Empty


def test_the_first_person_is_told_how_to_begin(alice: User) -> None:
    page = page_of(alice)
    assert "There are no rooms yet" in page
    assert "Make the first one." in page


def test_a_room_in_which_nobody_spoke_says_so(alice: User, carol: User) -> None:
    room = make_room(alice)
    assert "Nobody has said anything yet" in page_of(carol, f"/rooms/{room.slug}/")


# Times


@pytest.mark.parametrize(
    ("ago", "said"),
    [
        (timedelta(hours=1), "13:30"),
        (timedelta(days=1), "Thursday"),
        (timedelta(days=6), "Saturday"),
        (timedelta(days=7), "13 November"),
        (timedelta(days=400), "16 October 2025"),
        (timedelta(hours=-20), "21 November"),
    ],
)
def test_times_are_as_short_as_they_are_clear(
    monkeypatch: pytest.MonkeyPatch, ago: timedelta, said: str
) -> None:
    friday = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)
    monkeypatch.setattr(timezone, "now", lambda: friday)
    assert short(friday - ago) == said


def test_reading_puts_a_room_back_among_the_others(alice: User, bob: User) -> None:
    read, other = make_room(alice, bob, name="read"), make_room(alice, bob, name="other")
    sent = say(read, bob, at=timezone.now() - timedelta(hours=1))
    say(other, alice)
    assert listed(alice) == ["read", "other"]
    mark_read(room=read.pk, user=alice, sequence=sent.sequence)
    assert listed(alice) == ["other", "read"]


def test_the_welcome_says_what_this_is(client: Any) -> None:
    page = client.get("/").content.decode()
    assert "A place for your team to talk" in page
