"""The chat's commands: what they do, and what they say about it."""

import csv
import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import User
from chat.actions.messages import send_message
from chat.management.commands import export_room
from chat.models import Attachment, Message, Room, RoomHead

from .attaching import attach

pytestmark = pytest.mark.django_db


def said_by(command: str, *arguments: str, **options: Any) -> str:
    output = StringIO()
    call_command(command, *arguments, stdout=output, **options)
    return output.getvalue()


def epochs() -> dict[int, str]:
    return dict(RoomHead.objects.values_list("room_id", "epoch"))


# --- seed_demo ---


@pytest.fixture
def in_development(settings: Any) -> None:
    settings.DEBUG = True


@pytest.mark.usefixtures("in_development")
def test_the_demo_is_loaded_once() -> None:
    assert "Loaded the demo: 4 people" in said_by("seed_demo")
    before = list(Message.objects.order_by("pk").values())
    assert "Nothing was changed" in said_by("seed_demo")
    assert list(Message.objects.order_by("pk").values()) == before


@pytest.mark.usefixtures("in_development")
def test_the_logins_are_printed_every_time() -> None:
    for _ in range(2):
        assert "Log in as alice, bob, carol or admin; the password is parley-demo." in said_by(
            "seed_demo"
        )


@pytest.mark.usefixtures("in_development")
def test_the_demo_does_not_mix_with_real_people(alice: User) -> None:
    with pytest.raises(CommandError, match="somebody called alice"):
        said_by("seed_demo")
    assert User.objects.count() == 1


def test_known_passwords_are_made_only_on_purpose(settings: Any) -> None:
    settings.DEBUG = False
    with pytest.raises(CommandError, match="known-passwords"):
        said_by("seed_demo")
    assert not User.objects.exists()
    assert "Loaded" in said_by("seed_demo", "--known-passwords")


@pytest.mark.usefixtures("in_development")
def test_a_crowd_is_reported() -> None:
    told = said_by("seed_demo", "--users", "4", "--rooms", "2", "--messages", "30", verbosity=0)
    assert "4 people" in told
    assert "2 rooms" in told
    assert "30 messages" in told


@pytest.mark.usefixtures("in_development")
@pytest.mark.parametrize("arguments", [["--users", "1"], ["--rooms", "0"], ["--messages", "-1"]])
def test_a_crowd_of_nobody_is_refused(arguments: list[str]) -> None:
    with pytest.raises(CommandError, match="two users and one room"):
        said_by("seed_demo", *arguments)


# --- prune_messages ---


@pytest.fixture
def full_room(room: Room, alice: User) -> Room:
    """Five messages of long ago after bob's joining, in a room that keeps two."""
    for number in range(5):
        send_message(room=room.pk, sender=alice, text=f"Number {number}")
    Message.objects.filter(room=room).update(created_at=timezone.now() - timedelta(days=3))
    Room.objects.filter(pk=room.pk).update(history_limit=2)
    return room


def test_pruning_says_what_went(full_room: Room) -> None:
    told = said_by("prune_messages")
    assert f"{full_room.slug}: 4 messages dropped; the limit is 2." in told
    assert "4 messages dropped in 1 rooms" in told
    assert full_room.messages.count() == 2


def test_pruning_leaves_rooms_without_a_limit_alone(full_room: Room, private_room: Room) -> None:
    kept = private_room.messages.count()
    said_by("prune_messages")
    assert private_room.messages.count() == kept


def test_one_room_can_be_pruned(full_room: Room) -> None:
    assert "4 messages dropped" in said_by("prune_messages", room=full_room.slug)


def test_pruning_a_room_that_keeps_everything_is_refused(room: Room) -> None:
    with pytest.raises(CommandError, match="keeps everything"):
        said_by("prune_messages", room=room.slug)


def test_pruning_a_room_that_is_not_there_is_refused() -> None:
    with pytest.raises(CommandError, match="no room tea"):
        said_by("prune_messages", room="tea")


# --- new_epoch ---


def answering(monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    monkeypatch.setattr("builtins.input", lambda question: answer)


def test_a_new_epoch_begins_in_every_room(room: Room, private_room: Room) -> None:
    before = epochs()
    assert "in 2 rooms" in said_by("new_epoch", "--no-input")
    assert not set(epochs().values()) & set(before.values())


def test_a_new_epoch_is_explained_and_asked_for(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = epochs()
    answering(monkeypatch, "yes")
    assert "A restored database" in said_by("new_epoch")
    assert epochs() != before


@pytest.mark.parametrize("answer", ["", "n", "what"])
def test_without_a_yes_nothing_happens(
    room: Room, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    before = epochs()
    answering(monkeypatch, answer)
    with pytest.raises(CommandError, match=r"Nothing was changed\."):
        said_by("new_epoch")
    assert epochs() == before


def test_without_anybody_to_ask_nothing_happens(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody(question: str) -> str:
        raise EOFError

    before = epochs()
    monkeypatch.setattr("builtins.input", nobody)
    with pytest.raises(CommandError, match="--no-input"):
        said_by("new_epoch")
    assert epochs() == before


# --- prune_attachments ---


@pytest.mark.usefixtures("attachments")
def test_files_that_nobody_sent_are_removed(room: Room, bob: User, settings: Any) -> None:
    attach(room, bob)
    assert "0 files removed that nobody sent, 0 without a row." in said_by("prune_attachments")
    settings.CHAT_UNSENT_AGE = -60
    assert "1 files removed that nobody sent" in said_by("prune_attachments")
    assert not Attachment.objects.exists()


# --- export_room ---


def test_a_room_is_exported_as_lines_of_json(room: Room, alice: User) -> None:
    for text in ("Hello", "Tschüß 👋"):
        send_message(room=room.pk, sender=alice, text=text)
    lines = [json.loads(line) for line in said_by("export_room", room.slug).splitlines()]
    said = [line for line in lines if line["kind"] == "text"]
    assert [(line["username"], line["message"]) for line in said] == [
        (alice.username, "Hello"),
        (alice.username, "Tschüß 👋"),
    ]
    assert [line["sequence"] for line in lines] == sorted(line["sequence"] for line in lines)


def test_a_long_room_is_exported_page_by_page(
    room: Room, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_room, "PAGE", 2)
    for number in range(5):
        send_message(room=room.pk, sender=alice, text=str(number))
    lines = [json.loads(line) for line in said_by("export_room", room.slug).splitlines()]
    assert [line["message"] for line in lines if line["kind"] == "text"] == list("01234")


def test_what_a_spreadsheet_would_compute_is_exported_as_text(room: Room, alice: User) -> None:
    for text in ("=1+1", "+1", "-1", "@SUM(A1)", 'say "hi", =x'):
        send_message(room=room.pk, sender=alice, text=text)
    rows = list(csv.DictReader(StringIO(said_by("export_room", room.slug, "--csv"))))
    said = [row["message"] for row in rows if row["kind"] == "text"]
    assert said == ["'=1+1", "'+1", "'-1", "'@SUM(A1)", 'say "hi", =x']


def test_a_room_that_is_not_there_is_not_exported() -> None:
    with pytest.raises(CommandError, match="no room nowhere"):
        said_by("export_room", "nowhere")
