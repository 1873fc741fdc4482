"""Files go with a message: what is sent, what live clients are told, and what goes with it."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from chat import queries, shapes
from chat.actions.attachments import send_with_files
from chat.actions.messages import delete_message, edit_message, send_messages
from chat.actions.retention import prune_messages
from chat.bus_items import BusItem
from chat.errors import ErrorCode
from chat.models import Attachment, Message, Room
from tests.factories import make_room

from .attaching import attach, attach_picture, files_in, on_disk
from .telling import changes, draft, head_of, refusal, say, stored, told

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("attachments")]


def upload(name: str = "notes.txt", content: bytes = b"Milk.") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def cost(call: Any, *args: Any) -> int:
    with CaptureQueriesContext(connection) as captured:
        call(*args)
    return len(captured)


def test_live_clients_hear_of_the_files_with_the_message(
    room: Room, bob: User, announced: list[BusItem], django_capture_on_commit_callbacks: Any
) -> None:
    cat, notes = attach_picture(room, bob, "my cat.png"), attach(room, bob)
    with django_capture_on_commit_callbacks(execute=True):
        say(room, bob, "Look", attachments=[notes.pk, cat.pk])
    [change] = changes(announced)
    files = told(change)["attachments"]
    where = f"/rooms/{room.slug}/files"
    assert files == [
        {
            "attachment_id": notes.pk,
            "name": "notes.txt",
            "type": "text/plain",
            "kind": "file",
            "size": 11,
            "url": f"{where}/{notes.pk}/notes.txt",
        },
        {
            "attachment_id": cat.pk,
            "name": "my cat.png",
            "type": "image/png",
            "kind": "picture",
            "size": cat.size,
            "width": 800,
            "height": 400,
            "url": f"{where}/{cat.pk}/my%20cat.png",
            "preview": f"{where}/{cat.pk}/preview",
        },
    ]
    [shown] = queries.messages_before(room=room.pk, floor=0, before=99, limit=1)[0]
    assert shapes.message_change(shown, room_id=room.slug, epoch=room.head.epoch, after=0).body == (
        change.body
    )


def test_a_message_without_files_says_nothing_of_files(
    room: Room, bob: User, announced: list[BusItem], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        say(room, bob)
    assert "attachments" not in told(changes(announced)[0])


def test_with_a_file_the_text_may_be_empty(room: Room, bob: User) -> None:
    file = attach(room, bob)
    assert say(room, bob, "", attachments=[file.pk]).text == ""
    assert refusal(say, room=room, sender=bob, text="").code is ErrorCode.EMPTY_MESSAGE


def test_only_ones_own_files_of_this_room_are_sent_and_only_once(
    room: Room, alice: User, bob: User
) -> None:
    others, elsewhere = attach(room, alice), attach(make_room(bob, name="Other"), bob)
    sent = attach(room, bob)
    say(room, bob, attachments=[sent.pk])
    before = head_of(room)
    for keys in ([others.pk], [elsewhere.pk], [sent.pk], [999_999]):
        mine = attach(room, bob)
        error = refusal(say, room=room, sender=bob, attachments=[mine.pk, *keys])
        assert (error.code, error.details) == (ErrorCode.INVALID_EVENT, {"field": "attachments"})
        mine.refresh_from_db()
        assert mine.message is None
    assert head_of(room) == before


def test_a_file_is_named_once_and_there_are_not_too_many(
    room: Room, bob: User, settings: Any
) -> None:
    settings.CHAT_FILES_PER_MESSAGE = 2
    one, two, three = (attach(room, bob).pk for _ in range(3))
    assert refusal(say, room=room, sender=bob, attachments=[one, one]).code is (
        ErrorCode.INVALID_EVENT
    )
    assert refusal(say, room=room, sender=bob, attachments=[one, two, three]).details == {
        "field": "attachments",
        "limit": 2,
    }
    say(room, bob, attachments=[one, two])


def test_of_two_messages_of_a_batch_one_has_the_file(room: Room, bob: User) -> None:
    file = attach(room, bob)
    first, second = send_messages([draft(room, bob, attachments=[file.pk]) for _ in range(2)])
    assert isinstance(first, Message)
    assert getattr(second, "code", None) is ErrorCode.INVALID_EVENT
    file.refresh_from_db()
    assert file.message_id == first.pk


def test_a_retry_with_the_same_files_is_the_same_message(room: Room, bob: User) -> None:
    file, other = attach(room, bob), attach(room, bob)
    sent, again = (say(room, bob, client_id="c", attachments=[file.pk]) for _ in range(2))
    assert sent == again
    for keys in ([other.pk], []):
        error = refusal(say, room=room, sender=bob, client_id="c", attachments=keys)
        assert (error.code, error.details) == (ErrorCode.CONFLICT, {"field": "client_id"})
    other.refresh_from_db()
    assert other.message is None


def test_a_batch_costs_as_much_with_one_file_as_with_twenty(room: Room, bob: User) -> None:
    def batch(size: int) -> list[Any]:
        return [
            draft(room, bob, attachments=[attach(room, bob).pk for _ in range(2)])
            for _ in range(size)
        ]

    plain, one, ten = [draft(room, bob)], batch(1), batch(10)
    without = cost(send_messages, plain)
    assert cost(send_messages, one) == cost(send_messages, ten) == without + 2


def test_an_edit_keeps_the_files(room: Room, bob: User, announced: list[BusItem]) -> None:
    file = attach(room, bob)
    sent = say(room, bob, "Lok", attachments=[file.pk])
    edit_message(room=room.pk, user=bob, message_id=sent.pk, text="Look")
    row = Message.objects.as_shown().get(pk=sent.pk)
    assert row.shown_attachments == [file]


def test_the_text_beside_a_file_can_be_taken_away_and_no_other(room: Room, bob: User) -> None:
    sent, bare = say(room, bob, "Lok", attachments=[attach(room, bob).pk]), say(room, bob)
    assert edit_message(room=room.pk, user=bob, message_id=sent.pk, text="").text == ""
    error = refusal(edit_message, room=room.pk, user=bob, message_id=bare.pk, text="")
    assert error.code is ErrorCode.EMPTY_MESSAGE


# Gone with the message


@pytest.mark.django_db(transaction=True)
def test_files_go_with_the_text_of_a_message(
    room: Room, bob: User, announced: list[BusItem], attachments: Path
) -> None:
    file = attach_picture(room, bob)
    sent = say(room, bob, attachments=[file.pk])
    announced.clear()
    delete_message(room=room.pk, user=bob, message_id=sent.pk)
    assert "attachments" not in told(changes(announced)[0])
    assert not Attachment.objects.exists()
    assert files_in(attachments) == []


@pytest.mark.django_db(transaction=True)
def test_a_storage_that_fails_keeps_nobody_from_hearing_of_it(
    room: Room, bob: User, announced: list[BusItem], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(path: str) -> None:
        raise OSError("the storage is away")

    sent = say(room, bob, attachments=[attach(room, bob).pk])
    announced.clear()
    monkeypatch.setattr("chat.files.storage.remove", fail)
    delete_message(room=room.pk, user=bob, message_id=sent.pk)
    assert [change.event for change in changes(announced)] == ["message_deleted"]


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_keeps_its_files(room: Room, bob: User) -> None:
    file = attach_picture(room, bob)
    sent = say(room, bob, attachments=[file.pk])
    with transaction.atomic():
        delete_message(room=room.pk, user=bob, message_id=sent.pk)
        transaction.set_rollback(True)
    assert on_disk(file) == [True, True]
    assert Attachment.objects.get().message_id == sent.pk


@pytest.mark.django_db(transaction=True)
def test_files_go_when_a_room_forgets(
    room: Room, bob: User, attachments: Path, settings: Any
) -> None:
    settings.CHAT_RETENTION_MINIMUM = 0
    old, new = attach(room, bob), attach(room, bob)
    say(room, bob, attachments=[old.pk])
    say(room, bob, attachments=[new.pk])
    Room.objects.filter(pk=room.pk).update(history_limit=1)
    prune_messages(room=room.pk)
    assert list(Attachment.objects.all()) == [new]
    assert len(files_in(attachments)) == 1


@pytest.mark.django_db(transaction=True)
def test_files_go_with_their_room(room: Room, bob: User, attachments: Path) -> None:
    sent = attach_picture(room, bob)
    attach(room, bob)
    say(room, bob, attachments=[sent.pk])
    room.delete()
    assert not Attachment.objects.exists()
    assert files_in(attachments) == []


# By one form


def test_files_come_together_with_the_text(room: Room, bob: User) -> None:
    sent = send_with_files(
        room=room.pk, sender=bob, text="", client_id="c", files=[upload("b.txt"), upload("a.txt")]
    )
    assert [file.name for file in Message.objects.as_shown().get(pk=sent.pk).shown_attachments] == [
        "b.txt",
        "a.txt",
    ]


def test_a_form_sent_twice_is_one_message_with_its_files_once(
    room: Room, bob: User, attachments: Path
) -> None:
    form: dict[str, Any] = {"room": room.pk, "sender": bob, "text": "Look", "client_id": "c"}
    first = send_with_files(**form, files=[upload()])
    assert send_with_files(**form, files=[upload()]) == first
    assert len(files_in(attachments)) == 1
    other = {**form, "text": "Listen", "files": [upload()]}
    assert refusal(send_with_files, **other).code is ErrorCode.CONFLICT


@pytest.mark.django_db(transaction=True)
def test_when_one_file_is_refused_nothing_is_sent_or_kept(
    room: Room, bob: User, attachments: Path
) -> None:
    before = len(stored(room))
    form = {"room": room.pk, "sender": bob, "text": "Look", "client_id": "c"}
    error = refusal(send_with_files, **form, files=[upload(), upload("run.exe")])
    assert error.code is ErrorCode.UNSUPPORTED_FILE
    assert (len(stored(room)), Attachment.objects.count()) == (before, 0)
    assert files_in(attachments) == []


def test_too_many_files_in_a_form_are_not_looked_at(room: Room, bob: User, settings: Any) -> None:
    settings.CHAT_FILES_PER_MESSAGE = 1
    form = {"room": room.pk, "sender": bob, "text": "", "client_id": "c"}
    error = refusal(send_with_files, **form, files=[upload("x.exe")] * 2)
    assert error.code is ErrorCode.INVALID_EVENT
