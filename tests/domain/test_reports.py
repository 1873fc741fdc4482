"""People ask the moderators to look at a message, and the moderators say what came of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils import timezone

from accounts.models import User
from chat.actions.memberships import end_membership, join_room
from chat.actions.messages import delete_message
from chat.actions.moderation import close_room
from chat.actions.reports import report_message, resolve_report
from chat.errors import ErrorCode
from chat.models import (
    Membership,
    Message,
    ModerationAct,
    ModerationEntry,
    Report,
    Role,
    Room,
    RoomHead,
)
from tests.factories import make_room, make_user

from .telling import head_of, refusal, say, stored

pytestmark = pytest.mark.django_db


@pytest.fixture
def said(room: Room, alice: User) -> Message:
    return say(room, alice, "Buy this")


@pytest.fixture
def report(room: Room, bob: User, said: Message) -> Report:
    return report_message(room=room.pk, by=bob, message_id=said.pk, reason=" Spam ")


def test_a_member_reports_a_message_for_the_moderators_to_see(
    report: Report, said: Message, bob: User
) -> None:
    assert (report.message, report.reporter, report.reason) == (said, bob, "Spam")
    assert list(Report.objects.filter(resolved_at=None)) == [report]


def test_a_report_is_nothing_that_the_room_hears_of(room: Room, bob: User, said: Message) -> None:
    head = head_of(room)
    report_message(room=room.pk, by=bob, message_id=said.pk, reason="")
    assert head_of(room) == head
    assert not ModerationEntry.objects.exists()


def test_everybody_reports_a_message_once(
    report: Report, room: Room, bob: User, carol: User, said: Message
) -> None:
    again = report_message(room=room.pk, by=bob, message_id=said.pk, reason="Really")
    assert (again, again.reason) == (report, "Spam")
    join_room(room=room.pk, user=carol)
    assert report_message(room=room.pk, by=carol, message_id=said.pk, reason="") != report
    assert Report.objects.count() == 2


def test_to_report_again_does_not_reopen(
    report: Report, room: Room, alice: User, bob: User, said: Message
) -> None:
    resolve_report(report=report.pk, by=alice, resolution="Fine")
    again = report_message(room=room.pk, by=bob, message_id=said.pk, reason="Still")
    assert again.resolved_at is not None


def test_what_is_gone_or_said_by_nobody_cannot_be_reported(
    room: Room, alice: User, bob: User, said: Message
) -> None:
    elsewhere = say(make_room(alice, name="Elsewhere"), alice)
    system = stored(room)[0]
    forgotten = say(room, alice)
    delete_message(room=room.pk, user=alice, message_id=said.pk)
    RoomHead.objects.filter(pk=room.pk).update(floor=forgotten.sequence + 1)
    for message in (said, system, elsewhere, forgotten):
        error = refusal(report_message, room=room.pk, by=bob, message_id=message.pk, reason="")
        assert (error.code, error.details) == (ErrorCode.INVALID_EVENT, {"field": "message_id"})
    assert not Report.objects.exists()


def test_only_members_report(room: Room, bob: User, carol: User, said: Message) -> None:
    end_membership(room=room.pk, user=bob)
    for stranger in (bob, carol):
        error = refusal(report_message, room=room.pk, by=stranger, message_id=said.pk, reason="")
        assert error.code is ErrorCode.NOT_A_MEMBER


def test_what_is_said_in_a_closed_room_can_still_be_reported(
    room: Room, alice: User, bob: User, said: Message
) -> None:
    close_room(room=room.pk, by=alice)
    report = report_message(room=room.pk, by=bob, message_id=said.pk, reason="")
    assert report.message == said


def test_a_long_reason_is_cut_not_refused(
    room: Room, alice: User, bob: User, said: Message
) -> None:
    report = report_message(room=room.pk, by=bob, message_id=said.pk, reason="x" * 900)
    resolved = resolve_report(report=report.pk, by=alice, resolution="y" * 900)
    assert (len(resolved.reason), len(resolved.resolution)) == (500, 500)


def moderator(room: Room) -> User:
    user = make_user()
    join_room(room=room.pk, user=user)
    Membership.objects.filter(user=user).update(role=Role.MODERATOR)
    return user


def administrator(room: Room) -> User:
    return make_user(is_superuser=True)


@pytest.mark.parametrize("resolver", [moderator, administrator])
def test_a_report_is_resolved_once_and_it_is_logged(
    resolver: Callable[[Room], User], report: Report, room: Room, alice: User
) -> None:
    by = resolver(room)
    resolved = resolve_report(report=report.pk, by=by, resolution=" Deleted ")
    assert (resolved.resolved_by, resolved.resolution) == (by, "Deleted")
    assert resolved.resolved_at is not None
    assert resolved.resolved_at <= timezone.now()
    again = resolve_report(report=report.pk, by=alice, resolution="Never mind")
    assert (again.resolved_by, again.resolution) == (by, "Deleted")
    [entry] = ModerationEntry.objects.all()
    assert (entry.act, entry.actor, entry.room) == (ModerationAct.RESOLVE_REPORT, by, room)
    assert entry.message == report.message
    assert entry.reason.strip() == "Deleted"


def test_nobody_else_resolves(report: Report, room: Room, bob: User, carol: User) -> None:
    make_room(carol, name="Elsewhere")  # whose moderator carol is
    for by, code in ((bob, ErrorCode.NOT_ALLOWED), (carol, ErrorCode.NOT_A_MEMBER)):
        error = refusal(resolve_report, report=report.pk, by=by, resolution="Mine")
        assert error.code is code
    report.refresh_from_db()
    assert (report.resolved_at, report.resolution) == (None, "")
    assert not ModerationEntry.objects.exists()


def test_a_report_of_a_hidden_room_is_hidden_too(
    private_room: Room, alice: User, bob: User, carol: User
) -> None:
    said = say(private_room, alice)
    report = report_message(room=private_room.pk, by=bob, message_id=said.pk, reason="")
    error = refusal(resolve_report, report=report.pk, by=carol, resolution="")
    assert error.code is ErrorCode.ROOM_NOT_FOUND


def test_what_was_deleted_meanwhile_is_still_resolved(
    report: Report, room: Room, alice: User, said: Message
) -> None:
    delete_message(room=room.pk, user=alice, message_id=said.pk)
    assert resolve_report(report=report.pk, by=alice, resolution="Deleted").resolved_at


def test_there_is_no_such_report(alice: User) -> None:
    error = refusal(resolve_report, report=999_999, by=alice, resolution="")
    assert (error.code, error.details) == (ErrorCode.INVALID_EVENT, {"field": "report"})
