"""What the busiest reads and writes cost: a fixed number of queries, whatever their size."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from chat import queries, reads
from chat.actions.memberships import join_room
from chat.actions.messages import send_messages
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
    assert cost(send_messages, one) == cost(send_messages, fifty) <= 9
    assert head_of(room) == before + 51


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


def test_a_room_is_loaded_and_repaired_with_two_queries(room: Room, alice: User, bob: User) -> None:
    send_messages(batch(room, [alice, bob], 60, say(room, alice).pk))
    assert cost(reads._load, room.pk) == 2
    epoch = room.head.epoch
    assert cost(reads._repair, room.pk, epoch, head_of(room) - 55) == 2


def test_a_page_of_history_costs_three_queries(room: Room, alice: User) -> None:
    send_messages(batch(room, [alice], 60, say(room, alice).pk))
    assert Message.objects.count() > 50
    page = {"room": room.pk, "user": alice, "before": 60, "limit": 50}
    assert cost(queries.history_page, **page) == 3
