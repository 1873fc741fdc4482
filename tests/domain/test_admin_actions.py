"""What the admin does with actions that no other door has."""

import pytest

from accounts.models import User
from chat.actions.messages import delete_messages, send_message
from chat.actions.moderation import note_look
from chat.actions.rooms import change_room
from chat.errors import ChatError, ErrorCode
from chat.models import Message, ModerationEntry, Room, RoomHead

pytestmark = pytest.mark.django_db


def head_of(room: Room) -> int:
    return RoomHead.objects.get(pk=room.pk).last_sequence


def test_the_owner_changes_a_room_with_one_number(alice: User, room: Room) -> None:
    before = head_of(room)
    changed = change_room(room=room.pk, by=alice, name=" Coffee ", topic=" Black ", reason="Better")
    assert (changed.name, changed.topic) == ("Coffee", "Black")
    assert head_of(room) == before + 1
    assert ModerationEntry.objects.get().detail == "name, topic"


def test_what_stands_already_takes_no_number(alice: User, room: Room) -> None:
    before = head_of(room)
    change_room(room=room.pk, by=alice, name=room.name, history_limit=None)
    assert head_of(room) == before
    assert not ModerationEntry.objects.exists()


def test_a_history_limit_is_set_and_lifted(alice: User, room: Room) -> None:
    assert change_room(room=room.pk, by=alice, history_limit=500).history_limit == 500
    assert change_room(room=room.pk, by=alice, history_limit=None).history_limit is None


def test_members_and_strangers_change_nothing(bob: User, carol: User, private_room: Room) -> None:
    for by, code in ((bob, ErrorCode.NOT_ALLOWED), (carol, ErrorCode.ROOM_NOT_FOUND)):
        with pytest.raises(ChatError) as refused:
            change_room(room=private_room.pk, by=by, name="Mine")
        assert refused.value.code is code


def test_a_room_keeps_a_name(alice: User, room: Room) -> None:
    with pytest.raises(ChatError):
        change_room(room=room.pk, by=alice, name="  ")


def test_some_messages_are_deleted_and_the_others_refused(
    alice: User, bob: User, room: Room
) -> None:
    mine = send_message(room=room.pk, sender=bob, text="Mine")
    others = send_message(room=room.pk, sender=alice, text="Hers")
    keys = [mine.pk, others.pk, 10**9]
    refused = delete_messages(room=room.pk, by=bob, message_ids=keys, reason="")
    assert {key: error.code for key, error in refused.items()} == {
        others.pk: ErrorCode.NOT_ALLOWED,
        10**9: ErrorCode.INVALID_EVENT,
    }
    assert set(Message.objects.filter(deleted_at__isnull=False)) == {mine}


def test_only_who_may_read_private_rooms_looks_into_them(
    alice: User, carol: User, room: Room, private_room: Room
) -> None:
    with pytest.raises(ChatError):
        note_look(room=private_room, by=carol)
    note_look(room=room, by=carol)
    note_look(room=private_room, by=User.objects.create_superuser("boss"))
    assert ModerationEntry.objects.get().actor.username == "boss"
