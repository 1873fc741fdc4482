"""Who may do what to whom in a room, and that every act stands in the log."""

from __future__ import annotations

import pytest

from accounts.models import User
from chat.actions import moderation
from chat.errors import ErrorCode
from chat.models import (
    Ban,
    Membership,
    ModerationAct,
    ModerationEntry,
    Room,
    RoomKind,
)

from .moderating import (
    EVERY,
    NUMBERED,
    ON_PEOPLE,
    OWNERS_ONLY,
    WHY,
    Scene,
    each_act,
    each_kind,
    everything,
    refused,
)
from .telling import head_of, words

pytestmark = pytest.mark.django_db


# Rights


@each_act
@pytest.mark.parametrize("actor", ["owner", "moderator", "staff", "superuser"])
def test_who_may_act_does_and_it_is_logged_once(act: ModerationAct, actor: str) -> None:
    scene = Scene()
    by, subject = scene.person(actor), scene.member
    scene.ready_for(act, subject)
    if actor == "moderator" and act in OWNERS_ONLY:
        assert refused(act, scene.room, by, subject).code is ErrorCode.NOT_ALLOWED
        return
    head = head_of(scene.room)
    EVERY[act](scene.room.pk, by, subject)
    [entry] = ModerationEntry.objects.all()
    about = subject if act in ON_PEOPLE else None
    assert (entry.act, entry.actor, entry.room) == (act, by, scene.room)
    assert (entry.subject, entry.reason) == (about, WHY)
    assert head_of(scene.room) == head + (act in NUMBERED)


@each_kind
@each_act
@pytest.mark.parametrize("actor", ["member2", "stranger", "neighbour", "mere_staff"])
def test_everybody_else_is_refused_as_what_they_are(
    act: ModerationAct, actor: str, kind: RoomKind
) -> None:
    scene = Scene(kind)
    scene.ready_for(act, scene.member)
    error = refused(act, scene.room, scene.person(actor), scene.member)
    if actor == "member2":
        expected = ErrorCode.NOT_ALLOWED
    elif kind is RoomKind.PUBLIC:
        expected = ErrorCode.NOT_A_MEMBER
    else:
        expected = ErrorCode.ROOM_NOT_FOUND
        nowhere = Room(pk=999_999)
        assert words(error) == words(refused(act, nowhere, scene.stranger, scene.member))
    assert error.code is expected


RANKS = {
    "owner": {"moderator", "member", "stranger"},
    "moderator": {"member", "stranger"},
    "staff": {"owner", "moderator", "member", "stranger"},
    "superuser": {"owner", "moderator", "member", "stranger"},
}
SUBJECTS = ["owner", "moderator", "moderator2", "member", "stranger", "staff", "superuser"]


@pytest.mark.parametrize("subject", SUBJECTS)
@pytest.mark.parametrize("actor", RANKS)
def test_nobody_acts_on_their_equals_or_betters(actor: str, subject: str) -> None:
    scene = Scene()
    by, user = scene.person(actor), scene.person(subject)
    may = subject.removesuffix("2") in RANKS[actor] and by != user
    if may:
        EVERY[ModerationAct.BAN](scene.room.pk, by, user)
        assert Ban.objects.filter(user=user).exists()
        return
    for act in (ModerationAct.BAN, ModerationAct.REMOVE, ModerationAct.MUTE):
        assert refused(act, scene.room, by, user).code is ErrorCode.NOT_ALLOWED


@pytest.mark.parametrize("act", sorted(ON_PEOPLE.keys() - {ModerationAct.BAN, ModerationAct.UNBAN}))
@each_kind
def test_who_is_no_member_can_only_be_banned(act: ModerationAct, kind: RoomKind) -> None:
    scene = Scene(kind)
    error = refused(act, scene.room, scene.owner, scene.stranger)
    assert error.code is ErrorCode.NOT_A_MEMBER
    assert error.details == {"field": "user"}


@each_act
@pytest.mark.parametrize("actor", ["owner", "staff"])
def test_who_was_shut_out_does_nothing_though_a_socket_remembers_them(
    act: ModerationAct, actor: str
) -> None:
    scene = Scene()
    scene.ready_for(act, scene.member)
    remembered = scene.person(actor)
    User.objects.filter(pk=remembered.pk).update(is_active=False)
    assert refused(act, scene.room, remembered, scene.member).code is ErrorCode.NOT_A_MEMBER


@each_act
def test_a_power_that_was_taken_away_ends_at_once(act: ModerationAct) -> None:
    scene = Scene()
    scene.ready_for(act, scene.member)
    assert scene.staff.has_perm("chat.moderate_rooms")  # remembered from here on
    scene.staff.user_permissions.clear()
    assert refused(act, scene.room, scene.staff, scene.member).code is ErrorCode.NOT_A_MEMBER


def test_somebody_shut_out_keeps_their_rank_and_can_be_acted_on_by_betters() -> None:
    scene = Scene()
    User.objects.filter(pk=scene.moderator.pk).update(is_active=False)
    refused(ModerationAct.BAN, scene.room, scene.moderator2, scene.moderator)
    EVERY[ModerationAct.REMOVE](scene.room.pk, scene.owner, scene.moderator)
    assert not Membership.objects.filter(user=scene.moderator).exists()


@pytest.mark.parametrize("act", sorted(EVERY.keys() - {ModerationAct.REMOVE, ModerationAct.MUTE}))
def test_to_do_what_is_done_is_no_act(act: ModerationAct) -> None:
    scene = Scene()
    scene.ready_for(act, scene.member)
    EVERY[act](scene.room.pk, scene.staff, scene.member)
    before = everything()
    EVERY[act](scene.room.pk, scene.staff, scene.member)
    assert everything() == before


def test_a_long_reason_is_cut_not_refused(room: Room, alice: User, bob: User) -> None:
    moderation.remove_member(room=room.pk, by=alice, user=bob, reason="x" * 900)
    assert len(ModerationEntry.objects.get().reason) == 500


@pytest.mark.parametrize("act", [ModerationAct.REMOVE, ModerationAct.BAN])
def test_nobody_is_put_out_of_a_conversation_of_two(
    act: ModerationAct, room: Room, alice: User, bob: User
) -> None:
    Room.objects.filter(pk=room.pk).update(kind=RoomKind.DIRECT)
    assert refused(act, room, alice, bob).code is ErrorCode.NOT_ALLOWED
