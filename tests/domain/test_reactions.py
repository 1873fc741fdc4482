"""Reacting: who may, to what, with what, and what everybody sees of it."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from chat import shapes
from chat.actions.messages import delete_message, react
from chat.actions.moderation import close_room
from chat.bus_items import BusItem
from chat.emojis import read_emoji
from chat.errors import ChatError, ErrorCode
from chat.models import Membership, Message, Reaction, Room
from chat.models import messages as messages_module
from tests.factories import make_room, make_user

from .telling import changes, head_of, refusal, say, told

pytestmark = pytest.mark.django_db


def answer(
    room: Room, user: User, message: Message, emoji: str = "🎉", *, on: bool = True
) -> Message:
    return react(room=room.pk, user=user, message_id=message.pk, emoji=emoji, on=on)


def shown(message: Message) -> list[dict[str, Any]]:
    """The reactions as everybody sees them."""
    loaded = Message.objects.as_shown().get(pk=message.pk)
    body = shapes.message_body(loaded, room_id=loaded.room.slug)
    return [
        {"emoji": each.emoji, "count": each.count, "usernames": each.usernames}
        for each in body.reactions
    ]


def test_reactions_are_counted_by_emoji_in_the_order_in_which_they_came(
    room: Room, alice: User, bob: User
) -> None:
    said = say(room, alice)
    for user, emoji in ((bob, "👍"), (alice, "🎉"), (alice, "👍")):
        answer(room, user, said, emoji)
    assert shown(said) == [
        {"emoji": "👍", "count": 2, "usernames": ["bob", "alice"]},
        {"emoji": "🎉", "count": 1, "usernames": ["alice"]},
    ]


def test_a_reaction_is_a_change_of_the_message(
    room: Room,
    alice: User,
    bob: User,
    announced: list[BusItem],
    django_capture_on_commit_callbacks: Any,
) -> None:
    said = say(room, alice)
    with django_capture_on_commit_callbacks(execute=True):
        on = answer(room, bob, said)
        off = answer(room, bob, said, on=False)
    assert (on.changed_sequence, off.changed_sequence) == (said.sequence + 1, said.sequence + 2)
    first, second = changes(announced)
    assert [change.event for change in (first, second)] == ["reaction_changed"] * 2
    assert [change.number for change in (first, second)] == [on.changed_sequence, head_of(room)]
    body = told(first)
    assert (body["message"], body["text_sequence"]) == ("Hi", said.sequence)
    assert body["reactions"] == [{"emoji": "🎉", "count": 1, "usernames": ["bob"]}]
    assert "reactions" not in told(second)


@pytest.mark.parametrize("on", [True, False])
def test_what_is_so_already_takes_no_number(room: Room, alice: User, on: bool) -> None:
    said = say(room, alice)
    answer(room, alice, said)
    answer(room, alice, said, on=on)
    head = head_of(room)
    again = answer(room, alice, said, on=on)
    assert again.changed_sequence == head_of(room) == head


@pytest.mark.parametrize(
    "text",
    ["a", "", "1", "🎉🎉", "🎉 ", "<b>", ":tada:", "🏽", "\u200d", "\ufe0f", "\0", "🎉\u200d", "é"],
)
def test_only_an_emoji_will_do(room: Room, alice: User, text: str) -> None:
    said = say(room, alice)
    error = refusal(answer, room=room, user=alice, message=said, emoji=text)
    assert (error.code, error.details) == (ErrorCode.INVALID_EVENT, {"field": "emoji"})


@pytest.mark.parametrize("text", ["👍🏽", "🏳️‍🌈", "👨‍👩‍👧‍👦", "🇩🇪", "1️⃣", "👩🏻‍❤️‍💋‍👨🏻"])
def test_an_emoji_may_be_of_several_parts(room: Room, alice: User, text: str) -> None:
    said = say(room, alice)
    answer(room, alice, said, text)
    assert [each["emoji"] for each in shown(said)] == [text]


def test_one_emoji_has_one_spelling() -> None:
    assert read_emoji("\u2764") == read_emoji("\u2764\ufe0f") == "\u2764\ufe0f"


def test_the_variety_of_a_message_is_limited_and_how_many_agree_is_not(
    room: Room, alice: User, bob: User, settings: Any
) -> None:
    settings.CHAT_EMOJI_LIMIT = 2
    said = say(room, alice)
    answer(room, alice, said, "🎉")
    answer(room, alice, said, "👍")
    head = head_of(room)
    error = refusal(answer, room=room, user=bob, message=said, emoji="🚀")
    assert (error.code, error.details) == (ErrorCode.NOT_ALLOWED, {"field": "emoji", "limit": 2})
    assert head_of(room) == head
    answer(room, bob, said, "👍")
    answer(room, alice, said, "🎉", on=False)
    answer(room, bob, said, "🚀")
    assert [each["emoji"] for each in shown(said)] == ["👍", "🚀"]


def test_of_many_people_the_first_are_named_and_all_are_counted(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(messages_module, "REACTORS_SHOWN", 2)
    people = [make_user(f"user{n}") for n in range(4)]
    room = make_room(alice, *people)
    said, other = say(room, alice), say(room, alice)
    for user in reversed(people):
        answer(room, user, said)
        answer(room, user, other, "👍")
    assert shown(said) == [{"emoji": "🎉", "count": 4, "usernames": ["user3", "user2"]}]
    assert shown(other) == [{"emoji": "👍", "count": 4, "usernames": ["user3", "user2"]}]


def test_who_is_muted_does_not_react(room: Room, alice: User, bob: User) -> None:
    said = say(room, alice)
    until = timezone.now() + timedelta(minutes=5)
    Membership.objects.filter(room=room, user=bob).update(muted_until=until)
    error = refusal(answer, room=room, user=bob, message=said)
    assert error.code is ErrorCode.NOT_ALLOWED
    assert error.retry_after


def test_nobody_reacts_in_a_closed_room(room: Room, alice: User, bob: User) -> None:
    said = say(room, alice)
    close_room(room=room.pk, by=alice)
    assert refusal(answer, room=room, user=bob, message=said).code is ErrorCode.ROOM_CLOSED


def test_what_the_room_tells_is_not_reacted_to(room: Room, alice: User) -> None:
    joined = room.messages.get(kind="system")
    assert refusal(answer, room=room, user=alice, message=joined).code is ErrorCode.NOT_ALLOWED


def test_a_deletion_takes_the_reactions_along(room: Room, alice: User, bob: User) -> None:
    said = say(room, alice)
    answer(room, bob, said)
    delete_message(room=room.pk, user=alice, message_id=said.pk)
    assert shown(said) == []
    assert not Reaction.objects.exists()
    assert refusal(answer, room=room, user=bob, message=said).code is ErrorCode.CONFLICT


def test_another_rooms_message_is_none(room: Room, private_room: Room, alice: User) -> None:
    said = say(private_room, alice)
    errors = [
        refusal(react, room=room.pk, user=alice, message_id=key, emoji="🎉", on=True)
        for key in (said.pk, 999_999)
    ]
    assert {(error.code, str(error.details)) for error in errors} == {
        (ErrorCode.INVALID_EVENT, "{'field': 'message_id'}")
    }


def test_read_emoji_says_no_by_name() -> None:
    with pytest.raises(ChatError):
        read_emoji("x")
