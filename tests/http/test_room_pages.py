"""The chat's pages, as a browser without JavaScript meets them."""

import json
import re
from html import unescape
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from chat.actions.memberships import end_membership, invite_member, join_room
from chat.actions.messages import delete_message, edit_message, send_message
from chat.actions.moderation import close_room
from chat.actions.rooms import create_room
from chat.models import Invitation, Membership, Message, Room, RoomKind
from chat.queries import membership_with_unread

pytestmark = pytest.mark.django_db


@pytest.fixture
def tea(alice: User) -> Room:
    return create_room(owner=alice, name="Tea Break", topic="Tea at eleven")


@pytest.fixture
def secret(alice: User) -> Room:
    return create_room(owner=alice, name="Founders", topic="Hush", kind=RoomKind.PRIVATE)


def browser_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page_of(client: Client, room: Room, **query: int) -> str:
    answer = client.get(f"/rooms/{room.slug}/", query)
    assert answer.status_code == 200
    return answer.content.decode()


def say(room: Room, user: User, *texts: str) -> list[Message]:
    return [send_message(room=room.pk, sender=user, text=text) for text in texts]


def shown(page: str) -> list[str]:
    """The texts of the timeline, in order."""
    timeline = page[: page.index('<form class="composer"')]
    return [unescape(text) for text in re.findall(r'prose"><p>(.*?)</p>', timeline, re.DOTALL)]


def client_id_in(page: str) -> str:
    found = re.search(r'name="client_id" value="([^"]+)"', page)
    assert found
    return found[1]


def test_the_page_brings_the_words_in_which_its_script_tells_of_refusals(
    alice: User, tea: Room
) -> None:
    found = re.search(r'data-refusals="([^"]*)"', page_of(browser_of(alice), tea))
    assert found
    words = json.loads(unescape(found[1]))
    assert words["message_too_long"] == "Not sent: it is longer than 4,000 characters."
    assert words["timeout"] == words["unavailable"]
    assert words[""] == "This was refused. Reload the page, then try again."
    assert {"room_closed", "not_a_member", "conflict", "disconnected"} < words.keys()


def history_in(page: str) -> dict[str, Any]:
    found = re.search(r'data-history="([^"]*)"', page)
    assert found
    history: dict[str, Any] = json.loads(unescape(found[1]))
    return history


# Welcome and rooms


def test_strangers_are_welcomed(client: Client) -> None:
    page = client.get("/").content.decode()
    assert "/accounts/login/" in page
    assert "/accounts/signup/" in page


def test_the_welcome_asks_the_database_nothing(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        client.get("/")


@pytest.mark.parametrize("path", ["/new-room/", "/rooms/tea-break/", "/rooms/tea-break/invite/"])
def test_strangers_are_asked_to_sign_in(client: Client, tea: Room, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 302
    assert answer["Location"] == f"/accounts/login/?next={path}"


def test_one_s_rooms_are_listed_with_what_waits_in_them(alice: User, bob: User, tea: Room) -> None:
    join_room(room=tea.pk, user=bob)
    say(tea, alice, "one", "two")
    page = browser_of(bob).get("/").content.decode()
    assert page.count('aria-label="2 unread"') == 2, "once in the sidebar, once in the list"


def test_more_than_counted_is_shown_as_more(alice: User, bob: User, tea: Room) -> None:
    join_room(room=tea.pk, user=bob)
    for number in range(101):
        say(tea, alice, str(number))
    assert "99+" in browser_of(bob).get("/").content.decode()


def test_rooms_open_to_all_can_be_joined_from_the_list(bob: User, tea: Room) -> None:
    client = browser_of(bob)
    assert f'action="/rooms/{tea.slug}/join/"' in client.get("/").content.decode()
    answer = client.post(f"/rooms/{tea.slug}/join/")
    assert answer["Location"] == f"/rooms/{tea.slug}/"
    assert Membership.objects.filter(room=tea, user=bob).exists()


def test_hidden_rooms_are_listed_for_those_invited_only(
    alice: User, bob: User, secret: Room
) -> None:
    client = browser_of(bob)
    assert secret.slug not in client.get("/").content.decode()
    invite_member(room=secret.pk, by=alice, user=bob)
    assert secret.slug in client.get("/").content.decode()


def test_a_long_list_of_rooms_has_pages(alice: User, bob: User) -> None:
    for number in range(51):
        create_room(owner=alice, name=f"Room {number:02}")
    client = browser_of(bob)
    assert "room-50" not in client.get("/").content.decode()
    assert "room-50" in client.get("/?page=2").content.decode()


# A room


def test_a_room_shows_its_messages_as_text(alice: User, tea: Room) -> None:
    say(tea, alice, "<b>bold</b>\n  & two lines", "second")
    page = page_of(browser_of(alice), tea)
    assert shown(page) == ["<b>bold</b>\n  & two lines", "second"]
    assert "<b>bold" not in page


def test_a_room_costs_as_much_however_full_it_is(
    alice: User, bob: User, tea: Room, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    join_room(room=tea.pk, user=bob)
    for number in range(40):
        say(tea, alice if number % 2 else bob, str(number))
    client = browser_of(alice)
    page_of(client, tea)
    # Session, person, own rooms with their heads, messages, reactions to them, whom they mention,
    # their files, and for a moderator what is reported.
    with django_assert_num_queries(9):
        page_of(client, tea)


def test_what_was_edited_or_deleted_is_shown_so(alice: User, tea: Room) -> None:
    first, second = say(tea, alice, "first", "second")
    edit_message(room=tea.pk, user=alice, message_id=first.pk, text="better")
    delete_message(room=tea.pk, user=alice, message_id=second.pk)
    page = page_of(browser_of(alice), tea)
    assert shown(page) == ["better", "This message was deleted."]
    assert re.search(r'class="message-note"[^>]*>edited', page)


def test_messages_in_a_row_share_a_head(alice: User, bob: User, tea: Room) -> None:
    join_room(room=tea.pk, user=bob)
    say(tea, alice, "one", "two")
    say(tea, bob, "three")
    page = page_of(browser_of(alice), tea)
    found = re.findall(r'<article class="message([^"]*)" id="m\d', page)
    assert found == [" is-own", " is-continued is-own", ""]


def test_joining_and_leaving_are_lines_of_the_timeline(alice: User, bob: User, tea: Room) -> None:
    join_room(room=tea.pk, user=bob)
    end_membership(room=tea.pk, user=bob)
    page = page_of(browser_of(alice), tea)
    assert re.findall(r'system-text">([^<]+)<', page)[:2] == ["bob joined", "bob left"]


def test_the_page_brings_the_history_that_its_script_goes_on_from(alice: User, tea: Room) -> None:
    [sent] = say(tea, alice, 'said "so" & <done>')
    tea.head.refresh_from_db()
    history = history_in(page_of(browser_of(alice), tea))
    assert history["sequence"] == tea.head.last_sequence == sent.sequence
    assert history["epoch"] == tea.head.epoch
    assert [message["message"] for message in history["messages"]] == ['said "so" & <done>']


def test_there_is_no_inline_script_or_style(alice: User, tea: Room) -> None:
    say(tea, alice, "words")
    page = page_of(browser_of(alice), tea)
    assert not re.search(r"<script(?![^>]* src=)|<style| style=| on[a-z]+=", page)


def test_earlier_messages_are_a_link_away(alice: User, tea: Room, settings: Any) -> None:
    settings.CHAT_HISTORY_PAGE = 3
    say(tea, alice, *(f"words {number}" for number in range(1, 6)))
    client = browser_of(alice)
    page = page_of(client, tea)
    assert shown(page) == ["words 3", "words 4", "words 5"]
    before = re.search(r'href="\?before=(\d+)"', page)
    assert before
    past = page_of(client, tea, before=int(before[1]))
    assert shown(past) == ["words 1", "words 2"]
    assert f'data-ceiling="{int(before[1]) - 1}"' in past, "no live timeline starts here"
    assert "Latest messages" in past


def test_an_unreadable_place_to_look_back_from_is_ignored(alice: User, tea: Room) -> None:
    say(tea, alice, "words")
    answer = browser_of(alice).get(f"/rooms/{tea.slug}/?before=yesterday")
    assert shown(answer.content.decode()) == ["words"]


def test_an_empty_room_says_so(alice: User, tea: Room) -> None:
    assert '<div class="empty">' in page_of(browser_of(alice), tea)


def test_a_closed_room_can_be_read_only(alice: User, tea: Room) -> None:
    say(tea, alice, "last words")
    close_room(room=tea.pk, by=alice)
    page = page_of(browser_of(alice), tea)
    assert shown(page) == ["last words"]
    assert '<div class="composer-box" hidden>' in page


# Writing


def test_a_message_is_sent_by_form(alice: User, tea: Room) -> None:
    client = browser_of(alice)
    form = {"message": "Tea?\r\nNow.", "client_id": client_id_in(page_of(client, tea))}
    answer = client.post(f"/rooms/{tea.slug}/", form)
    assert answer["Location"] == f"/rooms/{tea.slug}/"
    assert shown(page_of(client, tea)) == ["Tea?\nNow."]


def test_the_same_form_sent_twice_is_one_message(alice: User, tea: Room) -> None:
    client = browser_of(alice)
    form = {"message": "once", "client_id": client_id_in(page_of(client, tea))}
    for _ in range(2):
        assert client.post(f"/rooms/{tea.slug}/", form).status_code == 302
    assert [message.text for message in Message.objects.filter(room=tea)] == ["once"]


def test_other_words_in_a_form_sent_already_are_kept_to_be_sent_as_another(
    alice: User, tea: Room
) -> None:
    client = browser_of(alice)
    used = client_id_in(page_of(client, tea))
    client.post(f"/rooms/{tea.slug}/", {"message": "first", "client_id": used})
    answer = client.post(f"/rooms/{tea.slug}/", {"message": "second", "client_id": used})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert ">second</textarea>" in page
    client.post(f"/rooms/{tea.slug}/", {"message": "second", "client_id": client_id_in(page)})
    assert shown(page_of(client, tea)) == ["first", "second"]


@pytest.mark.parametrize(
    ("text", "words"),
    [("", "there is nothing in it"), ("x" * 4001, "longer than 4,000 characters")],
)
def test_a_refused_message_is_kept_with_the_reason(
    alice: User, tea: Room, text: str, words: str
) -> None:
    client = browser_of(alice)
    form = {"message": text, "client_id": client_id_in(page_of(client, tea))}
    answer = client.post(f"/rooms/{tea.slug}/", form)
    page = answer.content.decode()
    assert answer.status_code == 400
    assert words in page
    assert f">{text}</textarea>" in page
    assert shown(page) == []


def test_writing_needs_the_form_s_token(alice: User, tea: Room) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    form = {"message": "forged", "client_id": "x"}
    assert client.post(f"/rooms/{tea.slug}/", form).status_code == 403


def test_writing_marks_as_read(alice: User, bob: User, tea: Room) -> None:
    join_room(room=tea.pk, user=bob)
    say(tea, alice, "one")
    browser_of(bob).post(f"/rooms/{tea.slug}/", {"message": "two", "client_id": "x"})
    membership = membership_with_unread(room=tea.pk, user=bob)
    assert membership is not None
    assert membership.unread == 0


def test_without_a_script_a_room_is_marked_as_read_by_hand(
    alice: User, bob: User, tea: Room
) -> None:
    join_room(room=tea.pk, user=bob)
    [sent] = say(tea, alice, "one")
    client = browser_of(bob)
    page = page_of(client, tea)
    assert f'name="sequence" value="{sent.sequence}"' in page
    client.post(f"/rooms/{tea.slug}/read/", {"sequence": sent.sequence})
    assert "Mark as read" not in page_of(client, tea)


# Coming and going


def test_who_is_not_a_member_cannot_write(bob: User, tea: Room) -> None:
    answer = browser_of(bob).post(f"/rooms/{tea.slug}/", {"message": "hello", "client_id": "x"})
    assert answer.status_code == 400
    assert not Message.objects.filter(room=tea).exists()


@pytest.mark.parametrize("act", ["", "join/", "leave/", "read/", "invite/"])
def test_a_hidden_room_answers_strangers_like_no_room_at_all(
    bob: User, secret: Room, act: str
) -> None:
    client = browser_of(bob)
    for method in (client.get, client.post):
        hidden = method(f"/rooms/{secret.slug}/{act}")
        nothing = method(f"/rooms/{'0' * len(secret.slug)}/{act}")
        assert hidden.status_code == nothing.status_code
        assert hidden.status_code in {404, 405}
        assert hidden.content == nothing.content


def test_who_is_invited_may_look_at_the_door_and_join(alice: User, bob: User, secret: Room) -> None:
    say(secret, alice, "between us")
    client = browser_of(alice)
    answer = client.post(f"/rooms/{secret.slug}/invite/", {"username": "BOB"})
    assert answer["Location"] == f"/rooms/{secret.slug}/"
    guest = browser_of(bob)
    assert "between us" not in page_of(guest, secret)
    guest.post(f"/rooms/{secret.slug}/join/")
    assert shown(page_of(guest, secret)) == ["between us"]


def test_nobody_can_be_invited_who_is_not_there(alice: User, secret: Room) -> None:
    answer = browser_of(alice).post(f"/rooms/{secret.slug}/invite/", {"username": "nobody"})
    assert answer.status_code == 400
    assert "Nobody here is called so." in answer.content.decode()
    assert not Invitation.objects.exists()


def test_who_leaves_is_told_and_out(bob: User, tea: Room) -> None:
    join_room(room=tea.pk, user=bob)
    client = browser_of(bob)
    answer = client.post(f"/rooms/{tea.slug}/leave/", follow=True)
    assert "You left Tea Break." in answer.content.decode()
    assert not Membership.objects.filter(room=tea, user=bob).exists()


@pytest.mark.parametrize("act", ["join/", "leave/", "read/"])
def test_looking_changes_nothing(alice: User, tea: Room, act: str) -> None:
    assert browser_of(alice).get(f"/rooms/{tea.slug}/{act}").status_code == 405


def test_a_closed_room_cannot_be_joined(alice: User, bob: User, tea: Room) -> None:
    close_room(room=tea.pk, by=alice)
    client = browser_of(bob)
    assert "/join/" not in page_of(client, tea)
    answer = client.post(f"/rooms/{tea.slug}/join/", follow=True)
    assert "closed by its moderators" in answer.content.decode()
    assert not Membership.objects.filter(room=tea, user=bob).exists()


# Making rooms


def test_a_room_is_made_by_form(alice: User) -> None:
    form = {"name": "Two Sides", "topic": "Both of them"}
    answer = browser_of(alice).post("/new-room/", form)
    assert answer["Location"] == "/rooms/two-sides/"
    room = Room.objects.get()
    assert (room.name, room.topic, room.kind) == ("Two Sides", "Both of them", RoomKind.PUBLIC)


def test_an_empty_private_room_leads_to_asking_people_in(
    alice: User, tea: Room, secret: Room
) -> None:
    def offered(room: Room) -> bool:
        page = page_of(browser_of(alice), room)
        empty = page[page.index("Nobody has said anything yet") :].partition("</div>")[0]
        return "Add people" in empty

    assert offered(secret)
    assert not offered(tea)


def test_a_private_room_has_an_address_nobody_guesses(alice: User) -> None:
    answer = browser_of(alice).post("/new-room/", {"name": "Founders", "private": "on"})
    assert re.fullmatch(r"/rooms/[0-9a-f]{24}/", answer["Location"])
    assert Room.objects.get().kind == RoomKind.PRIVATE


def test_a_form_that_is_sent_twice_makes_one_room(alice: User) -> None:
    form = {"name": "Two Sides", "client_id": "once"}
    answers = [browser_of(alice).post("/new-room/", form) for _ in range(2)]
    assert [answer["Location"] for answer in answers] == ["/rooms/two-sides/"] * 2
    assert Room.objects.count() == 1


def test_another_room_from_a_page_that_made_one_is_made_at_the_second_try(alice: User) -> None:
    client, form = browser_of(alice), {"name": "Tea", "topic": "Milk?", "client_id": "once"}
    client.post("/new-room/", form)
    answer = client.post("/new-room/", form | {"name": "Cake"})
    assert answer.status_code == 400
    assert "Send again to make another" in answer.content.decode()
    shown = answer.context["form"]
    sent = {field.html_name: field.value() for field in shown}
    assert (sent["name"], sent["topic"]) == ("Cake", "Milk?")
    del sent["private"]  # a box that is not ticked
    assert client.post("/new-room/", sent).status_code == 302
    assert set(Room.objects.values_list("name", flat=True)) == {"Tea", "Cake"}


def test_a_room_without_a_name_is_not_made(alice: User) -> None:
    answer = browser_of(alice).post("/new-room/", {"name": " ", "topic": "kept"})
    assert answer.status_code == 400
    assert 'value="kept"' in answer.content.decode()
    assert not Room.objects.exists()


# Words


def test_the_scripts_words_come_with_the_page_s_language(client: Client) -> None:
    answer = client.get("/words.js")
    assert answer.status_code == 200
    assert "javascript" in answer["Content-Type"]
