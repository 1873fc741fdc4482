"""What the busiest reads and writes cost: a fixed number of queries, whatever their size."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from chat import queries, reads
from chat.actions.memberships import join_room
from chat.actions.messages import edit_message, pin_message, react, send_messages
from chat.models import Message, Room
from tests.factories import make_room

from .telling import draft, head_of, say

pytestmark = pytest.mark.django_db


def cost(call: Any, *args: Any, **kwargs: Any) -> int:
    with CaptureQueriesContext(connection) as captured:
        call(*args, **kwargs)
    return len(captured)


def batch(room: Room, senders: list[User], size: int, reply_to: int) -> list[Any]:
    return [
        draft(
            room,
            senders[number % len(senders)],
            client_id=f"{size}-{number}",
            reply_to=reply_to if number % 3 == 0 else None,
        )
        for number in range(size)
    ]


def test_fifty_messages_cost_as_many_queries_as_one(room: Room, alice: User, bob: User) -> None:
    question = say(room, alice)
    one, fifty = (batch(room, [alice, bob], size, question.pk) for size in (1, 50))
    before = head_of(room)
    assert cost(send_messages, one) == cost(send_messages, fifty) <= 10
    assert head_of(room) == before + 51


def test_a_plain_message_costs_no_query_for_what_it_could_bear(room: Room, alice: User) -> None:
    """The head, the members, the message, the head's new number; and the transaction's own."""
    plain = draft(room, alice)
    with CaptureQueriesContext(connection) as captured:
        send_messages([plain])
    asked = [query["sql"] for query in captured]
    beside = ("chat_reaction", "chat_messageversion", 'FROM "chat_message"')
    assert [sql for sql in asked if any(table in sql for table in beside)] == []


def test_messages_of_many_rooms_cost_as_many_queries_as_of_one(alice: User) -> None:
    rooms = [make_room(alice, name=f"{n}") for n in range(10)]
    assert cost(send_messages, [draft(room, alice) for room in rooms]) == cost(
        send_messages, [draft(rooms[0], alice) for _ in rooms]
    )


def test_a_retry_costs_no_more_than_the_message(room: Room, alice: User) -> None:
    first, again = ([draft(room, alice, client_id="c")] for _ in range(2))
    sent = cost(send_messages, first)
    assert cost(send_messages, again) <= sent


def test_joining_again_costs_one_query(room: Room, bob: User) -> None:
    assert cost(join_room, room=room.pk, user=bob) == 1


def test_all_of_a_persons_rooms_with_what_waits_cost_one_query(alice: User, bob: User) -> None:
    for name in ("a", "b", "c"):
        say(make_room(alice, bob, name=name), alice)
    assert cost(lambda: queries.room_summaries(queries.memberships_with_unread(bob))) == 1


def test_a_room_is_loaded_with_six_queries_and_repaired_with_five(
    room: Room, alice: User, bob: User
) -> None:
    send_messages(batch(room, [alice, bob], 60, say(room, alice).pk))
    assert cost(reads._load, room.pk) == 6
    epoch = room.head.epoch
    assert cost(reads._repair, room.pk, epoch, head_of(room) - 55) == 5


def test_what_messages_bear_costs_as_many_queries_as_bare_ones(
    room: Room, alice: User, bob: User
) -> None:
    said = say(room, alice)
    bare = cost(reads._load, room.pk)
    for number, emoji in enumerate("🎉👍🚀👀"):
        answer = say(room, bob, f"{number}", reply_to=said.pk)
        for user in (alice, bob):
            react(room=room.pk, user=user, message_id=answer.pk, emoji=emoji, on=True)
        pin_message(room=room.pk, user=alice, message_id=answer.pk, on=True)
    assert cost(reads._load, room.pk) == bare
    floor = {"room": room.pk, "floor": 1}
    assert cost(queries.pinned_messages, **floor) == 4
    assert len(queries.pinned_messages(**floor)) == 4


def test_a_change_with_fifty_replies_costs_as_many_queries_as_with_one(
    room: Room, alice: User
) -> None:
    def edit(answers: int) -> int:
        said = say(room, alice)
        send_messages([draft(room, alice, reply_to=said.pk) for _ in range(answers)])
        return cost(edit_message, room=room.pk, user=alice, message_id=said.pk, text="Ho")

    assert edit(1) == edit(50)


def test_a_page_of_history_costs_six_queries(room: Room, alice: User) -> None:
    send_messages(batch(room, [alice], 60, say(room, alice).pk))
    assert Message.objects.count() > 50
    page = {"room": room.pk, "user": alice, "before": 60, "limit": 50}
    assert cost(queries.history_page, **page) == 6
