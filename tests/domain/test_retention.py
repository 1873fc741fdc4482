"""What a room forgets, and when its numbers start anew."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from chat import queries
from chat.actions import retention
from chat.actions.messages import edit_message, pin_message, react
from chat.actions.retention import prune_messages, renew_epochs
from chat.bus_items import BusItem, Head
from chat.errors import ErrorCode
from chat.models import Message, MessageVersion, Reaction, Report, Room, RoomHead
from tests.factories import make_room

from .telling import changes, head_of, refusal, say, stored, told

pytestmark = pytest.mark.django_db
DAY = timedelta(hours=24)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def room(alice: User) -> Room:
    """Ten messages, numbers 1 to 10, all of them old; three are to be kept."""
    room = make_room(alice)
    for _ in range(10):
        say(room, alice)
    age(room, DAY + MINUTE)
    keep(room, 3)
    return room


def keep(room: Room, limit: int | None) -> None:
    Room.objects.filter(pk=room.pk).update(history_limit=limit)


def age(room: Room, by: timedelta, *places: int) -> None:
    messages = Message.objects.filter(room=room)
    if places:
        messages = messages.filter(sequence__in=places)
    messages.update(created_at=timezone.now() - by)


def places(room: Room) -> list[int]:
    return [message.sequence for message in stored(room)]


def floor_of(room: Room) -> int:
    return RoomHead.objects.get(pk=room.pk).floor


def test_a_room_without_a_limit_keeps_everything(room: Room) -> None:
    keep(room, None)
    assert prune_messages(room=room.pk) == 0
    assert (len(places(room)), floor_of(room), head_of(room)) == (10, 1, 10)


def test_what_is_beyond_the_limit_goes(room: Room) -> None:
    assert prune_messages(room=room.pk) == 7
    assert places(room) == [8, 9, 10]
    assert floor_of(room) == 8


def test_a_room_within_its_limit_changes_nothing(
    room: Room, announced: list[BusItem], django_capture_on_commit_callbacks: Any
) -> None:
    keep(room, 10)
    with django_capture_on_commit_callbacks(execute=True):
        assert prune_messages(room=room.pk) == 0
    assert (head_of(room), floor_of(room), announced) == (10, 1, [])


def test_pruning_is_one_numbered_change_that_tells_the_floor(
    room: Room, announced: list[BusItem], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        prune_messages(room=room.pk)
        prune_messages(room=room.pk)
    [change] = changes(announced)
    assert (change.event, change.number, change.floor) == ("history_pruned", 11, 8)
    assert told(change)["room"]["floor"] == 8
    assert told(change)["changed_sequence"] == head_of(room) == 11


def test_pruning_again_after_more_was_said_raises_the_floor(room: Room, alice: User) -> None:
    prune_messages(room=room.pk)
    say(room, alice)  # number 12: pruning took 11
    age(room, DAY + MINUTE)
    assert prune_messages(room=room.pk) == 1
    assert (places(room), floor_of(room)) == ([9, 10, 12], 9)


def test_nothing_younger_than_a_day_goes(room: Room) -> None:
    age(room, DAY - MINUTE)
    assert prune_messages(room=room.pk) == 0
    assert floor_of(room) == 1


def test_only_what_is_older_than_a_day_goes(room: Room) -> None:
    age(room, DAY - MINUTE, 5, 6, 7, 8, 9, 10)
    assert prune_messages(room=room.pk) == 4
    assert (places(room), floor_of(room)) == ([5, 6, 7, 8, 9, 10], 5)


def test_a_young_message_among_old_ones_stays_with_all_after_it(room: Room) -> None:
    """Clocks may differ; the order does not depend on them."""
    age(room, DAY - MINUTE, 4)
    assert prune_messages(room=room.pk) == 3
    assert places(room) == [4, 5, 6, 7, 8, 9, 10]


def test_how_old_is_old_is_a_setting(room: Room, settings: Any) -> None:
    settings.CHAT_RETENTION_MINIMUM = 2 * 24 * 3600
    assert prune_messages(room=room.pk) == 0


def test_a_limit_of_nothing_keeps_nothing_old(room: Room, alice: User) -> None:
    keep(room, 0)
    assert prune_messages(room=room.pk) == 10
    assert (places(room), floor_of(room)) == ([], 11)
    assert say(room, alice).sequence == 12


def test_a_tombstone_and_a_system_message_count_as_messages(room: Room, alice: User) -> None:
    Message.objects.filter(sequence=9).update(deleted_at=timezone.now(), text="")
    Message.objects.filter(sequence=10).update(kind="system", act="joined", subject=alice)
    prune_messages(room=room.pk)
    assert places(room) == [8, 9, 10]


def test_other_rooms_keep_theirs(room: Room, alice: User) -> None:
    other = make_room(alice, name="Other")
    say(other, alice)
    age(other, DAY + MINUTE)
    prune_messages(room=room.pk)
    assert places(other) == [1]


def test_replies_survive_what_they_answer_and_answer_nothing_then(
    room: Room, alice: User, announced: list[BusItem], django_capture_on_commit_callbacks: Any
) -> None:
    [first, *_] = stored(room)
    reply = say(room, alice, "Yes", reply_to=first.pk)
    with django_capture_on_commit_callbacks(execute=True):
        prune_messages(room=room.pk)
    assert not Message.objects.filter(pk=first.pk).exists()
    pruned, change = changes(announced)
    assert (pruned.event, pruned.number) == ("history_pruned", 12)
    assert (change.event, change.number) == ("message_edited", 13)
    body = told(change)
    assert (body["message_id"], body["message"], body["edited"]) == (reply.pk, "Yes", False)
    assert not {"reply_to", "quote"} & body.keys()
    assert head_of(room) == 13
    assert Message.objects.get(pk=reply.pk).reply_to is None


def test_what_is_below_the_floor_cannot_be_answered(
    room: Room, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though its row may still be there."""
    [first, *_] = stored(room)
    monkeypatch.setattr(retention, "_delete_below", lambda **_: 0)
    prune_messages(room=room.pk)
    error = refusal(say, room=room, sender=alice, reply_to=first.pk)
    assert (error.code, error.details) == (ErrorCode.INVALID_EVENT, {"field": "reply_to"})


def test_what_hangs_on_a_message_goes_with_it(room: Room, alice: User) -> None:
    [first, *_] = stored(room)
    about: dict[str, int] = {"room": room.pk, "message_id": first.pk}
    edit_message(user=alice, text="Other", **about)
    react(user=alice, emoji="🎉", on=True, **about)
    pin_message(user=alice, on=True, **about)
    prune_messages(room=room.pk)
    assert not Reaction.objects.exists()
    assert not MessageVersion.objects.exists()
    assert queries.pinned_messages(room=room.pk, floor=1) == []


def test_nobody_reads_below_the_floor_though_the_rows_are_still_there(
    room: Room, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(retention, "_delete_below", lambda **_: 0)
        prune_messages(room=room.pk)
    assert len(places(room)) == 10
    bodies, has_more = queries.history_page(room=room.pk, user=alice, before=99, limit=99)
    assert (len(bodies), has_more) == (3, False)
    snapshot = queries.room_snapshot(room=room.pk, limit=99)
    assert snapshot is not None
    assert [message.sequence for message in snapshot.messages] == [8, 9, 10]


def test_what_an_interrupted_pruning_left_goes_with_the_next(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(retention, "_delete_below", lambda **_: 0)
        prune_messages(room=room.pk)
    assert prune_messages(room=room.pk) == 7
    assert (places(room), head_of(room)) == ([8, 9, 10], 11)


def test_rows_go_in_chunks_and_only_messages_are_counted(
    room: Room, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "DELETE_CHUNK", 3)
    for message in stored(room)[:4]:
        Report.objects.create(message=message, reporter=bob)
    assert prune_messages(room=room.pk) == 7
    assert places(room) == [8, 9, 10]


def test_a_new_epoch_starts_every_room_anew(room: Room, alice: User) -> None:
    other = make_room(alice, name="Other")
    before = set(RoomHead.objects.values_list("pk", "epoch", "last_sequence", "floor"))
    assert renew_epochs() == 2
    after = set(RoomHead.objects.values_list("pk", "epoch", "last_sequence", "floor"))
    assert {row[1] for row in before}.isdisjoint(row[1] for row in after)
    assert len({row[1] for row in after}) == 2
    assert {(row[0], *row[2:]) for row in before} == {(row[0], *row[2:]) for row in after}
    assert (say(room, alice).sequence, say(other, alice).sequence) == (11, 1)


def test_a_new_epoch_is_told_to_the_hubs_that_run(
    room: Room, announced: list[BusItem], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        renew_epochs()
    assert announced == [Head(room.pk, RoomHead.objects.get(pk=room.pk).epoch, 10)]


def test_what_happens_in_a_new_epoch_is_told_in_its_name(
    room: Room, alice: User, announced: list[BusItem], django_capture_on_commit_callbacks: Any
) -> None:
    renew_epochs()
    with django_capture_on_commit_callbacks(execute=True):
        say(room, alice)
    [change] = changes(announced)
    assert change.epoch == RoomHead.objects.get(pk=room.pk).epoch
