"""What is stored already gets into the index, and the index comes and goes with its migration."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection

from accounts.actions import indexing
from accounts.models import User
from accounts.search.matching import Condition
from accounts.search.migrating import CreateSearchTable
from accounts.search.words import words_of
from chat.actions.indexing import MESSAGES
from chat.actions.messages import delete_message
from chat.demo import crowd, team
from chat.demo.crowd import Size
from chat.models import Message, MessageWords, Room

from .finding import finds, must_find
from .locking import head_held_elsewhere
from .telling import say

pytestmark = pytest.mark.django_db


@pytest.fixture
def old(room: Room, alice: User, monkeypatch: pytest.MonkeyPatch) -> Room:
    """A room with five messages, one of them deleted, from before there was an index."""
    monkeypatch.setattr(indexing, "BATCH", 2)
    for number in range(5):
        say(room, alice, f"red {number}")
    delete_message(room=room.pk, user=alice, message_id=Message.objects.latest("sequence").pk)
    MessageWords.objects.all().delete()
    return room


def test_what_was_there_before_is_found_after_the_command(
    old: Room, alice: User, capsys: pytest.CaptureFixture[str]
) -> None:
    assert finds(alice, "red") == []
    call_command("index_search", verbosity=0)
    assert finds(alice, "red") == ["red 3", "red 2", "red 1", "red 0"]
    assert "4 messages" in capsys.readouterr().out
    call_command("index_search", verbosity=0)
    assert "0 messages" in capsys.readouterr().out


def test_indexing_goes_on_where_it_was_stopped(old: Room, alice: User) -> None:
    assert next(MESSAGES.put_in()) == 2
    say(old, alice, "red 5")  # indexed by itself
    assert MESSAGES.missing().count() == 2
    assert sum(MESSAGES.put_in()) == 2
    assert len(finds(alice, "red")) == 5


def test_indexing_anew_replaces_what_is_there(old: Room, alice: User) -> None:
    assert list(MESSAGES.put_in()) == [2, 2]
    MessageWords.objects.all().delete()
    for message in MESSAGES.missing():
        message.text = "blue"
        MessageWords.objects.add([message])
    assert list(MESSAGES.put_in()) == []
    assert list(MESSAGES.put_in(anew=True)) == [2, 2]
    assert (len(finds(alice, "red")), finds(alice, "blue")) == (4, [])


def test_a_message_without_words_is_done_too(room: Room, alice: User) -> None:
    say(room, alice, "?!")
    assert not MESSAGES.missing().exists()


@pytest.mark.parametrize(
    "seed",
    [team.load, lambda: crowd.fill(Size(users=9, rooms=3, messages=60), progress=_nothing)],
    ids=["team", "crowd"],
)
def test_the_demo_can_be_searched(seed: Any) -> None:
    seed()
    assert not MESSAGES.missing().exists()
    for user in User.objects.all()[:5]:
        for typed in ("the", "edited", "release"):
            assert len(finds(user, typed)) == min(50, len(must_find(user, typed)))


def _nothing(what: str, count: int) -> None:
    """No progress bar."""


@pytest.fixture
def table() -> Iterator[str]:
    yield "words_of_things"
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS words_of_things")


@pytest.mark.django_db(transaction=True)
def test_an_index_can_be_made_and_taken_back(table: str) -> None:
    operation = CreateSearchTable(table)
    for _ in range(2):
        with connection.schema_editor() as editor:
            operation.database_forwards("chat", editor, None, None)
        assert table in connection.introspection.table_names()
        with connection.schema_editor() as editor:
            operation.database_backwards("chat", editor, None, None)
        left = [name for name in connection.introspection.table_names() if name.startswith(table)]
        assert left == []


@pytest.mark.postgres_only  # SQLite locks no room, but the whole database
@pytest.mark.django_db(transaction=True)
def test_indexing_waits_for_a_room_that_is_being_changed(old: Room) -> None:
    """Who locks some of its messages first, and then waits for the others, is waited for."""
    with head_held_elsewhere(old.pk), pytest.raises(OperationalError, match="lock timeout"):
        next(MESSAGES.put_in(anew=True))
    assert next(MESSAGES.put_in(anew=True)) == 2


@pytest.mark.postgres_only
@pytest.mark.parametrize(("common", "index"), [(200, "_gin"), (1, "_pkey")])
def test_rare_words_are_found_by_the_index_of_words_and_common_ones_by_the_newest_rows(
    room: Room, alice: User, monkeypatch: pytest.MonkeyPatch, common: int, index: str
) -> None:
    for text in ("red", "blue"):
        say(room, alice, text)
    monkeypatch.setattr("accounts.search.index.COMMON", common)
    found = MessageWords.objects.newest(Condition(words_of("re")))
    with connection.cursor() as cursor:
        # With this few rows, reading them all would be quickest.
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = " + ("on" if index == "_gin" else "off"))
    assert index in found.values_list("pk")[:1].explain()
    assert [words.message.text for words in found] == ["red"]


def test_the_newest_comes_first_whether_a_word_is_common_or_not(
    room: Room, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for text in ("red one", "red two", "red three"):
        say(room, alice, text)
    for common in (1, 200):
        monkeypatch.setattr("accounts.search.index.COMMON", common)
        found = MessageWords.objects.newest(Condition(words_of("red")))
        assert [words.message.text for words in found] == ["red three", "red two", "red one"]
