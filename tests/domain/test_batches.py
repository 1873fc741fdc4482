"""A bad message fails alone, and a database that is away is no message's fault."""

import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction

from accounts.models import User
from chat.actions.messages import Draft, Sent, send_messages, sending
from chat.bus_items import BusItem
from chat.errors import ChatError, ErrorCode
from chat.models import Message, MessageKind, Room
from tests.factories import make_room

from .locking import head_held_elsewhere
from .telling import changes, draft, head_of, say, stored

pytestmark = pytest.mark.django_db(transaction=True)
POISONED = 23

# What the database itself refuses, in its own ways.
POISONS: dict[str, Callable[[Draft], Draft]] = {
    "a client_id with a lone surrogate": lambda good: replace(good, client_id="\ud800"),
    "no hash": lambda good: replace(good, sent_hash=None),  # type: ignore[arg-type]
    "an answer to a number too large": lambda good: replace(good, reply_to=2**70),
}
if connection.vendor == "postgresql":
    POISONS["a client_id with NUL"] = lambda good: replace(good, client_id="a\0b")
    POISONS["a client_id too long"] = lambda good: replace(good, client_id="x" * 65)
# What breaks a rule, although the draft was made.
RULES: dict[str, Callable[[Draft], Draft]] = {
    "NUL": lambda good: replace(good, text="a\0b"),
    "a lone surrogate": lambda good: replace(good, text="\ud800"),
    "an unknown message answered": lambda good: replace(good, reply_to=999_999),
}


def fifty(room: Room, alice: User, bob: User) -> list[Draft]:
    return [draft(room, (alice, bob)[n % 2], f"{n}", client_id=f"c{n}") for n in range(50)]


@pytest.mark.parametrize("spoil", [*POISONS.values(), *RULES.values()], ids=[*POISONS, *RULES])
def test_a_poisoned_message_in_a_batch_of_fifty_fails_alone(
    spoil: Callable[[Draft], Draft],
    room: Room,
    alice: User,
    bob: User,
    announced: list[BusItem],
) -> None:
    before = head_of(room)
    announced.clear()
    drafts = fifty(room, alice, bob)
    drafts[POISONED] = spoil(drafts[POISONED])
    sent = send_messages(drafts)
    error = sent.pop(POISONED)
    assert isinstance(error, ChatError)
    assert error.code is ErrorCode.INVALID_EVENT
    said = [each for each in sent if isinstance(each, Message)]
    assert [message.text for message in said] == [f"{n}" for n in range(50) if n != POISONED]
    assert [message.sequence for message in said] == list(range(before + 1, before + 50))
    kept = [message for message in stored(room) if message.kind == MessageKind.TEXT]
    assert [message.pk for message in kept] == [message.pk for message in said]
    assert [change.number for change in changes(announced)] == list(range(before + 1, before + 50))


def test_two_poisoned_messages_fail_alone_too(room: Room, alice: User, bob: User) -> None:
    drafts = fifty(room, alice, bob)
    for index, poison in zip((0, 49), POISONS.values(), strict=False):
        drafts[index] = poison(drafts[index])
    sent = send_messages(drafts)
    assert [index for index, each in enumerate(sent) if isinstance(each, ChatError)] == [0, 49]


def test_a_poisoned_message_fails_alone_inside_another_transaction(
    room: Room, alice: User, bob: User
) -> None:
    drafts = [*fifty(room, alice, bob)[:2], POISONS["no hash"](draft(room, alice))]
    with transaction.atomic():
        sent = send_messages(drafts)
        assert Message.objects.filter(room=room, kind=MessageKind.TEXT).count() == 2
    assert isinstance(sent[2], ChatError)
    assert len(stored(room)) == 3


@pytest.fixture
def batches(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The lengths of the batches that the database was asked to take."""
    lengths: list[int] = []
    original = sending._send_batch

    def count(drafts: list[Draft]) -> list[Sent]:
        lengths.append(len(drafts))
        return original(drafts)

    monkeypatch.setattr(sending, "_send_batch", count)
    return lengths


def all_unavailable(sent: list[Sent]) -> bool:
    return all(isinstance(e, ChatError) and e.code is ErrorCode.UNAVAILABLE for e in sent)


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_a_lost_connection_is_not_retried_one_by_one(
    error: type[Exception],
    room: Room,
    alice: User,
    bob: User,
    batches: list[int],
    monkeypatch: pytest.MonkeyPatch,
    announced: list[BusItem],
) -> None:
    announced.clear()

    def fail(*args: Any, **kwargs: Any) -> None:
        raise error("gone")

    monkeypatch.setattr("django.db.models.query.QuerySet.bulk_create", fail)
    sent = send_messages(fifty(room, alice, bob))
    assert len(sent) == 50
    assert all_unavailable(sent)
    assert batches == [50]
    assert announced == []


@contextmanager
def database_away(room: Room) -> Iterator[None]:
    """Another connection holds the lock for longer than this one waits."""
    if connection.vendor == "postgresql":
        with head_held_elsewhere(room.pk):
            yield
    else:
        with _sqlite_locked():
            yield
        connection.close()


@contextmanager
def _sqlite_locked() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 50")
    with closing(sqlite3.connect(settings.DATABASES["default"]["NAME"])) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


def test_a_database_that_stays_locked_is_unavailable(
    room: Room, alice: User, bob: User, batches: list[int], caplog: pytest.LogCaptureFixture
) -> None:
    drafts = fifty(room, alice, bob)
    with database_away(room), caplog.at_level(logging.CRITICAL):
        sent = send_messages(drafts)
    assert all_unavailable(sent)
    assert batches == [50]
    assert all(isinstance(each, Message) for each in send_messages(drafts))


@pytest.mark.postgres_only  # SQLite locks no room, but the whole database
def test_of_a_batch_for_many_rooms_only_what_is_for_a_locked_one_is_unavailable(
    room: Room, alice: User, bob: User, caplog: pytest.LogCaptureFixture
) -> None:
    free = [make_room(alice, bob, name=name) for name in "xy"]
    drafts = [draft(each, alice, f"{n}") for n in range(3) for each in (free[0], room, free[1])]
    with database_away(room), caplog.at_level(logging.CRITICAL):
        sent = send_messages(drafts)
    assert all_unavailable(sent[1::3])
    for place, each in ((0, free[0]), (2, free[1])):
        said = [message.pk for message in sent[place::3] if isinstance(message, Message)]
        kept = [message for message in stored(each) if message.kind == MessageKind.TEXT]
        assert [message.text for message in kept] == ["0", "1", "2"]
        assert [message.pk for message in kept] == said


@pytest.mark.postgres_only  # SQLite has no connection to lose
def test_a_connection_that_breaks_is_unavailable_and_heals(
    room: Room, alice: User, bob: User, batches: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    original = Message.objects.bulk_create

    def break_first(*args: Any, **kwargs: Any) -> Any:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        return original(*args, **kwargs)

    drafts = fifty(room, alice, bob)
    with monkeypatch.context() as patch:
        patch.setattr("django.db.models.query.QuerySet.bulk_create", break_first)
        sent = send_messages(drafts)
    assert all_unavailable(sent)
    assert batches == [50]
    connection.close_if_unusable_or_obsolete()  # as between two requests
    assert all(isinstance(each, Message) for each in send_messages(drafts))
    assert say(room, alice).sequence == head_of(room)
