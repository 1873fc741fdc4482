"""Saying something: what is stored, and what is refused."""

from typing import Any

import pytest
from django.utils import timezone

from accounts.actions.access import deactivate
from accounts.models import User
from chat.actions.messages import draft_message, send_message, send_messages
from chat.actions.moderation import close_room
from chat.actions.retention import prune_messages
from chat.errors import ChatError, ErrorCode
from chat.models import Message, MessageKind, Room
from tests.factories import make_room

from .telling import draft, head_of, refusal, say, stored

pytestmark = pytest.mark.django_db


def test_a_message_is_stored_as_it_was_said(room: Room, alice: User) -> None:
    before = timezone.now()
    said = say(room, alice, "  Hi,\n<b>you</b> 😀 ", client_id="c1")
    message = Message.objects.get(pk=said.pk)
    assert message.text == "  Hi,\n<b>you</b> 😀 "
    assert (message.room, message.sender, message.kind) == (room, alice, MessageKind.TEXT)
    assert message.client_id == "c1"
    assert before <= message.created_at <= timezone.now()
    assert (message.edited_at, message.deleted_at, message.reply_to_id) == (None, None, None)
    assert message.sequence == message.changed_sequence == message.text_changed_sequence


def test_a_reply_names_the_message_that_it_answers(room: Room, alice: User, bob: User) -> None:
    question = say(room, alice)
    assert say(room, bob, reply_to=question.pk).reply_to_id == question.pk


def test_an_answer_to_a_message_of_another_room_is_refused(room: Room, alice: User) -> None:
    elsewhere = say(make_room(alice, name="Other"), alice)
    error = refusal(say, room=room, sender=alice, reply_to=elsewhere.pk)
    assert (error.code, error.details) == (ErrorCode.INVALID_EVENT, {"field": "reply_to"})


@pytest.mark.parametrize("text", ["", " ", "\n\t\u00a0\u2003"])
def test_nothing_is_not_said(room: Room, alice: User, text: str) -> None:
    error = refusal(say, room=room, sender=alice, text=text)
    assert (error.code, error.details) == (ErrorCode.EMPTY_MESSAGE, {"field": "message"})


def test_a_message_may_be_as_long_as_the_limit_and_no_longer(room: Room, alice: User) -> None:
    assert len(say(room, alice, "é" * 4000).text) == 4000
    error = refusal(say, room=room, sender=alice, text="é" * 4001)
    assert error.code is ErrorCode.MESSAGE_TOO_LONG
    assert error.details == {"field": "message", "limit": 4000}


def test_the_limit_is_a_setting(room: Room, alice: User, settings: Any) -> None:
    settings.CHAT_TEXT_LIMIT = 3
    assert refusal(say, room=room, sender=alice, text="four").details == {
        "field": "message",
        "limit": 3,
    }


@pytest.mark.parametrize("text", ["a\0b", "\ud800", "a\udfffb"])
def test_what_no_database_can_store_is_refused(room: Room, alice: User, text: str) -> None:
    error = refusal(say, room=room, sender=alice, text=text)
    assert (error.code, error.details) == (ErrorCode.INVALID_EVENT, {"field": "message"})
    assert len(stored(room)) == 1  # of bob's joining


def test_who_is_no_member_says_nothing(room: Room, carol: User) -> None:
    assert refusal(say, room=room, sender=carol).code is ErrorCode.NOT_A_MEMBER


def test_nothing_is_said_where_there_is_no_room(alice: User) -> None:
    error = refusal(send_message, room=999_999, sender=alice, text="Hi")
    assert error.code is ErrorCode.ROOM_NOT_FOUND


def test_nothing_is_said_in_a_closed_room(room: Room, alice: User, bob: User) -> None:
    close_room(room=room.pk, by=alice)
    before = head_of(room)
    assert refusal(say, room=room, sender=bob).code is ErrorCode.ROOM_CLOSED
    assert head_of(room) == before


def test_who_is_deactivated_says_nothing(room: Room, bob: User) -> None:
    deactivate(user=bob)
    assert refusal(say, room=room, sender=bob).code is ErrorCode.NOT_A_MEMBER


def test_an_answer_to_a_pruned_message_is_refused(room: Room, alice: User, settings: Any) -> None:
    settings.CHAT_RETENTION_MINIMUM = 0
    old = say(room, alice)
    Room.objects.filter(pk=room.pk).update(history_limit=0)
    prune_messages(room=room.pk)
    assert refusal(say, room=room, sender=alice, reply_to=old.pk).code is ErrorCode.INVALID_EVENT


def test_a_batch_is_answered_in_its_order(room: Room, alice: User, bob: User, carol: User) -> None:
    sent = send_messages([draft(room, user, user.username) for user in (bob, carol, alice)])
    assert [each.text if isinstance(each, Message) else each.code for each in sent] == [
        "bob",
        ErrorCode.NOT_A_MEMBER,
        "alice",
    ]
    first, _, last = sent
    assert isinstance(first, Message)
    assert isinstance(last, Message)
    assert last.sequence == first.sequence + 1


def test_an_empty_batch_is_no_trouble() -> None:
    assert send_messages([]) == []


def test_a_draft_of_nothing_is_refused_before_anything_is_asked() -> None:
    with pytest.raises(ChatError):
        draft_message(room=1, sender=1, text=" ")
