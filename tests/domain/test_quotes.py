"""A reply shows what it answers as that is now: when the one changes, the other has changed."""

from typing import Any

import pytest

from accounts.models import User
from chat import shapes
from chat.actions.messages import delete_message, delete_messages, edit_message, send_messages
from chat.bus_items import BusItem, Change
from chat.errors import ChatError, ErrorCode
from chat.models import Message, Room
from chat.protocol.codec import encode
from chat.protocol.contents import MessageBody

from .telling import changes, draft, head_of, refusal, say, told

pytestmark = pytest.mark.django_db


def edit(room: Room, message: Message, text: str) -> Message:
    return edit_message(room=room.pk, user=message.sender, message_id=message.pk, text=text)


def delete(room: Room, message: Message) -> Message:
    return delete_message(room=room.pk, user=message.sender, message_id=message.pk)


def body_of(message: Message) -> MessageBody:
    loaded = Message.objects.as_shown().get(pk=message.pk)
    return shapes.message_body(loaded, room_id=loaded.room.slug)


def events(items: list[BusItem]) -> list[tuple[str, int]]:
    return [(change.event, change.message_id) for change in changes(items)]


def numbers(items: list[BusItem]) -> list[int]:
    return [change.number for change in changes(items)]


def quotes(items: list[BusItem]) -> list[Any]:
    return [told(change).get("quote") for change in changes(items)]


def test_a_reply_is_told_with_its_quote(
    room: Room,
    alice: User,
    bob: User,
    announced: list[BusItem],
    django_capture_on_commit_callbacks: Any,
) -> None:
    said = say(room, alice, "Tea,\n  anybody?")
    with django_capture_on_commit_callbacks(execute=True):
        reply = say(room, bob, "Yes", reply_to=said.pk)
    [change] = changes(announced)
    assert told(change)["quote"] == {
        "message_id": said.pk,
        "sequence": said.sequence,
        "username": "alice",
        "name": "alice",
        "avatar": "/people/alice/avatar.svg",
        "text": "Tea, anybody?",
        "deleted": False,
    }
    assert told(change)["reply_to"] == said.pk
    assert change.body == encode(body_of(reply))


def test_a_quote_is_one_line_of_140_characters_at_most(room: Room, alice: User) -> None:
    exact, longer = say(room, alice, "x" * 140), say(room, alice, "y" * 141)
    shown = [body_of(say(room, alice, reply_to=said.pk)).quote for said in (exact, longer)]
    assert [quote.text for quote in shown if quote] == ["x" * 140, "y" * 139 + "…"]


def test_an_edit_changes_the_replies_too(
    room: Room,
    alice: User,
    bob: User,
    announced: list[BusItem],
    django_capture_on_commit_callbacks: Any,
) -> None:
    said = say(room, alice)
    reply = say(room, bob, "Yes", reply_to=said.pk)
    distant = say(room, bob, "Really", reply_to=reply.pk)
    head = head_of(room)
    with django_capture_on_commit_callbacks(execute=True):
        edit(room, said, "Other")
    assert events(announced) == [("message_edited", said.pk), ("message_edited", reply.pk)]
    assert numbers(announced) == [head + 1, head + 2]
    assert head_of(room) == head + 2
    body = told(changes(announced)[1])
    assert (body["message"], body["edited"], body["quote"]["text"]) == ("Yes", False, "Other")
    assert body["text_sequence"] == reply.sequence
    assert body_of(distant).changed_sequence == distant.sequence


def test_an_edit_that_no_quote_shows_changes_no_reply(room: Room, alice: User, bob: User) -> None:
    said = say(room, alice, "x" * 200)
    reply = say(room, bob, reply_to=said.pk)
    edit(room, said, "x" * 200 + "y")
    assert body_of(reply).changed_sequence == reply.sequence


def test_a_deletion_is_seen_in_the_replies(
    room: Room,
    alice: User,
    bob: User,
    announced: list[BusItem],
    django_capture_on_commit_callbacks: Any,
) -> None:
    said = say(room, alice)
    reply = say(room, bob, reply_to=said.pk)
    with django_capture_on_commit_callbacks(execute=True):
        delete(room, said)
    assert events(announced) == [("message_deleted", said.pk), ("message_edited", reply.pk)]
    assert [quote and (quote["text"], quote["deleted"]) for quote in quotes(announced)] == [
        None,
        ("", True),
    ]


def test_a_deleted_reply_answers_nothing_any_more(room: Room, alice: User, bob: User) -> None:
    said = say(room, alice)
    reply = say(room, bob, reply_to=said.pk)
    delete(room, reply)
    gone = body_of(reply)
    assert (gone.reply_to, gone.quote) == (None, None)
    edit(room, said, "Other")
    assert body_of(reply).changed_sequence == gone.changed_sequence


def test_messages_deleted_together_are_told_in_the_order_of_their_numbers(
    room: Room,
    alice: User,
    bob: User,
    announced: list[BusItem],
    django_capture_on_commit_callbacks: Any,
) -> None:
    said = say(room, bob)
    going = say(room, bob, reply_to=said.pk)
    staying = [say(room, bob, reply_to=key) for key in (said.pk, going.pk)]
    head = head_of(room)
    with django_capture_on_commit_callbacks(execute=True):
        assert not delete_messages(
            room=room.pk, by=alice, message_ids=[going.pk, said.pk, going.pk], reason=""
        )
    assert numbers(announced) == list(range(head + 1, head + 5))
    assert head_of(room) == head + 4
    assert events(announced) == [
        ("message_deleted", going.pk),
        ("message_deleted", said.pk),
        *(("message_edited", reply.pk) for reply in staying),
    ]


def test_what_is_told_is_what_is_read(
    room: Room,
    alice: User,
    bob: User,
    announced: list[BusItem],
    django_capture_on_commit_callbacks: Any,
) -> None:
    said = say(room, alice)
    replies = [say(room, bob, f"{n}", reply_to=said.pk) for n in range(3)]
    with django_capture_on_commit_callbacks(execute=True):
        edit(room, said, "Other")
    last: dict[int, Change] = {change.message_id: change for change in changes(announced)}
    for message in (said, *replies):
        assert last[message.pk].body == encode(body_of(message))


def test_a_deleted_message_can_be_answered(room: Room, alice: User, bob: User) -> None:
    """Whoever answers may not have seen that it is gone."""
    said = say(room, alice)
    delete(room, said)
    quote = body_of(say(room, bob, reply_to=said.pk)).quote
    assert quote is not None
    assert (quote.text, quote.deleted) == ("", True)


def test_nobody_answers_another_rooms_message_or_what_the_room_tells(
    room: Room, private_room: Room, alice: User
) -> None:
    elsewhere = say(private_room, alice)
    for key in (elsewhere.pk, room.messages.get(kind="system").pk, 999_999):
        error = refusal(say, room=room, sender=alice, reply_to=key)
        assert (error.code, error.details) == (ErrorCode.INVALID_EVENT, {"field": "reply_to"})


def test_a_message_has_so_many_replies(room: Room, alice: User, settings: Any) -> None:
    settings.CHAT_REPLIES_LIMIT = 3
    said, other = say(room, alice), say(room, alice)
    say(room, alice, reply_to=said.pk)
    *taken, refused = send_messages([draft(room, alice, reply_to=said.pk) for _ in range(3)])
    assert [type(sent) for sent in taken] == [Message, Message]
    assert isinstance(refused, ChatError)
    assert refused.code is ErrorCode.NOT_ALLOWED
    assert refused.details == {"field": "reply_to", "limit": 3}
    say(room, alice, reply_to=other.pk)
