"""Putting a file into a room: who may, what is kept, and what is refused."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages
from django.utils import timezone

from accounts.actions.access import deactivate
from accounts.models import User
from chat.actions.attachments import discard_file, prune_attachments
from chat.actions.memberships import end_membership
from chat.actions.moderation import close_room, mute_member
from chat.errors import ErrorCode
from chat.files.storage import attachment_storage
from chat.models import Attachment, AttachmentKind, Room
from tests.drawing import moving, picture, says_it_is

from .attaching import attach, attach_picture, files_in, on_disk
from .telling import refusal, say, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("attachments")]


def test_a_file_is_kept_as_it_came(room: Room, bob: User) -> None:
    kept = attach(room, bob, "notes.txt", b"Milk, eggs.")
    assert (kept.room_id, kept.uploader, kept.message) == (room.pk, bob, None)
    assert (kept.name, kept.type, kept.kind) == ("notes.txt", "text/plain", AttachmentKind.FILE)
    assert (kept.size, kept.width, kept.has_preview) == (11, None, False)
    with attachment_storage().open(kept.path) as file:
        assert file.read() == b"Milk, eggs."


def test_a_picture_is_kept_with_its_size_and_a_preview(room: Room, bob: User) -> None:
    kept = attach_picture(room, bob)
    assert (kept.type, kept.kind) == ("image/png", AttachmentKind.PICTURE)
    assert (kept.width, kept.height, kept.has_preview) == (800, 400, True)
    assert on_disk(kept) == [True, True]
    assert kept.size == attachment_storage().size(kept.path)


@pytest.mark.parametrize("name", ["../../../evil.txt", "/etc/x.txt", "a\\..\\b.txt", "x\0.txt"])
def test_nothing_of_a_name_reaches_the_disk(
    room: Room, bob: User, attachments: Path, name: str
) -> None:
    kept = attach(room, bob, name)
    [file] = files_in(attachments)
    assert file == attachments / kept.path
    assert len(file.name) == 38
    assert file.stat().st_mode & 0o777 == 0o640


def test_the_storage_is_outside_of_what_is_served_as_static(settings: Any) -> None:
    storage = storages["attachments"]
    assert Path(storage.path("x")).parent not in Path(settings.STATIC_ROOT).parents
    assert settings.ATTACHMENTS_OPTIONS["location"] == settings.VAR_DIR / "attachments"


@pytest.mark.parametrize("name", ["page.html", "drawing.svg", "run.exe", "nothing", "a.txt.js"])
def test_files_of_other_kinds_are_refused(room: Room, bob: User, name: str) -> None:
    assert refusal(attach, room=room, by=bob, name=name).code is ErrorCode.UNSUPPORTED_FILE
    assert not Attachment.objects.exists()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("cat.png", b"<script>alert(1)</script>"),
        ("cat.jpg", picture("PNG")),
        ("cat.gif", b"GIF89a<script>alert(1)</script>"),
        ("paper.pdf", b"<html>%PDF-1.7"),
        ("notes.txt", b"MZ\0\0"),
    ],
)
def test_what_is_not_what_its_name_says_is_refused(
    room: Room, bob: User, attachments: Path, name: str, content: bytes
) -> None:
    error = refusal(attach, room=room, by=bob, name=name, content=content)
    assert error.code is ErrorCode.UNSUPPORTED_FILE
    assert files_in(attachments) == []


def test_svg_that_is_allowed_is_only_so_many_bytes(room: Room, bob: User, settings: Any) -> None:
    settings.CHAT_FILE_TYPES = ["svg"]
    kept = attach(room, bob, "drawing.svg", b"<svg onload='alert(1)'/>")
    assert (kept.type, kept.kind) == ("application/octet-stream", AttachmentKind.FILE)


def test_a_file_may_be_as_large_as_the_limit_and_no_larger(
    room: Room, bob: User, settings: Any
) -> None:
    settings.CHAT_FILE_SIZE = 5
    attach(room, bob, content=b"12345")
    error = refusal(attach, room=room, by=bob, content=b"123456")
    assert (error.code, error.details) == (ErrorCode.FILE_TOO_LARGE, {"limit": 5})


def test_a_huge_picture_is_refused_before_it_is_decoded(room: Room, bob: User) -> None:
    bomb = says_it_is(50_000, 50_000)
    error = refusal(attach, room=room, by=bob, name="cat.png", content=bomb)
    assert (error.code, error.details) == (ErrorCode.FILE_TOO_LARGE, {"limit": 25_000_000})


def test_the_frames_of_a_moving_picture_count_together(
    room: Room, bob: User, settings: Any
) -> None:
    settings.CHAT_PICTURE_PIXELS = 100
    error = refusal(attach, room=room, by=bob, name="cat.gif", content=moving(frames=4))
    assert error.code is ErrorCode.FILE_TOO_LARGE


# Who may


def test_who_may_not_write_may_not_upload(room: Room, alice: User, bob: User) -> None:
    mute_member(
        room=room.pk, by=alice, user=bob, until=timezone.now() + timedelta(hours=1), reason=""
    )
    muted = refusal(attach, room=room, by=bob)
    assert muted.code is ErrorCode.NOT_ALLOWED
    assert muted.retry_after
    close_room(room=room.pk, by=alice)
    assert refusal(attach, room=room, by=alice).code is ErrorCode.ROOM_CLOSED


def test_who_left_or_was_shut_out_may_not_upload(room: Room, alice: User, bob: User) -> None:
    end_membership(room=room.pk, user=bob)
    deactivate(user=alice)
    for person in (alice, bob):
        assert refusal(attach, room=room, by=person).code is ErrorCode.NOT_A_MEMBER


def test_a_hidden_room_is_no_room_for_strangers(private_room: Room, carol: User) -> None:
    hidden = refusal(attach, room=private_room, by=carol)
    nowhere = refusal(attach, room=Room(pk=999_999), by=carol)
    assert words(hidden) == words(nowhere)
    assert hidden.code is ErrorCode.ROOM_NOT_FOUND


# How much


@pytest.mark.usefixtures("fresh_limits")
def test_so_many_uploads_a_minute_and_no_more(
    room: Room, alice: User, bob: User, settings: Any
) -> None:
    settings.CHAT_UPLOADS_PER_MINUTE = 2
    attach(room, bob)
    assert refusal(attach, room=room, by=bob, name="x.exe").code is ErrorCode.UNSUPPORTED_FILE
    error = refusal(attach, room=room, by=bob)
    assert error.code is ErrorCode.RATE_LIMITED
    assert error.retry_after
    assert 0 < error.retry_after <= 60
    attach(room, alice)


def test_only_so_much_may_wait_to_be_sent(room: Room, bob: User, settings: Any) -> None:
    settings.CHAT_UNSENT_BYTES = 25
    first = attach(room, bob, content=b"0123456789")
    second = attach(room, bob, content=b"0123456789")
    assert refusal(attach, room=room, by=bob, content=b"012345").code is ErrorCode.NOT_ALLOWED
    say(room, bob, attachments=[first.pk])
    third = attach(room, bob, content=b"012345")
    assert refusal(attach, room=room, by=bob, content=b"0123456789").code is ErrorCode.NOT_ALLOWED
    discard_file(room=room.pk, by=bob, attachment=second.pk)
    attach(room, bob, content=b"0123456789")
    assert third.pk


# Away again


@pytest.mark.django_db(transaction=True)
def test_what_is_discarded_is_gone_from_the_disk(room: Room, bob: User, attachments: Path) -> None:
    kept = attach_picture(room, bob)
    discard_file(room=room.pk, by=bob, attachment=kept.pk)
    assert not Attachment.objects.exists()
    assert files_in(attachments) == []


def test_only_ones_own_and_only_what_is_not_sent_is_discarded(
    room: Room, alice: User, bob: User
) -> None:
    sent, waiting = attach(room, bob), attach(room, bob)
    say(room, bob, attachments=[sent.pk])
    for person, file in ((bob, sent), (alice, waiting), (alice, Attachment(pk=999_999))):
        error = refusal(discard_file, room=room.pk, by=person, attachment=file.pk)
        assert (error.code, error.details) == (
            ErrorCode.INVALID_EVENT,
            {"field": "attachment_id"},
        )
    assert Attachment.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_what_nobody_sent_in_a_day_is_removed(
    room: Room, bob: User, attachments: Path, settings: Any
) -> None:
    sent, young, old = attach(room, bob), attach(room, bob), attach_picture(room, bob)
    say(room, bob, attachments=[sent.pk])
    Attachment.objects.exclude(pk=young.pk).update(
        created_at=timezone.now() - timedelta(seconds=settings.CHAT_UNSENT_AGE + 1)
    )
    assert prune_attachments() == (1, 0)
    assert set(Attachment.objects.all()) == {sent, young}
    assert len(files_in(attachments)) == 2
    assert on_disk(old) == [False, False]


def test_what_a_crash_left_is_found(
    room: Room, bob: User, attachments: Path, settings: Any
) -> None:
    settings.CHAT_UNSENT_AGE = -60
    sent = attach_picture(room, bob)
    say(room, bob, attachments=[sent.pk])
    lost, torn = attach_picture(room, bob), attach_picture(room, bob)
    attachment_storage().delete(torn.path)  # only its preview is left
    Attachment.objects.filter(pk__in=[lost.pk, torn.pk])._raw_delete("default")
    assert prune_attachments() == (0, 2)
    assert sorted(files_in(attachments)) == sorted(
        attachments / path for path in (sent.path, sent.preview_path)
    )


def test_where_nothing_was_attached_nothing_is_pruned() -> None:
    assert prune_attachments() == (0, 0)
