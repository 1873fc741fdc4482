"""Editing and deleting: whose right it is, and what stays."""

from typing import Any

import pytest

from accounts.models import User
from chat.actions.memberships import end_membership
from chat.actions.messages import delete_message, edit_message
from chat.actions.moderation import close_room, set_role
from chat.actions.retention import prune_messages
from chat.bus_items import BusItem
from chat.errors import ErrorCode
from chat.models import Message, Role, Room
from tests.factories import make_room

from .telling import changes, head_of, refusal, say, told

pytestmark = pytest.mark.django_db


def edit(room: Room, user: User, message: Message, text: str = "Other", **more: Any) -> Message:
    return edit_message(room=room.pk, user=user, message_id=message.pk, text=text, **more)


def delete(room: Room, user: User, message: Message) -> Message:
    return delete_message(room=room.pk, user=user, message_id=message.pk)


def test_one_may_edit_ones_own_text(room: Room, alice: User) -> None:
    said = say(room, alice)
    edit(room, alice, said)
    message = Message.objects.get(pk=said.pk)
    assert (message.text, message.sequence) == ("Other", said.sequence)
    assert message.changed_sequence == message.text_changed_sequence == head_of(room)
    assert message.edited_at is not None
    assert message.text_hash == said.text_hash


def test_the_same_text_again_changes_nothing(room: Room, alice: User) -> None:
    said = say(room, alice, "Hi")
    head = head_of(room)
    assert edit(room, alice, said, "Hi").changed_sequence == said.changed_sequence
    assert head_of(room) == head
    assert Message.objects.get(pk=said.pk).edited_at is None


def test_nobody_edits_anothers_text(room: Room, alice: User, bob: User) -> None:
    said = say(room, bob)
    assert refusal(edit, room=room, user=alice, message=said).code is ErrorCode.NOT_ALLOWED


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (" ", ErrorCode.EMPTY_MESSAGE),
        ("x" * 4001, ErrorCode.MESSAGE_TOO_LONG),
        ("\ud800", ErrorCode.INVALID_EVENT),
        ("\0", ErrorCode.INVALID_EVENT),
    ],
)
def test_an_edit_must_be_a_text(room: Room, alice: User, text: str, code: ErrorCode) -> None:
    said = say(room, alice)
    error = refusal(edit, room=room, user=alice, message=said, text=text)
    assert error.code is code
    assert Message.objects.get(pk=said.pk).text == "Hi"


def test_an_edit_that_saw_the_present_text_goes_through(room: Room, alice: User) -> None:
    said = say(room, alice)
    edited = edit(room, alice, said, "1", base_sequence=said.text_changed_sequence)
    edit(room, alice, said, "2", base_sequence=edited.text_changed_sequence)
    assert Message.objects.get(pk=said.pk).text == "2"


def test_an_edit_that_saw_an_older_text_is_a_conflict(room: Room, alice: User) -> None:
    said = say(room, alice)
    edit(room, alice, said, "1")
    head = head_of(room)
    error = refusal(
        edit, room=room, user=alice, message=said, text="2", base_sequence=said.sequence
    )
    assert (error.code, error.details) == (ErrorCode.CONFLICT, {"field": "base_sequence"})
    assert (head_of(room), Message.objects.get(pk=said.pk).text) == (head, "1")


def test_what_happens_elsewhere_in_the_room_is_no_conflict(room: Room, alice: User) -> None:
    said = say(room, alice)
    say(room, alice)
    edit(room, alice, said, base_sequence=said.text_changed_sequence)


def test_an_edit_without_a_base_wins(room: Room, alice: User) -> None:
    said = say(room, alice)
    edit(room, alice, said, "1")
    assert edit(room, alice, said, "2").text == "2"


def test_a_deleted_message_is_a_tombstone_without_text(
    room: Room, alice: User, announced: list[BusItem]
) -> None:
    said = say(room, alice, "A secret", client_id="c1")
    delete(room, alice, said)
    message = Message.objects.get(pk=said.pk)
    assert (message.text, message.deleted_by, message.client_id) == ("", alice, "c1")
    assert message.deleted_at is not None
    assert message.sequence == said.sequence
    assert message.changed_sequence == head_of(room)
    assert not Message.objects.filter(text__contains="secret").exists()


def test_a_deleted_message_stays_deleted(room: Room, alice: User) -> None:
    said = say(room, alice)
    first = delete(room, alice, said)
    head = head_of(room)
    assert delete(room, alice, said).changed_sequence == first.changed_sequence
    assert head_of(room) == head
    assert refusal(edit, room=room, user=alice, message=said).code is ErrorCode.CONFLICT


def test_members_do_not_delete_what_others_said(room: Room, alice: User, bob: User) -> None:
    said = say(room, alice)
    assert refusal(delete, room=room, user=bob, message=said).code is ErrorCode.NOT_ALLOWED


def test_moderators_delete_what_others_said(room: Room, alice: User, bob: User) -> None:
    set_role(room=room.pk, by=alice, user=bob, role=Role.MODERATOR, reason="")
    assert delete(room, bob, say(room, alice)).deleted_by == bob
    assert delete(room, alice, say(room, bob)).deleted_by == alice


def test_moderators_do_not_edit_what_others_said(room: Room, alice: User, bob: User) -> None:
    assert refusal(edit, room=room, user=alice, message=say(room, bob)).code is (
        ErrorCode.NOT_ALLOWED
    )


@pytest.mark.parametrize("change", [edit, delete])
def test_what_the_room_itself_tells_cannot_be_changed(
    change: Any, room: Room, alice: User, bob: User
) -> None:
    joined = Message.objects.get(room=room, subject=bob)
    for user in (alice, bob):
        error = refusal(change, room=room, user=user, message=joined)
        assert error.code is ErrorCode.NOT_ALLOWED


@pytest.mark.parametrize("change", [edit, delete])
def test_a_message_is_changed_in_its_own_room_only(change: Any, room: Room, alice: User) -> None:
    other = make_room(alice, name="Other")
    said = say(other, alice)
    error = refusal(change, room=room, user=alice, message=said)
    assert (error.code, error.details) == (ErrorCode.INVALID_EVENT, {"field": "message_id"})


@pytest.mark.parametrize("change", [edit, delete])
def test_who_left_changes_nothing_any_more(change: Any, room: Room, bob: User) -> None:
    said = say(room, bob)
    end_membership(room=room.pk, user=bob)
    assert refusal(change, room=room, user=bob, message=said).code is ErrorCode.NOT_A_MEMBER


@pytest.mark.parametrize("change", [edit, delete])
def test_a_closed_room_can_only_be_read(change: Any, room: Room, alice: User, bob: User) -> None:
    said = say(room, bob)
    close_room(room=room.pk, by=alice)
    assert refusal(change, room=room, user=bob, message=said).code is ErrorCode.ROOM_CLOSED


@pytest.mark.parametrize("change", [edit, delete])
def test_what_is_below_the_floor_cannot_be_changed(
    change: Any, room: Room, alice: User, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though its row may still be there: it goes after the announcement."""
    settings.CHAT_RETENTION_MINIMUM = 0
    said = say(room, alice)
    say(room, alice)
    Room.objects.filter(pk=room.pk).update(history_limit=1)
    monkeypatch.setattr("chat.actions.retention._delete_below", lambda **_: 0)
    prune_messages(room=room.pk)
    error = refusal(change, room=room, user=alice, message=said)
    assert (error.code, error.details) == (ErrorCode.INVALID_EVENT, {"field": "message_id"})


def test_a_change_carries_the_whole_message(
    room: Room, alice: User, announced: list[BusItem], django_capture_on_commit_callbacks: Any
) -> None:
    question = say(room, alice)
    said = say(room, alice, "Hi", client_id="c1", reply_to=question.pk)
    with django_capture_on_commit_callbacks(execute=True):
        edit(room, alice, said)
        delete(room, alice, said)
    edited, deleted = changes(announced)
    assert (edited.event, deleted.event) == ("message_edited", "message_deleted")
    assert (edited.number, deleted.number) == (said.sequence + 1, said.sequence + 2)
    assert {(c.message_id, c.sequence) for c in (edited, deleted)} == {(said.pk, said.sequence)}
    for change, text, gone in ((edited, "Other", False), (deleted, "", True)):
        body = told(change)
        assert body["message"] == text
        assert (body["edited"], body["deleted"]) == (True, gone)
        assert body["changed_sequence"] == change.number
        assert body["text_sequence"] == edited.number
        assert (body["sequence"], body["message_id"]) == (said.sequence, said.pk)
        assert body["client_id"] == "c1"
        assert body.get("reply_to") == (None if gone else question.pk)
        assert body["sender"] == {
            "id": alice.pk,
            "username": "alice",
            "name": "alice",
            "avatar": alice.avatar_url,
        }
