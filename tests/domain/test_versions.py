"""What a message said before is kept while it says anything."""

import pytest

from accounts.models import User
from chat.actions.messages import delete_message, edit_message
from chat.models import Message, MessageVersion, Room

from .telling import say

pytestmark = pytest.mark.django_db


def edit(room: Room, message: Message, text: str) -> Message:
    return edit_message(room=room.pk, user=message.sender, message_id=message.pk, text=text)


def test_an_edit_keeps_the_earlier_text(room: Room, alice: User) -> None:
    said = say(room, alice, "first")
    second = edit(room, said, "second")
    edit(room, said, "third")
    earlier = MessageVersion.objects.filter(message=said)
    assert [(version.text, version.sequence) for version in earlier] == [
        ("first", said.sequence),
        ("second", second.changed_sequence),
    ]
    assert [version.written_at for version in earlier] == [said.created_at, second.edited_at]


def test_an_edit_that_changes_nothing_keeps_nothing(room: Room, alice: User) -> None:
    edit(room, say(room, alice, "Hi"), "Hi")
    assert not MessageVersion.objects.exists()


def test_a_deletion_takes_the_earlier_texts_along(room: Room, alice: User) -> None:
    said, other = say(room, alice), say(room, alice)
    for message in (said, other):
        edit(room, message, "Other")
    delete_message(room=room.pk, user=alice, message_id=said.pk)
    assert [version.message for version in MessageVersion.objects.all()] == [other]
