"""A retry is harmless: one client_id is one message, for as long as the message exists."""

from functools import partial
from typing import Any

import pytest

from accounts.models import User
from chat.actions.messages import delete_message, edit_message, send_messages
from chat.actions.moderation import close_room
from chat.bus_items import BusItem, Head
from chat.errors import ChatError, ErrorCode
from chat.models import Message, MessageKind, Room, RoomHead
from tests.factories import make_room
from tests.together import together

from .telling import changes, draft, head_of, refusal, say, stored

pytestmark = pytest.mark.django_db(transaction=True)


def texts(room: Room) -> list[str]:
    return [message.text for message in stored(room) if message.kind == MessageKind.TEXT]


def test_a_retried_message_is_stored_once(room: Room, alice: User) -> None:
    first = say(room, alice, client_id="c1")
    head = head_of(room)
    again = say(room, alice, client_id="c1")
    assert (again.pk, again.sequence) == (first.pk, first.sequence)
    assert again.created_at == first.created_at
    assert head_of(room) == head


def test_a_retry_tells_the_head_again_and_nothing_else(
    room: Room, alice: User, announced: list[BusItem]
) -> None:
    say(room, alice, client_id="c1")
    say(room, alice)
    announced.clear()
    say(room, alice, client_id="c1")
    epoch = RoomHead.objects.get(pk=room.pk).epoch
    assert announced == [Head(room.pk, epoch, head_of(room))]


def test_other_words_under_the_same_client_id_are_a_conflict(room: Room, alice: User) -> None:
    say(room, alice, "Hi", client_id="c1")
    error = refusal(say, room=room, sender=alice, text="Ho", client_id="c1")
    assert (error.code, error.details) == (ErrorCode.CONFLICT, {"field": "client_id"})
    assert texts(room) == ["Hi"]


def test_a_client_id_counts_for_its_sender_and_its_room(room: Room, alice: User, bob: User) -> None:
    other = make_room(alice, name="Other")
    said = [say(room, alice, "1", client_id="c"), say(room, bob, "2", client_id="c")]
    said.append(say(other, alice, "3", client_id="c"))
    assert len({message.pk for message in said}) == 3


def test_messages_without_a_client_id_are_all_stored(room: Room, alice: User) -> None:
    for _ in range(2):
        say(room, alice)
    send_messages([draft(room, alice), draft(room, alice)])
    assert texts(room) == ["Hi"] * 4


def test_a_retry_after_an_edit_finds_its_message(room: Room, alice: User) -> None:
    first = say(room, alice, "Hi", client_id="c1")
    edit_message(room=room.pk, user=alice, message_id=first.pk, text="Edited")
    assert say(room, alice, "Hi", client_id="c1").pk == first.pk
    assert refusal(say, room=room, sender=alice, text="Edited", client_id="c1").code is (
        ErrorCode.CONFLICT
    )
    assert texts(room) == ["Edited"]


def test_a_retry_after_the_deletion_finds_the_tombstone(room: Room, alice: User) -> None:
    first = say(room, alice, client_id="c1")
    delete_message(room=room.pk, user=alice, message_id=first.pk)
    again = say(room, alice, client_id="c1")
    assert (again.pk, again.sequence, again.text) == (first.pk, first.sequence, "")
    assert texts(room) == [""]


def test_a_retry_is_answered_though_the_room_was_closed(room: Room, alice: User) -> None:
    first = say(room, alice, client_id="c1")
    close_room(room=room.pk, by=alice)
    assert say(room, alice, client_id="c1").pk == first.pk


def test_a_retry_is_answered_whatever_a_filter_made_of_it(
    room: Room, alice: User, settings: Any
) -> None:
    settings.CHAT_MESSAGE_FILTERS = ["tests.domain.filters.shout"]
    first = say(room, alice, "Hi", client_id="c1")
    assert first.text == "HI"
    assert say(room, alice, "Hi", client_id="c1").pk == first.pk
    error = refusal(say, room=room, sender=alice, text="HI", client_id="c1")
    assert error.code is ErrorCode.CONFLICT


def test_a_retry_is_answered_though_a_filter_would_refuse_it_now(
    room: Room, alice: User, settings: Any
) -> None:
    first = say(room, alice, "rude", client_id="c1")
    settings.CHAT_MESSAGE_FILTERS = ["tests.domain.filters.refuse_rude_words"]
    assert say(room, alice, "rude", client_id="c1").pk == first.pk
    error = refusal(say, room=room, sender=alice, text="rude too", client_id="c1")
    assert error.code is ErrorCode.NOT_ALLOWED


def test_a_retry_in_the_same_batch_is_the_same_message(
    room: Room, alice: User, announced: list[BusItem]
) -> None:
    announced.clear()
    sent = send_messages([draft(room, alice, client_id="c") for _ in range(3)])
    sent += send_messages([draft(room, alice, "Ho", client_id="c")])
    *same, conflict = sent
    assert len({each.pk for each in same if isinstance(each, Message)}) == 1
    assert isinstance(conflict, ChatError)
    assert conflict.code is ErrorCode.CONFLICT
    assert texts(room) == ["Hi"]
    assert len(changes(announced)) == 1


def test_ten_at_once_make_one_message(room: Room, alice: User) -> None:
    sent = together(*[partial(say, room, alice, client_id="c1")] * 10)
    assert len({message.pk for message in sent}) == 1
    assert len({message.sequence for message in sent}) == 1
    assert texts(room) == ["Hi"]


def test_ten_batches_at_once_make_one_message_of_each(room: Room, alice: User) -> None:
    ids = [f"c{number}" for number in range(10)]

    def send(order: list[str]) -> set[int]:
        sent = send_messages([draft(room, alice, client_id=each) for each in order])
        return {each.pk for each in sent if isinstance(each, Message)}

    found = together(*(partial(send, ids[start:] + ids[:start]) for start in range(10)))
    assert len(found[0]) == 10
    assert all(each == found[0] for each in found)
    assert len(texts(room)) == 10
