"""Who may do what to whom in a room, what it does, and that every act stands in the log."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db.models import Model
from django.utils import timezone as clock

from accounts.models import User
from chat import queries
from chat.actions import moderation, people
from chat.actions.memberships import end_membership, invite_member, join_room
from chat.actions.messages import delete_message, edit_message, send_messages
from chat.actions.receipts import mark_read
from chat.bus_items import BusItem
from chat.errors import ChatError, ErrorCode
from chat.models import (
    Ban,
    Invitation,
    Membership,
    Message,
    ModerationAct,
    ModerationEntry,
    Report,
    Role,
    Room,
    RoomHead,
    RoomKind,
)
from tests.factories import make_room, make_user

from .telling import changes, draft, head_of, refusal, say, told, words

pytestmark = pytest.mark.django_db

WHY = "spam, three times"
Act = Callable[[int, User, User], object]


def tomorrow() -> datetime:
    return clock.now() + timedelta(days=1)


# Every act on a person: the room (its key), who acts, on whom.
ON_PEOPLE: dict[ModerationAct, Act] = {
    ModerationAct.REMOVE: lambda room, by, user: moderation.remove_member(
        room=room, by=by, user=user, reason=WHY
    ),
    ModerationAct.BAN: lambda room, by, user: moderation.ban_member(
        room=room, by=by, user=user, reason=WHY
    ),
    ModerationAct.MUTE: lambda room, by, user: moderation.mute_member(
        room=room, by=by, user=user, until=tomorrow(), reason=WHY
    ),
    ModerationAct.UNMUTE: lambda room, by, user: moderation.unmute_member(
        room=room, by=by, user=user, reason=WHY
    ),
    ModerationAct.SET_ROLE: lambda room, by, user: moderation.set_role(
        room=room, by=by, user=user, role=Role.MODERATOR, reason=WHY
    ),
    ModerationAct.TRANSFER: lambda room, by, user: moderation.transfer_ownership(
        room=room, by=by, user=user, reason=WHY
    ),
    ModerationAct.UNBAN: lambda room, by, user: moderation.unban_member(
        room=room, by=by, user=user, reason=WHY
    ),
}
# And on the room itself.
ON_ROOMS: dict[ModerationAct, Act] = {
    ModerationAct.SLOW_MODE: lambda room, by, user: moderation.set_slow_mode(
        room=room, by=by, seconds=30, reason=WHY
    ),
    ModerationAct.CLOSE: lambda room, by, user: moderation.close_room(room=room, by=by, reason=WHY),
    ModerationAct.REOPEN: lambda room, by, user: moderation.reopen_room(
        room=room, by=by, reason=WHY
    ),
}
EVERY = ON_PEOPLE | ON_ROOMS
OWNERS_ONLY = {
    ModerationAct.SET_ROLE,
    ModerationAct.TRANSFER,
    ModerationAct.CLOSE,
    ModerationAct.REOPEN,
}
# What the room's members hear of: these take a number.
NUMBERED = {
    ModerationAct.REMOVE,
    ModerationAct.BAN,
    ModerationAct.SLOW_MODE,
    ModerationAct.CLOSE,
    ModerationAct.REOPEN,
}
each_act = pytest.mark.parametrize("act", EVERY)
each_kind = pytest.mark.parametrize("kind", [RoomKind.PUBLIC, RoomKind.PRIVATE])


def appoint(room: Room, user: User) -> User:
    Membership.objects.filter(room=room, user=user).update(role=Role.MODERATOR)
    return user


def entrust(user: User) -> User:
    """Let `user` moderate all rooms."""
    user.user_permissions.add(Permission.objects.get(codename="moderate_rooms"))
    return User.objects.get(pk=user.pk)


class Scene:
    """A room with somebody of every sort, inside and outside."""

    def __init__(self, kind: RoomKind = RoomKind.PUBLIC) -> None:
        members = [make_user() for _ in range(5)]
        self.owner, self.moderator, self.moderator2, self.member, self.member2 = members
        self.room = make_room(*members, kind=kind)
        appoint(self.room, self.moderator)
        appoint(self.room, self.moderator2)
        self.stranger = make_user()
        self.neighbour = make_user()  # owns another room
        make_room(self.neighbour, self.owner, self.member, name="Elsewhere")
        self.staff = entrust(make_user(is_staff=True))
        self.mere_staff = make_user(is_staff=True)
        self.superuser = make_user(is_staff=True, is_superuser=True)

    def person(self, name: str) -> User:
        user = getattr(self, name)
        assert isinstance(user, User)
        return user

    def ready_for(self, act: ModerationAct, subject: User) -> None:
        """Make `act` a change."""
        if act is ModerationAct.UNMUTE:
            members = Membership.objects.filter(room=self.room, user=subject)
            members.update(muted_until=tomorrow())
        elif act is ModerationAct.UNBAN:
            Membership.objects.filter(room=self.room, user=subject).delete()
            Ban.objects.create(room=self.room, user=subject)
        elif act is ModerationAct.REOPEN:
            Room.objects.filter(pk=self.room.pk).update(closed_at=clock.now())


def everything() -> list[list[Any]]:
    """All that acts can change."""
    kinds: list[type[Model]] = [Room, RoomHead, Membership, Ban, Invitation, Message, Report]
    kinds.append(ModerationEntry)
    return [list(kind._default_manager.order_by("pk").values()) for kind in kinds]


def refused(act: ModerationAct, room: Room, by: User, on: User) -> ChatError:
    """Why `act` is refused; it has changed nothing."""
    before = everything()
    error = refusal(lambda: EVERY[act](room.pk, by, on))
    assert everything() == before
    return error


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


# Mute


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Let seconds pass at once."""
    start = clock.now()

    def pass_by(seconds: float) -> None:
        monkeypatch.setattr(clock, "now", lambda: start + timedelta(seconds=seconds))

    pass_by(0)
    return pass_by


def mute(room: Room, by: User, user: User, seconds: float) -> None:
    until = clock.now() + timedelta(seconds=seconds)
    moderation.mute_member(room=room.pk, by=by, user=user, until=until, reason=WHY)


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


def after_commit_of(capture: Any, act: Callable[[], object]) -> None:
    with capture(execute=True):
        act()


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


# Slow mode


@pytest.fixture
def slow_room(room: Room, alice: User) -> Room:
    return moderation.set_slow_mode(room=room.pk, by=alice, seconds=30, reason=WHY)


def test_in_a_slow_room_members_wait_between_two_messages(
    slow_room: Room, bob: User, later: Callable[[float], None]
) -> None:
    say(slow_room, bob)
    head = head_of(slow_room)
    error = refusal(say, room=slow_room, sender=bob)
    assert (error.code, error.retry_after) == (ErrorCode.RATE_LIMITED, 30)
    later(29.96)
    assert refusal(say, room=slow_room, sender=bob).retry_after == 0.1
    assert head_of(slow_room) == head
    later(30)
    say(slow_room, bob)


def test_each_member_waits_for_themselves_and_moderators_do_not(
    slow_room: Room, alice: User, bob: User, carol: User
) -> None:
    join_room(room=slow_room.pk, user=carol)
    moderator = make_user()
    join_room(room=slow_room.pk, user=moderator)
    appoint(slow_room, moderator)
    for person in (bob, carol, alice, alice, moderator, moderator):
        say(slow_room, person)


def test_one_batch_is_no_way_around(slow_room: Room, alice: User, bob: User) -> None:
    texts = [draft(slow_room, bob, f"{n}", client_id=f"c{n}") for n in range(3)]
    sent = send_messages([texts[0], draft(slow_room, alice), texts[1], texts[0], texts[2]])
    codes = [result.code if isinstance(result, ChatError) else None for result in sent]
    slowed = ErrorCode.RATE_LIMITED
    assert codes == [None, None, slowed, None, slowed]
    assert sent[3] == sent[0]
    assert Message.objects.filter(sender=bob, kind="text").count() == 1


def test_a_retry_is_neither_slowed_nor_does_it_slow(
    slow_room: Room, bob: User, later: Callable[[float], None]
) -> None:
    said = say(slow_room, bob, client_id="c1")
    later(20)
    assert say(slow_room, bob, client_id="c1") == said
    later(30)
    say(slow_room, bob)


def test_what_was_refused_makes_nobody_wait(
    slow_room: Room, bob: User, later: Callable[[float], None]
) -> None:
    refusal(say, room=slow_room, sender=bob, reply_to=999_999)
    say(slow_room, bob)
    later(15)
    refusal(say, room=slow_room, sender=bob)
    later(30)
    say(slow_room, bob)


def test_changing_and_taking_back_are_not_slowed(slow_room: Room, bob: User) -> None:
    said = say(slow_room, bob)
    edit_message(room=slow_room.pk, user=bob, message_id=said.pk, text="better")
    delete_message(room=slow_room.pk, user=bob, message_id=said.pk)


def test_slow_mode_ends_at_once(slow_room: Room, alice: User, bob: User) -> None:
    say(slow_room, bob)
    moderation.set_slow_mode(room=slow_room.pk, by=alice, seconds=0, reason=WHY)
    say(slow_room, bob)


@pytest.mark.parametrize("pause", [-1, 3601])
def test_slow_mode_has_bounds(pause: int, room: Room, alice: User) -> None:
    before = everything()
    error = refusal(moderation.set_slow_mode, room=room.pk, by=alice, seconds=pause, reason=WHY)
    assert (error.code, error.details) == (
        ErrorCode.INVALID_EVENT,
        {"field": "seconds", "limit": 3600},
    )
    assert everything() == before


# The room's state


def test_each_change_of_the_room_is_a_numbered_frame_of_its_whole_state(
    room: Room, alice: User, announced: list[BusItem], django_capture_on_commit_callbacks: Any
) -> None:
    start = head_of(room)
    for act in (
        lambda: moderation.set_slow_mode(room=room.pk, by=alice, seconds=7, reason=WHY),
        lambda: moderation.close_room(room=room.pk, by=alice, reason=WHY),
        lambda: moderation.reopen_room(room=room.pk, by=alice, reason=WHY),
    ):
        after_commit_of(django_capture_on_commit_callbacks, act)
    heard = changes(announced)
    assert [change.event for change in heard] == ["room_changed", "room_closed", "room_changed"]
    assert [change.number for change in heard] == [start + 1, start + 2, start + 3]
    bodies = [told(change) for change in heard]
    assert [body["changed_sequence"] for body in bodies] == [start + 1, start + 2, start + 3]
    assert [(body["room"]["closed"], body["room"]["slow_mode"]) for body in bodies] == [
        (False, 7),
        (True, 7),
        (False, 7),
    ]


def test_a_reopened_room_takes_messages_again(room: Room, alice: User, bob: User) -> None:
    moderation.close_room(room=room.pk, by=alice, reason=WHY)
    assert refusal(say, room=room, sender=bob).code is ErrorCode.ROOM_CLOSED
    moderation.reopen_room(room=room.pk, by=alice, reason=WHY)
    say(room, bob)


# Roles


def roles(room: Room) -> dict[str, str]:
    return dict(Membership.objects.filter(room=room).values_list("user__username", "role"))


def test_a_room_is_handed_on_and_has_one_owner(room: Room, alice: User, bob: User) -> None:
    moderation.transfer_ownership(room=room.pk, by=alice, user=bob, reason=WHY)
    assert roles(room) == {"alice": Role.MODERATOR, "bob": Role.OWNER}
    error = refusal(moderation.transfer_ownership, room=room.pk, by=alice, user=alice, reason=WHY)
    assert error.code is ErrorCode.NOT_ALLOWED


def test_to_hand_the_room_to_its_owner_is_no_act(room: Room, alice: User) -> None:
    before = everything()
    moderation.transfer_ownership(room=room.pk, by=alice, user=alice, reason=WHY)
    assert everything() == before


def test_a_room_is_not_handed_to_somebody_who_is_shut_out(
    room: Room, alice: User, bob: User
) -> None:
    User.objects.filter(pk=bob.pk).update(is_active=False)
    error = refused(ModerationAct.TRANSFER, room, alice, bob)
    assert (error.code, error.details) == (ErrorCode.NOT_ALLOWED, {"field": "user"})


def test_who_is_shut_out_inherits_only_where_nobody_else_is(
    room: Room, alice: User, bob: User, carol: User
) -> None:
    User.objects.filter(pk=appoint(room, bob).pk).update(is_active=False)
    join_room(room=room.pk, user=carol)
    end_membership(room=room.pk, user=alice)
    assert roles(room) == {"bob": Role.MODERATOR, "carol": Role.OWNER}
    end_membership(room=room.pk, user=carol)
    assert roles(room) == {"bob": Role.OWNER}


def test_a_moderator_is_made_and_unmade(room: Room, alice: User, bob: User) -> None:
    for role in (Role.MODERATOR, Role.MODERATOR, Role.MEMBER):
        moderation.set_role(room=room.pk, by=alice, user=bob, role=role, reason=WHY)
        assert roles(room)["bob"] == role
    details = ModerationEntry.objects.order_by("pk").values_list("detail", flat=True)
    assert list(details) == ["moderator", "member"]


def test_an_owner_is_made_only_by_handing_the_room_on(room: Room, alice: User, bob: User) -> None:
    before = everything()
    error = refusal(
        moderation.set_role, room=room.pk, by=alice, user=bob, role=Role.OWNER, reason=WHY
    )
    assert (error.code, error.details) == (ErrorCode.NOT_ALLOWED, {"field": "role"})
    assert everything() == before


def test_an_owner_who_leaves_does_not_stay_owner(room: Room, alice: User, bob: User) -> None:
    end_membership(room=room.pk, user=alice)
    assert roles(room) == {"bob": Role.OWNER}
    assert join_room(room=room.pk, user=alice).role == Role.MEMBER


# People, everywhere

ON_ACCOUNTS: dict[ModerationAct, Callable[..., None]] = {
    ModerationAct.SUSPEND: people.suspend_person,
    ModerationAct.REINSTATE: people.reinstate_person,
    ModerationAct.END_SESSIONS: people.end_sessions,
}


def facts_of(user: User) -> tuple[bool, int]:
    fresh = User.objects.get(pk=user.pk)
    return fresh.is_active, fresh.access_version


def prepare(act: ModerationAct, user: User) -> User:
    if act is ModerationAct.REINSTATE:
        User.objects.filter(pk=user.pk).update(is_active=False)
    return User.objects.get(pk=user.pk)


@pytest.mark.parametrize("act", ON_ACCOUNTS)
@pytest.mark.parametrize("actor", ["staff", "superuser"])
def test_staff_act_on_people_everywhere_and_it_is_logged_once(
    act: ModerationAct, actor: str
) -> None:
    scene = Scene()
    user = prepare(act, scene.member)
    by = scene.person(actor)
    ON_ACCOUNTS[act](by=by, user=user, reason=WHY)
    [entry] = ModerationEntry.objects.all()
    assert (entry.act, entry.actor, entry.subject) == (act, by, user)
    assert (entry.reason, entry.room) == (WHY, None)
    ON_ACCOUNTS[act](by=by, user=user, reason=WHY)
    repeatable = act is ModerationAct.END_SESSIONS
    assert ModerationEntry.objects.count() == 1 + repeatable


@pytest.mark.parametrize("act", ON_ACCOUNTS)
@pytest.mark.parametrize(
    ("actor", "subject"),
    [
        ("owner", "member"),
        ("mere_staff", "member"),
        ("staff", "staff"),
        ("superuser", "superuser"),
        ("staff", "superuser"),
    ],
)
def test_nobody_else_acts_on_people_everywhere(
    act: ModerationAct, actor: str, subject: str
) -> None:
    scene = Scene()
    user = scene.person(subject)
    by = scene.person(actor)
    facts = facts_of(user)
    assert refusal(ON_ACCOUNTS[act], by=by, user=user, reason=WHY).code is ErrorCode.NOT_ALLOWED
    assert facts_of(user) == facts
    assert not ModerationEntry.objects.exists()


def test_a_suspension_ends_every_login_and_holds_until_reinstated(
    heard: list[dict[str, Any]], django_capture_on_commit_callbacks: Any
) -> None:
    scene = Scene()
    version = scene.member.access_version
    after_commit_of(
        django_capture_on_commit_callbacks,
        lambda: people.suspend_person(by=scene.staff, user=scene.member, reason=WHY),
    )
    assert facts_of(scene.member) == (False, version + 1)
    [told_of] = heard
    assert (told_of["user_id"], told_of["reason"]) == (scene.member.pk, "deactivated")
    assert (told_of["session_key"], told_of["token_digest"]) == (None, None)
    assert refusal(say, room=scene.room, sender=scene.member).code is ErrorCode.NOT_A_MEMBER
    people.reinstate_person(by=scene.staff, user=User.objects.get(pk=scene.member.pk), reason=WHY)
    say(scene.room, scene.member)


def test_utc_is_what_the_log_keeps(room: Room, alice: User, bob: User) -> None:
    mute(room, alice, bob, 60)
    assert ModerationEntry.objects.get().created_at.tzinfo == UTC
