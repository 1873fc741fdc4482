"""What muting, removing and banning somebody does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from accounts.models import User
from chat import queries
from chat.actions import moderation
from chat.actions.memberships import invite_member, join_room
from chat.actions.messages import delete_message, edit_message
from chat.actions.receipts import mark_read
from chat.bus_items import BusItem
from chat.errors import ErrorCode
from chat.models import (
    Membership,
    ModerationAct,
    ModerationEntry,
    Role,
    Room,
    RoomKind,
)
from tests.factories import make_room

from .moderating import EVERY, WHY, Scene, after_commit_of, each_kind, mute
from .telling import changes, head_of, refusal, say, told, words

pytestmark = pytest.mark.django_db


# Mute


def test_who_is_muted_says_and_changes_nothing_until_the_time_is_over(
    room: Room, alice: User, bob: User, later: Callable[[float], None]
) -> None:
    said = say(room, bob, "before")
    mute(room, alice, bob, 60)
    head = head_of(room)
    for error in (
        refusal(say, room=room, sender=bob),
        refusal(edit_message, room=room.pk, user=bob, message_id=said.pk, text="changed"),
    ):
        assert (error.code, error.retry_after) == (ErrorCode.NOT_ALLOWED, 60)
    assert head_of(room) == head
    later(59.99)
    assert refusal(say, room=room, sender=bob).retry_after == 0.1
    later(60)
    say(room, bob, "after")


def test_who_is_muted_still_reads_and_takes_back(room: Room, alice: User, bob: User) -> None:
    said = say(room, bob)
    mute(room, alice, bob, 60)
    mark_read(room=room.pk, user=bob, sequence=said.sequence)
    assert queries.history_page(room=room.pk, user=bob, before=9, limit=9)[0]
    delete_message(room=room.pk, user=bob, message_id=said.pk)


def test_a_mute_is_made_longer_by_another_act(room: Room, alice: User, bob: User) -> None:
    mute(room, alice, bob, 60)
    mute(room, alice, bob, 120)
    assert refusal(say, room=room, sender=bob).retry_after == pytest.approx(120, abs=30)
    assert ModerationEntry.objects.count() == 2


def test_a_mute_is_for_one_person_in_one_room(room: Room, alice: User, bob: User) -> None:
    elsewhere = make_room(alice, bob, name="Elsewhere")
    mute(room, alice, bob, 60)
    say(elsewhere, bob)
    say(room, alice)


def test_a_retry_of_what_was_said_before_the_mute_is_answered(
    room: Room, alice: User, bob: User
) -> None:
    said = say(room, bob, client_id="c1")
    mute(room, alice, bob, 60)
    assert say(room, bob, client_id="c1") == said


def test_a_mute_can_be_lifted(room: Room, alice: User, bob: User) -> None:
    mute(room, alice, bob, 60)
    moderation.unmute_member(room=room.pk, by=alice, user=bob, reason=WHY)
    say(room, bob)


def test_a_mute_into_the_past_is_refused(room: Room, alice: User, bob: User) -> None:
    error = refusal(mute, room=room, by=alice, user=bob, seconds=-1)
    assert (error.code, error.details) == (ErrorCode.INVALID_EVENT, {"field": "until"})


def test_the_log_says_in_utc_until_when(room: Room, alice: User, bob: User) -> None:
    until = datetime(2100, 1, 1, 1, 30, tzinfo=timezone(timedelta(hours=2)))
    moderation.mute_member(room=room.pk, by=alice, user=bob, until=until, reason=WHY)
    assert ModerationEntry.objects.get().detail == "until 2099-12-31 23:30 UTC"


# Remove and ban


@pytest.mark.parametrize("act", [ModerationAct.REMOVE, ModerationAct.BAN])
def test_a_removal_is_one_numbered_frame_that_names_who_went(
    act: ModerationAct,
    room: Room,
    alice: User,
    bob: User,
    announced: list[BusItem],
    django_capture_on_commit_callbacks: Any,
) -> None:
    after_commit_of(django_capture_on_commit_callbacks, lambda: EVERY[act](room.pk, alice, bob))
    [change] = changes(announced)
    assert (change.event, change.removed) == ("new_message", bob.pk)
    assert change.number == head_of(room)
    body = told(change)
    assert (body["act"], body["username"]) == ("removed", "alice")
    assert body["subject"]["username"] == "bob"


def test_who_was_removed_may_come_back_where_everybody_may(
    room: Room, private_room: Room, alice: User, bob: User
) -> None:
    for each in (room, private_room):
        moderation.remove_member(room=each.pk, by=alice, user=bob, reason=WHY)
    assert join_room(room=room.pk, user=bob).role == Role.MEMBER
    assert refusal(join_room, room=private_room.pk, user=bob).code is ErrorCode.ROOM_NOT_FOUND


def test_a_removed_moderator_comes_back_as_a_member() -> None:
    scene = Scene()
    moderation.remove_member(room=scene.room.pk, by=scene.owner, user=scene.moderator, reason=WHY)
    assert join_room(room=scene.room.pk, user=scene.moderator).role == Role.MEMBER


@each_kind
def test_a_ban_keeps_out_and_tells_no_more_than_a_stranger_hears(kind: RoomKind) -> None:
    scene = Scene(kind)
    moderation.ban_member(room=scene.room.pk, by=scene.moderator, user=scene.member, reason=WHY)
    error = refusal(join_room, room=scene.room.pk, user=scene.member)
    if kind is RoomKind.PUBLIC:
        assert error.code is ErrorCode.NOT_ALLOWED
    else:
        strangers = refusal(join_room, room=scene.room.pk, user=scene.stranger)
        assert words(error) == words(strangers)
    assert not Membership.objects.filter(room=scene.room, user=scene.member).exists()


def test_a_ban_uses_up_the_invitation_and_allows_no_other(
    private_room: Room, alice: User, bob: User, carol: User
) -> None:
    invite_member(room=private_room.pk, by=bob, user=carol)
    moderation.ban_member(room=private_room.pk, by=alice, user=carol, reason=WHY)
    assert queries.rooms_invited_to(carol) == []
    error = refusal(invite_member, room=private_room.pk, by=bob, user=carol)
    assert error.code is ErrorCode.NOT_ALLOWED
    assert queries.rooms_invited_to(carol) == []
    assert refusal(join_room, room=private_room.pk, user=carol).code is ErrorCode.ROOM_NOT_FOUND


def test_a_lifted_ban_lets_back_in_as_anybody(
    room: Room, private_room: Room, alice: User, bob: User
) -> None:
    for each in (room, private_room):
        moderation.ban_member(room=each.pk, by=alice, user=bob, reason=WHY)
        moderation.unban_member(room=each.pk, by=alice, user=bob, reason=WHY)
    join_room(room=room.pk, user=bob)
    assert refusal(join_room, room=private_room.pk, user=bob).code is ErrorCode.ROOM_NOT_FOUND
    invite_member(room=private_room.pk, by=alice, user=bob)
    join_room(room=private_room.pk, user=bob)


def test_lifting_no_ban_is_no_act(room: Room, alice: User, carol: User) -> None:
    moderation.unban_member(room=room.pk, by=alice, user=carol, reason=WHY)
    assert not ModerationEntry.objects.exists()
