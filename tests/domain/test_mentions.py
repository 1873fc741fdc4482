"""Whom a text means by `@`, and what waits for them."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actions.access import deactivate
from accounts.models import User
from chat import queries
from chat.actions.direct import start_direct_room
from chat.actions.memberships import end_membership, join_room
from chat.actions.mentions import NAMES_LIMIT
from chat.actions.messages import (
    delete_message,
    delete_messages,
    edit_message,
    send_messages,
)
from chat.actions.receipts import mark_read, mark_unread
from chat.actions.retention import prune_messages
from chat.bus_items import BusItem
from chat.models import Mention, Message, Room
from tests.factories import make_room, make_user

from .telling import changes, draft, head_of, say, told

pytestmark = pytest.mark.django_db


def mentioned(message: Message) -> list[str]:
    """The names that a frame of the message shows; asked of the database."""
    shown = Message.objects.as_shown().get(pk=message.pk)
    return [mention.user.username for mention in shown.shown_mentions]


def waiting(room: Room, user: User) -> queries.Waiting:
    [found] = [m for m in queries.memberships_with_unread(user) if m.room_id == room.pk]
    counted = queries.Waiting(found.unread, found.mentions)
    assert queries.waiting_by_member(room=room.pk, users=[user.pk]) == {user.pk: counted}
    single = queries.membership_with_unread(room=room.pk, user=user)
    assert single is not None
    assert (single.unread, single.mentions) == counted
    return counted


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("@bob", ["bob"]),
        ("tea, @BOB?", ["bob"]),
        ("@bob and @Bob.", ["bob"]),
        ("`@bob`", []),
        ("```\n@bob\n```", []),
        ("mail bob@bob.example, or x@bob", []),
        ("@bobby @bo", []),
        ("@alice", []),
        ("@carol @nobody", []),
        ("https://example.org/@bob", []),
    ],
)
def test_a_member_is_mentioned_by_name(
    room: Room, alice: User, bob: User, carol: User, text: str, names: list[str]
) -> None:
    """Neither strangers are, nor who speaks, nor anybody in code or in an address."""
    assert mentioned(say(room, alice, text)) == names


def test_the_longest_name_is_meant(room: Room, alice: User, bob: User) -> None:
    dotted = make_user("bob.")
    said = say(room, alice, "@bob. is that you?")
    assert mentioned(said) == ["bob"]
    join_room(room=room.pk, user=dotted)
    assert mentioned(say(room, alice, "@bob. is that you?")) == ["bob."]


def test_nobody_suspended_is_mentioned(room: Room, alice: User, bob: User) -> None:
    deactivate(user=User.objects.get(pk=bob.pk))
    assert mentioned(say(room, alice, "@bob")) == []


def test_members_of_other_rooms_are_not_mentioned(alice: User, bob: User, carol: User) -> None:
    rooms = [make_room(alice, bob, name="One"), make_room(alice, carol, name="Two")]
    sent = send_messages([draft(room, alice, "@bob @carol") for room in rooms])
    names = [mentioned(message) for message in sent if isinstance(message, Message)]
    assert names == [["bob"], ["carol"]]


def test_the_first_frame_shows_it(
    room: Room,
    alice: User,
    announced: list[BusItem],
    django_capture_on_commit_callbacks: Any,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        say(room, alice, "@bob")
        say(room, alice, "nobody")
    first, second = (told(change) for change in changes(announced))
    assert first["mentions"] == ["bob"]
    assert "mentions" not in second


def test_mentions_wait_apart_from_what_else_waits(room: Room, alice: User, bob: User) -> None:
    said = [say(room, alice, text) for text in ("@bob", "Hi", "so, @bob", "@alice")]
    assert waiting(room, bob) == (4, 2)
    read = mark_read(room=room.pk, user=bob, sequence=said[0].sequence)
    assert (read.unread, read.mentions) == (3, 1)
    assert waiting(room, bob) == (3, 1)
    mark_read(room=room.pk, user=bob, sequence=head_of(room))
    assert waiting(room, bob) == (0, 0)
    assert mark_unread(room=room.pk, user=bob, sequence=said[2].sequence).mentions == 1
    assert waiting(room, alice) == (0, 0)


def test_in_a_direct_room_everything_is_a_mention(alice: User, bob: User) -> None:
    room = start_direct_room(by=alice, user=bob)
    for text in ("Hi", "@bob", "there"):
        say(room, alice, text)
    assert waiting(room, bob) == (3, 3)


def test_mentions_are_counted_up_to_a_hundred(room: Room, alice: User, bob: User) -> None:
    send_messages([draft(room, alice, "@bob", client_id=f"c{n}") for n in range(103)])
    assert waiting(room, bob) == (100, 100)


def test_an_edit_adds_and_removes_mentions(
    room: Room,
    alice: User,
    bob: User,
    carol: User,
    announced: list[BusItem],
    django_capture_on_commit_callbacks: Any,
) -> None:
    join_room(room=room.pk, user=carol)
    said = say(room, alice, "@bob")
    for text, names, counts in (
        ("@carol", ["carol"], (0, 1)),
        ("@bob and @carol", ["bob", "carol"], (1, 1)),
        ("nobody", [], (0, 0)),
        ("again @bob", ["bob"], (1, 0)),
    ):
        announced.clear()
        with django_capture_on_commit_callbacks(execute=True):
            edit_message(room=room.pk, user=alice, message_id=said.pk, text=text)
        assert sorted(mentioned(said)) == names
        [change] = changes(announced)
        assert sorted(told(change).get("mentions", [])) == names
        assert (waiting(room, bob).mentions, waiting(room, carol).mentions) == counts


def test_a_mention_added_to_what_was_read_does_not_wait(room: Room, alice: User, bob: User) -> None:
    said = say(room, alice)
    mark_read(room=room.pk, user=bob, sequence=head_of(room))
    edit_message(room=room.pk, user=alice, message_id=said.pk, text="@bob")
    assert waiting(room, bob) == (0, 0)


def test_deleting_removes_mentions(room: Room, alice: User, bob: User) -> None:
    said = [say(room, alice, "@bob") for _ in range(3)]
    delete_message(room=room.pk, user=alice, message_id=said[0].pk)
    assert waiting(room, bob) == (2, 2)
    delete_messages(room=room.pk, by=alice, message_ids=[message.pk for message in said], reason="")
    assert waiting(room, bob) == (0, 0)
    assert not Mention.objects.exists()


def test_pruning_removes_mentions(room: Room, alice: User, bob: User, settings: Any) -> None:
    settings.CHAT_RETENTION_MINIMUM = 0
    Room.objects.filter(pk=room.pk).update(history_limit=0)
    say(room, alice, "@bob")
    prune_messages(room=room.pk)
    assert not Mention.objects.exists()


def test_a_retry_mentions_once(room: Room, alice: User, bob: User) -> None:
    for _ in range(2):
        say(room, alice, "@bob", client_id="c1")
    assert waiting(room, bob) == (1, 1)


def test_who_left_is_mentioned_no_more_and_keeps_what_was(
    room: Room, alice: User, bob: User
) -> None:
    said = say(room, alice, "@bob")
    end_membership(room=room.pk, user=bob)
    assert mentioned(said) == ["bob"]
    assert mentioned(say(room, alice, "@bob")) == []
    join_room(room=room.pk, user=bob)
    assert waiting(room, bob) == (0, 0)


def test_who_names_everybody_mentions_nobody(room: Room, alice: User, bob: User) -> None:
    crowd = " ".join(f"@person-{number}" for number in range(NAMES_LIMIT))
    assert mentioned(say(room, alice, f"@bob {crowd}")) == []


# What it costs


def cost(call: Any, *args: Any, **kwargs: Any) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        call(*args, **kwargs)
    return [query["sql"] for query in captured]


def test_mentions_cost_two_queries_however_many_there_are(room: Room, alice: User) -> None:
    people = [make_user(f"friend{number}") for number in range(5)]
    for person in people:
        join_room(room=room.pk, user=person)
    bare = cost(send_messages, [draft(room, alice)])
    one = cost(send_messages, [draft(room, alice, "@bob")])
    many = cost(
        send_messages,
        [draft(room, alice, " ".join(f"@{person}" for person in people)) for _ in range(20)],
    )
    assert len(one) == len(many) == len(bare) + 2
    assert not any("chat_mention" in sql for sql in bare)


def test_an_edit_without_an_at_asks_nothing_of_mentions(room: Room, alice: User) -> None:
    said = say(room, alice)
    plain = cost(edit_message, room=room.pk, user=alice, message_id=said.pk, text="Ho")
    # Only what the frame shows is read.
    assert sum("chat_mention" in sql for sql in plain) == 1
    named = cost(edit_message, room=room.pk, user=alice, message_id=said.pk, text="@bob")
    assert len(named) == len(plain) + 4
