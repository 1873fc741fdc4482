"""Messages are found by their words: by those who may read them, as they are now."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.actions.access import deactivate, reactivate
from accounts.models import User
from accounts.search.matching import Condition
from accounts.search.words import words_of
from chat import searching
from chat.actions.memberships import end_membership, join_room
from chat.actions.messages import delete_message, edit_message, send_messages
from chat.actions.moderation import close_room, remove_member
from chat.actions.retention import prune_messages
from chat.models import Message, MessageWords, Room, RoomHead, RoomKind
from tests.factories import make_room

from .finding import asked_first, finds, holds, search, texts
from .telling import draft, say

pytestmark = pytest.mark.django_db

# What was said, and what finds it.
LANGUAGES = {
    "English": ("The unread counters moved", ["unread", "UNREAD count", "coun"]),
    "German": ("Die Größe der Straße", ["grösse", "Grosse", "STRASSE", "straß"]),
    "French": ("L’été, à Noël, c’est cœur", ["été", "ete", "noel", "coeur", "l'été"]),
    "Greek": ("Ο Σίσυφος στην οδό", ["ΣΊΣΥΦΟΣ", "σισυφος", "οδο"]),
    "Russian": ("Ёлка стоит в зале", ["елка", "ЁЛКА", "зал"]),
    "Arabic": ("السَّلَامُ عليكم", ["السلام", "عليكم"]),
    "Hebrew": ("שָׁלוֹם עולם", ["שלום", "עולם"]),
    "Hindi": ("हिन्दी में लिखा", ["हिन्दी", "लिख"]),
    "Thai": ("ฉันเรียนภาษาไทย", ["ภาษา", "ไทย", "เรียน", "ย"]),
    "Japanese": ("東京都でラーメンを食べる", ["東京", "京都", "都", "ラーメン", "食べる", "ﾗｰﾒﾝ"]),
    "Chinese": ("我们明天开会", ["明天", "开会", "会", "我们 开会"]),
    "Korean": ("학교에서 만나요", ["학교", "만나요", "교"]),
    "mixed": ("Python入門 v3.12", ["python", "入門", "Python入門", "v3.12", "v3"]),
    "code": ("call chat.send_message(x)", ["send_message", "message", "chat.send", "send"]),
    "address": ("https://example.org/a-b?q=7", ["example.org", "example", "https://example.org"]),
    "emoji": ("Fertig 👍🏽 🇩🇪", ["👍", "🇩🇪", "fertig 👍"]),
}
OPERATORS = [
    *("AND", "OR", "NOT", "NEAR", "NEAR(a b, 5)", "*", "^", "^a", "a*", ":", "words:a", "- a"),
    *('"', '""', '"a', 'a"b', "'", "''", "\\", "\\'", "(", ")", "{words}:a", "a + b", "rowid:1"),
    *("a & b", "a | b", "!a", "a <-> b", "a:*", "a:A", "<2>", "';DROP TABLE chat_message;--"),
    *(
        "' OR 1=1 --",
        "%",
        "_",
        "%s",
        "%(a)s",
        "@1",
        "\0",
        "a\0b",
        "\ud800",
        "a\nb",
        "🏳️‍🌈",
        "\u202e",
    ),
]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_is_found(language: str, room: Room, alice: User) -> None:
    text, queries = LANGUAGES[language]
    say(room, alice, "Something else, другое, 別の, 别的")
    say(room, alice, text)
    assert [typed for typed in queries if finds(alice, typed) != [text]] == []


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("東から京へ", "東京"),
        ("京都 東京", "東京都"),
        ("case snake", "snake_case"),
        ("blue red", '"red blue"'),
        ("unread", "read"),
        ("unread counts", "unre count"),
        ("red", "red blue"),
    ],
)
def test_what_is_not_said_is_not_found(text: str, typed: str, room: Room, alice: User) -> None:
    say(room, alice, text)
    assert finds(alice, typed) == []


@pytest.mark.parametrize("typed", OPERATORS)
def test_operators_are_harmless(typed: str, room: Room, alice: User) -> None:
    said = ["a b", "and or not near", "words a", "rowid 1", "drop table chat message", "x"]
    for text in said:
        say(room, alice, text)
    for best in (False, True):
        found = texts(search(alice, typed, best=best))
        assert sorted(found) == sorted(text for text in said if found and holds(text, typed))
    assert Message.objects.filter(kind="text").count() == len(said)


def test_a_very_long_query_is_answered(room: Room, alice: User) -> None:
    say(room, alice, "red " * 900)
    assert finds(alice, "red " * 100_000)
    assert finds(alice, "x" * 100_000) == []
    assert finds(alice, "東" * 100_000) == []
    assert finds(alice, '"' * 100_000) == []


def test_a_change_is_found_at_once_and_what_was_there_before_is_not(
    room: Room, alice: User
) -> None:
    message = say(room, alice, "The old words")
    edit_message(room=room.pk, user=alice, message_id=message.pk, text="The new words")
    assert (finds(alice, "old"), finds(alice, "new")) == ([], ["The new words"])
    delete_message(room=room.pk, user=alice, message_id=message.pk)
    assert finds(alice, "words") == []
    assert not MessageWords.objects.exists()


def test_what_is_pruned_is_found_no_more(room: Room, alice: User) -> None:
    for number in range(5):
        say(room, alice, f"red {number}")
    Message.objects.update(created_at=timezone.now() - timedelta(days=2))
    Room.objects.update(history_limit=2)
    assert prune_messages(room=room.pk) > 0
    assert finds(alice, "red") == ["red 4", "red 3"]
    assert MessageWords.objects.count() == 2


def test_what_lies_below_the_floor_is_not_found_though_it_is_still_there(
    room: Room, alice: User
) -> None:
    old, new = (say(room, alice, f"red {age}") for age in ("old", "new"))
    RoomHead.objects.filter(pk=room.pk).update(floor=new.sequence)
    assert Message.objects.filter(pk=old.pk).exists()
    assert finds(alice, "red") == ["red new"]
    assert search(alice, "red").total == 1


def test_a_deleted_room_leaves_nothing_in_the_index(room: Room, alice: User) -> None:
    say(room, alice, "red")
    room.delete()
    assert not MessageWords.objects.exists()


def test_a_batch_that_fails_leaves_nothing_in_the_index(
    room: Room, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr("chat.fanout.announce", fail)
    with pytest.raises(RuntimeError):
        say(room, alice, "red")
    assert not MessageWords.objects.exists()


# Who finds what


def test_nobody_finds_anything_where_they_do_not_belong(
    room: Room, private_room: Room, alice: User, bob: User, carol: User
) -> None:
    say(room, alice, "red in public")
    say(private_room, bob, "red in private")
    direct = make_room(alice, bob, name="Two", kind=RoomKind.PRIVATE)
    Room.objects.filter(pk=direct.pk).update(kind=RoomKind.DIRECT)
    say(direct, bob, "red between us")
    own = make_room(carol, name="Own")
    say(own, carol, "red of carol")
    for best in (False, True):
        found = search(carol, "red", best=best)
        assert (texts(found), found.total, found.more) == (["red of carol"], 1, False)
        for hidden in (room, private_room, direct):
            assert search(carol, "red", room=hidden, best=best) == searching.NOTHING
    assert search(alice, "red").total == search(bob, "red").total == 3


def test_the_counts_of_strangers_do_not_depend_on_what_is_hidden(
    private_room: Room, alice: User, carol: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "FOUND_CAP", 3)
    own = make_room(carol, name="Own")
    say(own, carol, "red 1")
    say(own, carol, "red 2")
    before = search(carol, "red")
    for number in range(10):
        say(private_room, alice, f"red {number}")
    after = search(carol, "red")
    assert (after.total, after.more, texts(after)) == (before.total, before.more, texts(before))


def test_the_order_of_strangers_does_not_depend_on_what_is_hidden(
    private_room: Room, alice: User, carol: User
) -> None:
    own = make_room(carol, name="Own")
    for text in ("red red red blue", "red blue blue blue"):
        say(own, carol, text)
    before = texts(search(carol, "red blue", best=True))
    for _ in range(20):
        say(private_room, alice, "blue")
    assert texts(search(carol, "red blue", best=True)) == before
    for _ in range(60):
        say(private_room, alice, "red")
    assert texts(search(carol, "red blue", best=True)) == before


def test_leaving_ends_finding_and_coming_back_begins_it(
    room: Room, private_room: Room, alice: User, bob: User
) -> None:
    say(room, alice, "red")
    say(private_room, alice, "red too")
    end_membership(room=room.pk, user=bob)
    remove_member(room=private_room.pk, by=alice, user=bob, reason="")
    assert search(bob, "red") == search(bob, "red", room=room) == searching.NOTHING
    join_room(room=room.pk, user=bob)
    assert finds(bob, "red") == ["red"]


def test_who_is_suspended_finds_nothing(room: Room, alice: User) -> None:
    say(room, alice, "red")
    deactivate(user=alice)
    assert finds(alice, "red") == []
    reactivate(user=alice)
    assert finds(alice, "red") == ["red"]


def test_a_closed_room_can_still_be_searched(room: Room, alice: User) -> None:
    say(room, alice, "red")
    close_room(room=room.pk, by=alice)
    assert finds(alice, "red") == ["red"]


def test_one_room_is_searched_alone(room: Room, private_room: Room, alice: User) -> None:
    say(room, alice, "red here")
    say(private_room, alice, "red there")
    assert finds(alice, "red", room=private_room) == ["red there"]


def test_who_is_in_many_rooms_finds_the_same(
    room: Room, private_room: Room, alice: User, carol: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "SCOPE_CAP", 1)
    say(room, alice, "red here")
    say(private_room, alice, "red there")
    say(make_room(carol, name="Other"), carol, "red elsewhere")
    for best in (False, True):
        assert sorted(texts(search(alice, "red", best=best))) == ["red here", "red there"]


# Order, number, pages


def test_the_newest_come_first(room: Room, private_room: Room, alice: User) -> None:
    for number, place in enumerate((room, private_room, room)):
        say(place, alice, f"red {number}")
    assert finds(alice, "red") == ["red 2", "red 1", "red 0"]


def test_the_best_say_little_else_and_are_not_old(room: Room, alice: User) -> None:
    far = say(room, alice, "red")
    say(room, alice, f"red {'and something else ' * 20}")
    say(room, alice, "red wine")
    Message.objects.filter(pk=far.pk).update(created_at=timezone.now() - timedelta(days=3_000))
    assert [text[:8] for text in texts(search(alice, "red", best=True))] == [
        "red wine",
        "red and ",
        "red",
    ]


def test_pages_cover_everything_once(room: Room, alice: User) -> None:
    send_messages([draft(room, alice, f"red {number}") for number in range(7)])
    for best in (False, True):
        pages = [texts(search(alice, "red", start=at, size=3, best=best)) for at in (0, 3, 6, 9)]
        assert [len(page) for page in pages] == [3, 3, 1, 0]
        assert len({text for page in pages for text in page}) == 7


def test_the_count_ends_at_the_cap(
    room: Room, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "FOUND_CAP", 5)
    send_messages([draft(room, alice, f"red {number}") for number in range(5)])
    assert (search(alice, "red").total, search(alice, "red").more) == (5, False)
    say(room, alice, "red 5")
    found = search(alice, "red", start=3, size=5)
    assert (found.total, found.more, texts(found)) == (5, True, ["red 2", "red 1"])


def test_a_search_costs_three_queries(room: Room, private_room: Room, alice: User) -> None:
    for place in (room, private_room):
        send_messages([draft(place, alice, f"red {number}") for number in range(30)])
    for best in (False, True):
        with CaptureQueriesContext(connection) as captured:
            found = search(alice, "red", best=best)
            assert {hit.message.room.name for hit in found.hits} == {room.name, private_room.name}
            assert all(hit.message.sender.display_name for hit in found.hits)
        assert len(captured) == 3 + asked_first()


@pytest.mark.postgres_only
def test_postgresql_finds_words_and_rooms_by_its_index(room: Room, alice: User) -> None:
    """Whether to use it is the planner's choice: few rows are quicker looked at."""
    send_messages([draft(room, alice, f"red {number}") for number in range(200)])
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("ANALYZE chat_message_words")
    condition = Condition(words_of('"red 117" re'), scopes=(room.pk,))
    found = MessageWords.objects.filter(words__matches=condition)
    assert found.count() == 1
    plan = found.explain()
    assert "chat_message_words_gin" in plan
    assert f"@{room.pk}" in plan
