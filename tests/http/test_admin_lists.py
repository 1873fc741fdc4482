"""The lists of the admin: what they show, find and refuse, and what they cost."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.actions.comments import write_comment
from accounts.actions.follows import follow
from accounts.actions.hiding import hide
from accounts.actions.posts import write_post
from accounts.admin import counting
from accounts.models import Follow, Notification, User
from chat.actions.links import make_link
from chat.actions.messages import delete_message, edit_message, send_message
from chat.actions.moderation import ban_member, close_room, mute_member
from chat.actions.reports import report_message
from chat.models import Membership, Message, ModerationEntry, Room, RoomKind
from tests.factories import make_room, make_user
from tests.http.administering import EVERY_LIST, browser_of, list_address, page_address, rows_of

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def admin(db: None) -> User:
    return User.objects.create_superuser("admin", "admin@example.org")


@pytest.fixture
def client(admin: User) -> Client:
    return browser_of(admin)


def shown(client: Client, model: str, **query: Any) -> list[Any]:
    answer = client.get(list_address(model), query)
    assert answer.status_code == 200
    return rows_of(answer)


def busy_room(owner: User, member: User, number: int) -> Room:
    """A room with something in every list of the admin."""
    stranger = make_user()
    room = make_room(owner, member, name=f"Room {number}")
    message = send_message(room=room.pk, sender=member, text="Hello")
    report_message(room=room.pk, by=owner, message_id=message.pk, reason="rude")
    until = timezone.now() + timedelta(hours=1)
    mute_member(room=room.pk, by=owner, user=member, until=until, reason="rest")
    ban_member(room=room.pk, by=owner, user=stranger, reason="spam")
    make_link(room=make_room(owner, kind=RoomKind.PRIVATE).pk, by=owner)
    follow(follower=stranger, followed=owner)
    write_comment(post_id=write_post(author=owner, text="Hi").pk, author=member, text="Ho")
    return room


@pytest.mark.parametrize("model", EVERY_LIST)
def test_a_list_costs_the_same_number_of_queries_however_many_rows_it_shows(
    client: Client,
    alice: User,
    model: str,
    django_assert_max_num_queries: DjangoAssertNumQueries,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    busy_room(alice, make_user(), 0)
    client.get(list_address(model))  # what is asked once a process
    with django_assert_max_num_queries(14) as few:
        client.get(list_address(model))
    for number in range(1, 5):
        busy_room(alice, make_user(), number)
    with django_assert_num_queries(len(few)):
        client.get(list_address(model))


@pytest.mark.parametrize("model", EVERY_LIST)
def test_no_link_of_a_list_stands_within_another(
    client: Client, alice: User, bob: User, model: str
) -> None:
    busy_room(alice, bob, 1)
    page = client.get(list_address(model)).content.decode()
    assert not re.search(r"<a\b(?:(?!</a>).)*<a\b", page, re.DOTALL), "browsers part them"


def test_the_first_page_says_what_waits_and_who_is_here(
    client: Client, alice: User, bob: User
) -> None:
    busy_room(alice, bob, 1)
    page = client.get("/admin/").content.decode()
    assert "1 report is open" in page
    assert "rude" in page


@pytest.mark.parametrize("model", EVERY_LIST)
def test_nothing_hostile_becomes_markup(client: Client, admin: User, model: str) -> None:
    hostile = "<script>alert(1)</script>"
    owner = make_user("owner", first_name=hostile)
    room = make_room(owner, make_user("member"), name=hostile)
    Room.objects.update(topic=hostile)
    message = send_message(room=room.pk, sender=owner, text=hostile)
    member = User.objects.get(username="member")
    report_message(room=room.pk, by=member, message_id=message.pk, reason=hostile)
    ban_member(room=room.pk, by=owner, user=make_user("banned"), reason=hostile)
    post = write_post(author=owner, text=hostile)
    hide(write_comment(post_id=post.pk, author=member, text=hostile), by=admin, reason=hostile)
    follow(follower=owner, followed=member)
    pages = [client.get(list_address(model))]
    if model != "chat_liveperson":
        pages += [client.get(page_address(row)) for row in rows_of(pages[0])]
    for page in pages:
        assert page.status_code == 200
        assert hostile not in page.content.decode()


@pytest.mark.parametrize("model", EVERY_LIST)
def test_nothing_on_the_pages_needs_inline_code(
    client: Client, alice: User, bob: User, model: str
) -> None:
    busy_room(alice, bob, 1)
    pages = [client.get("/admin/"), client.get(list_address(model))]
    if model != "chat_liveperson":
        pages += [client.get(page_address(row)) for row in rows_of(pages[1])[:1]]
    for page in pages:
        assert "'unsafe-inline'" not in page.headers["Content-Security-Policy"]
        words = page.content.decode()
        assert not re.search(r"<style| style=|<script(?![^>]*\ssrc=)| on\w+=", words)


def test_messages_are_found_by_words_room_sender_and_state(
    client: Client, alice: User, bob: User, room: Room
) -> None:
    other = make_room(alice, bob, name="Coffee")
    green = send_message(room=room.pk, sender=alice, text="Green tea today")
    black = send_message(room=room.pk, sender=bob, text="Black tea")
    strong = send_message(room=other.pk, sender=bob, text="Strong")
    edit_message(room=room.pk, user=bob, message_id=black.pk, text="Black TEA, sorry")
    delete_message(room=other.pk, user=bob, message_id=strong.pk)
    report_message(room=room.pk, by=alice, message_id=black.pk, reason="loud")

    assert shown(client, "chat_message", q="tea") == [black, green]
    assert shown(client, "chat_message", q="tea today") == [green]
    assert shown(client, "chat_message", q="tea", room=room.pk) == [black, green]
    assert shown(client, "chat_message", sender=bob.pk, room=other.pk, state="deleted") == [strong]
    assert shown(client, "chat_message", state="edited") == [black]
    assert shown(client, "chat_message", state="reported") == [black]
    assert all(message.act == "joined" for message in shown(client, "chat_message", state="system"))
    year = green.created_at.year
    assert green in shown(client, "chat_message", created_at__year=year)
    assert shown(client, "chat_message", created_at__year=year - 1) == []


def test_the_search_looks_only_through_the_newest_messages(
    client: Client, alice: User, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, *_, new = [
        send_message(room=room.pk, sender=alice, text=f"tea {number}") for number in range(6)
    ]
    monkeypatch.setattr("accounts.admin.lists.SEARCHED", 3)
    assert new in shown(client, "chat_message", q="tea")
    assert old not in shown(client, "chat_message", q="tea")
    assert old not in shown(client, "chat_message", q="tea", room=room.pk)


def test_people_are_found_by_parts_of_their_names_and_by_what_they_may(
    client: Client, alice: User, bob: User
) -> None:
    User.objects.filter(pk=bob.pk).update(is_active=False, first_name="Robert")
    assert shown(client, "accounts_user", q="lic") == [alice]
    assert shown(client, "accounts_user", q="obe bob@") == [bob]
    assert shown(client, "accounts_user", access="suspended") == [bob]
    assert [who.username for who in shown(client, "accounts_user", access="staff")] == ["admin"]
    assert shown(client, "accounts_user", access="live") == []


def test_many_people_are_found_by_the_beginning(
    client: Client, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("accounts.admin.people.SEARCHED_WHOLE", -1)
    assert shown(client, "accounts_user", q="ALI") == [alice]
    assert shown(client, "accounts_user", q="lic") == []


def test_posts_and_comments_are_found_by_words_author_and_state(
    client: Client, admin: User, alice: User, bob: User
) -> None:
    green, black = (write_post(author=alice, text=f"{tea} tea") for tea in ("Green", "Black"))
    first, second = (
        write_comment(post_id=post.pk, author=bob, text="Nice") for post in (green, black)
    )
    hide(green, by=admin, reason="weak")
    hide(first, by=admin, reason="rude")
    assert shown(client, "accounts_post") == [black, green]
    assert shown(client, "accounts_post", q="GREEN tea") == [green]
    assert shown(client, "accounts_post", state="hidden") == [green]
    assert shown(client, "accounts_post", author=bob.pk) == []
    assert shown(client, "accounts_comment", author=bob.pk) == [second, first]
    assert shown(client, "accounts_comment", post=black.pk) == [second]
    assert shown(client, "accounts_comment", state="hidden") == [first]
    assert len(shown(client, "accounts_notification", recipient=alice.pk)) == 2


def test_follows_and_notifications_are_found_by_person(
    client: Client, alice: User, bob: User, carol: User
) -> None:
    for follower in (bob, carol):
        follow(follower=follower, followed=alice)
    from_carol, from_bob = Follow.objects.order_by("-pk")
    assert shown(client, "accounts_follow") == [from_carol, from_bob]
    assert shown(client, "accounts_follow", q="carol") == [from_carol]
    assert shown(client, "accounts_follow", followed=alice.pk, follower=bob.pk) == [from_bob]
    told = Notification.objects.get(actor=bob)
    assert shown(client, "accounts_notification", q="bob") == [told]
    assert shown(client, "accounts_notification", recipient=alice.pk, actor=bob.pk) == [told]


def test_rooms_are_found_by_name_kind_and_state(
    client: Client, alice: User, room: Room, private_room: Room
) -> None:
    close_room(room=room.pk, by=alice)
    assert shown(client, "chat_room", q="secr") == [private_room]
    assert shown(client, "chat_room", kind__exact="private") == [private_room]
    assert shown(client, "chat_room", state="closed") == [room]
    assert shown(client, "chat_room", state="open") == [private_room]


def test_memberships_and_the_log_are_found_by_person_and_room(
    client: Client, alice: User, bob: User, room: Room, private_room: Room
) -> None:
    until = timezone.now() + timedelta(hours=1)
    mute_member(room=room.pk, by=alice, user=bob, until=until, reason="loud")
    muted = Membership.objects.get(room=room, user=bob)
    entry = ModerationEntry.objects.get()
    assert shown(client, "chat_membership", q="bo", room=room.pk) == [muted]
    assert shown(client, "chat_membership", muted="now") == [muted]
    assert len(shown(client, "chat_membership", user=bob.pk, role__exact="member")) == 2
    for query in ({"q": "ali"}, {"subject": bob.pk}, {"actor": alice.pk}, {"room": room.pk}):
        assert shown(client, "chat_moderationentry", **query) == [entry]
    assert shown(client, "chat_moderationentry", act__exact="mute") == [entry]
    assert shown(client, "chat_moderationentry", act__exact="ban") == []


def test_reports_wait_in_a_queue_the_oldest_first(
    client: Client, alice: User, bob: User, room: Room
) -> None:
    said = [send_message(room=room.pk, sender=bob, text=f"No {number}") for number in range(2)]
    first, second = (
        report_message(room=room.pk, by=alice, message_id=message.pk, reason="") for message in said
    )
    assert shown(client, "chat_report") == [first, second]
    assert shown(client, "chat_report", state="resolved") == []
    assert shown(client, "chat_report", q="bob", state="all") == [second, first]
    assert shown(client, "chat_report", message=said[0].pk) == [first]
    assert shown(client, "chat_report", message__room=room.pk) == [first, second]


@pytest.mark.parametrize(
    "query",
    [
        {"text__contains": "a"},
        {"text__startswith": "a"},
        {"sender__password__startswith": "p"},
        {"room__topic__contains": "a"},
        {"text_hash": "a"},
    ],
)
def test_nothing_is_guessed_at_by_lookups_that_no_filter_offers(
    client: Client, room: Room, query: dict[str, str]
) -> None:
    assert client.get(list_address("chat_message"), query).status_code == 400


@pytest.mark.parametrize(
    ("model", "query"),
    [
        ("chat_message", {"room": "x"}),
        ("chat_message", {"room": "9" * 30}),
        ("chat_message", {"sender": "-1"}),
        ("chat_message", {"created_at__year": "0"}),
        ("chat_message", {"created_at__year": "2026", "created_at__month": "13"}),
        ("chat_message", {"p": "9999"}),
        ("chat_report", {"message": "1 OR 1=1"}),
    ],
)
def test_a_list_that_is_asked_nonsense_says_so(
    client: Client, room: Room, model: str, query: dict[str, str]
) -> None:
    assert client.get(list_address(model), query).status_code in (200, 302)


def test_a_sort_that_no_index_serves_is_not_done(client: Client, room: Room) -> None:
    answer = client.get(list_address("chat_room"), {"o": "-2"})
    assert answer.context["cl"].queryset.query.order_by == ("name", "id")


def test_dates_lead_from_years_to_days(client: Client, alice: User, room: Room) -> None:
    message = send_message(room=room.pk, sender=alice, text="Long ago")
    Message.objects.filter(pk=message.pk).update(created_at="2019-03-05T12:00:00Z")
    address = list_address("chat_message")
    assert "?created_at__year=2019" in client.get(address).content.decode()
    months = client.get(address, {"created_at__year": 2019}).content.decode()
    assert "created_at__month=3&amp;created_at__year=2019" in months
    assert "created_at__month=2&amp;" not in months
    march = {"created_at__year": 2019, "created_at__month": 3}
    assert "March 31" in client.get(address, march).content.decode()
    day = client.get(address, march | {"created_at__day": 5})
    assert rows_of(day) == [message]


def test_few_rows_are_counted_and_many_are_estimated(
    client: Client, alice: User, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(8):
        send_message(room=room.pk, sender=alice, text=f"tea {number}")
    listed = client.get(list_address("chat_message")).context["cl"]
    assert (listed.result_count, listed.paginator.is_estimate) == (9, False)

    monkeypatch.setattr(counting, "COUNTED_UP_TO", 5)
    monkeypatch.setattr(counting, "estimated_rows", lambda model: 1_000_000)
    monkeypatch.setattr("chat.admin.messages.MessageAdmin.list_per_page", 2)
    answer = client.get(list_address("chat_message"))
    listed = answer.context["cl"]
    assert (listed.result_count, listed.paginator.num_pages) == (1_000_000, 3)
    assert "estimate" in answer.content.decode()
    answer = client.get(list_address("chat_message"), {"sender": alice.pk})
    assert answer.context["cl"].result_count == 5
    assert "There are more" in answer.content.decode()


def test_the_database_tells_about_how_many_rows_there_are(alice: User, room: Room) -> None:
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE chat_message")
    assert counting.estimated_rows(Message) >= 1


def test_rows_of_another_table_are_picked_by_typing(client: Client, bob: User, room: Room) -> None:
    page = client.get(list_address("chat_message"), {"room": room.pk}).content.decode()
    assert f'<option value="{room.pk}" selected>Tea</option>' in page
    found = client.get(
        "/admin/autocomplete/",
        {"app_label": "chat", "model_name": "message", "field_name": "sender", "term": "bo\0b"},
    ).json()
    assert [person["text"] for person in found["results"]] == ["bob"]
