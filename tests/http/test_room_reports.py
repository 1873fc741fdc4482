"""Members report messages; moderators find them in their place, and settle them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from chat import room_care
from chat.actions.memberships import invite_member, join_room
from chat.actions.messages import delete_message, send_message
from chat.actions.moderation import mute_member, set_slow_mode
from chat.actions.reports import report_message, resolve_report
from chat.models import Message, ModerationAct, ModerationEntry, Report, Room
from tests.factories import make_user

from .administering import make_staff
from .around_rooms import appoint, browser_of, cost_of, look, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def path(room: Room) -> str:
    return f"/rooms/{room.slug}/reports/"


def say(room: Room, user: User, text: str) -> Message:
    return send_message(room=room.pk, sender=user, text=text)


@pytest.fixture
def said(room: Room, alice: User, bob: User) -> Message:
    """A message of bob's between two others."""
    say(room, alice, "What do we need?")
    spam = say(room, bob, "Buy this")
    say(room, alice, "Bob, no.")
    return spam


@pytest.fixture
def report(room: Room, said: Message, carol: User) -> Report:
    join_room(room=room.pk, user=carol)
    return report_message(room=room.pk, by=carol, message_id=said.pk, reason="Spam again")


def report_path(message: Message) -> str:
    return f"/rooms/{message.room.slug}/messages/{message.pk}/report/"


# Reporting


def test_a_member_reports_a_message_and_hears_that_it_was_taken_in(
    alice: User, bob: User, room: Room
) -> None:
    message = say(room, alice, "Buy <b>this</b>")
    assert "Buy <b>this</b>" in look(bob, report_path(message))
    client = browser_of(bob)
    answer = client.post(report_path(message), {"reason": "Spam"}, follow=True)
    assert "It was taken in." in answer.content.decode()
    report = Report.objects.get()
    assert (report.message, report.reporter, report.reason) == (message, bob, "Spam")


def test_a_reason_is_welcome_and_not_asked_for(bob: User, alice: User, room: Room) -> None:
    assert send(bob, report_path(say(room, alice, "x"))).status_code == 302
    assert Report.objects.get().reason == ""


def test_reporting_twice_is_one_report(bob: User, alice: User, room: Room) -> None:
    message = say(room, alice, "x")
    for reason in ("once", "twice"):
        assert send(bob, report_path(message), reason=reason).status_code == 302
    assert Report.objects.get().reason == "once"


def test_who_does_not_belong_to_the_room_reports_nothing(
    carol: User, alice: User, room: Room, private_room: Room
) -> None:
    for message in (say(room, alice, "x"), say(private_room, alice, "x")):
        for answer in (
            browser_of(carol).get(report_path(message)),
            send(carol, report_path(message), reason="x"),
        ):
            assert answer.status_code == 404
    assert not Report.objects.exists()


def test_what_is_deleted_or_elsewhere_cannot_be_reported(
    alice: User, bob: User, room: Room, private_room: Room
) -> None:
    gone, other = say(room, alice, "x"), say(private_room, alice, "x")
    delete_message(room=room.pk, user=alice, message_id=gone.pk)
    paths = [report_path(gone), f"/rooms/{room.slug}/messages/{other.pk}/report/"]
    assert [send(bob, path).status_code for path in paths] == [404, 404]
    assert not Report.objects.exists()


# The queue


def test_a_reported_message_stands_in_its_place(alice: User, report: Report, path: str) -> None:
    page = look(alice, path)
    places = [page.index(words) for words in ("What do we need?", "Buy this", "Bob, no.")]
    assert places == sorted(places)
    assert "Spam again" in page
    assert "<b>carol</b>" in page


def test_the_menu_tells_moderators_how_many_wait(
    alice: User, bob: User, report: Report, room: Room
) -> None:
    assert 'aria-label="1 waits"' in look(alice, f"/rooms/{room.slug}/")
    assert "/reports/" not in look(bob, f"/rooms/{room.slug}/")
    resolve_report(report=report.pk, by=alice, resolution="fine")
    assert "waits" not in look(alice, f"/rooms/{room.slug}/")


def test_a_report_is_settled_and_the_message_kept(
    alice: User, report: Report, said: Message, path: str
) -> None:
    answer = send(alice, path, message=said.pk, act="keep", reason="a joke")
    assert answer["Location"] == path
    report.refresh_from_db()
    said.refresh_from_db()
    assert (report.resolution, report.resolved_by, said.deleted_at) == ("a joke", alice, None)
    assert "Nothing waits for you" in look(alice, path)
    assert "a joke" in look(alice, f"{path}?show=settled")


def test_a_reported_message_is_deleted_and_every_report_of_it_settled(
    alice: User, report: Report, said: Message, room: Room, path: str
) -> None:
    dave = make_user("dave")
    join_room(room=room.pk, user=dave)
    report_message(room=room.pk, by=dave, message_id=said.pk, reason="me too")
    send(alice, path, message=said.pk, act="delete", reason="spam")
    said.refresh_from_db()
    assert said.deleted_by == alice
    assert not Report.objects.filter(resolved_at=None).exists()
    acts = list(ModerationEntry.objects.values_list("act", "reason"))
    assert sorted(acts) == [
        (ModerationAct.DELETE_MESSAGE, "spam"),
        (ModerationAct.RESOLVE_REPORT, "spam"),
        (ModerationAct.RESOLVE_REPORT, "spam"),
    ]


def test_deleting_asks_once_more(alice: User, report: Report, path: str) -> None:
    assert "Delete this message?" in look(alice, path)


def test_nothing_is_settled_without_a_reason(
    alice: User, report: Report, said: Message, path: str
) -> None:
    answer = send(alice, path, message=said.pk, act="delete", reason="")
    assert answer.status_code == 400
    report.refresh_from_db()
    assert report.resolved_at is None


def test_what_somebody_else_settled_is_not_deleted(
    alice: User, report: Report, said: Message, path: str
) -> None:
    resolve_report(report=report.pk, by=alice, resolution="fine")
    answer = browser_of(alice).post(
        path, {"message": said.pk, "act": "delete", "reason": "spam"}, follow=True
    )
    assert "Somebody else has settled that already." in answer.content.decode()
    said.refresh_from_db()
    assert said.deleted_at is None


def test_reports_of_another_room_cannot_be_settled_here(
    bob: User, alice: User, private_room: Room, report: Report, said: Message
) -> None:
    appoint(private_room, bob)
    there = f"/rooms/{private_room.slug}/reports/"
    send(bob, there, message=said.pk, act="delete", reason="mine")
    report.refresh_from_db()
    said.refresh_from_db()
    assert (report.resolved_at, said.deleted_at) == (None, None)
    assert "Buy this" not in look(bob, there)


@pytest.mark.parametrize("page", ["reports", "log"])
def test_the_queue_and_the_log_are_the_moderators(
    bob: User, carol: User, report: Report, said: Message, room: Room, page: str
) -> None:
    for user in (bob, carol, make_user()):
        assert browser_of(user).get(f"/rooms/{room.slug}/{page}/").status_code == 403
    answer = send(bob, f"/rooms/{room.slug}/reports/", message=said.pk, act="keep", reason="mine")
    assert answer.status_code == 403
    report.refresh_from_db()
    assert report.resolved_at is None


def test_the_queue_costs_as_much_however_long_it_is(
    alice: User, room: Room, bob: User, report: Report, path: str
) -> None:
    one = cost_of(alice, path)
    for number in range(8):
        message = say(room, alice, f"words {number}")
        report_message(room=room.pk, by=bob, message_id=message.pk, reason="")
    assert cost_of(alice, path) == one


def test_the_log_costs_as_much_however_long_it_is(alice: User, bob: User, room: Room) -> None:
    path = f"/rooms/{room.slug}/log/"
    set_slow_mode(room=room.pk, by=alice, seconds=5, reason="")
    one = cost_of(alice, path)
    for seconds in range(10, 20):
        set_slow_mode(room=room.pk, by=alice, seconds=seconds, reason="")
        until = timezone.now() + timedelta(seconds=seconds)
        mute_member(room=room.pk, by=alice, user=bob, until=until, reason="")
    assert cost_of(alice, path) == one


def test_a_long_queue_has_pages(
    alice: User, bob: User, room: Room, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room_care, "REPORTED_A_PAGE", 1)
    for text in ("older", "newer"):
        message = say(room, alice, text)
        report_message(room=room.pk, by=bob, message_id=message.pk, reason="")
    assert 'id="report-' in look(alice, path)
    assert look(alice, path).count('class="reported"') == 1
    assert look(alice, f"{path}?page=2").count('class="reported"') == 1


# The log


def test_the_log_says_who_did_what_to_whom_and_why(
    alice: User, report: Report, said: Message, room: Room, path: str
) -> None:
    send(alice, path, message=said.pk, act="delete", reason="sold things")
    page = look(alice, f"/rooms/{room.slug}/log/")
    assert "<b>alice</b> deleted a message of <b>bob</b>" in page
    assert "sold things" in page


def test_an_empty_log_says_what_would_stand_in_it(alice: User, room: Room) -> None:
    assert "Nothing needed moderating yet" in look(alice, f"/rooms/{room.slug}/log/")


def test_an_invitation_lets_staff_moderate_nothing_unseen(
    alice: User, bob: User, private_room: Room
) -> None:
    """What is said in a private room is for its members; staff look by the admin, which logs it."""
    message = say(private_room, alice, "Our secret")
    join_room(room=private_room.pk, user=bob)
    report_message(room=private_room.pk, by=bob, message_id=message.pk, reason="Spam")
    staff = make_staff("sam", "chat.moderate_rooms")
    invite_member(room=private_room.pk, by=alice, user=staff)
    base = f"/rooms/{private_room.slug}"
    for path in ("reports", "log", "settings", f"messages/{message.pk}/history"):
        assert browser_of(staff).get(f"{base}/{path}/").status_code == 404
    join_room(room=private_room.pk, user=staff)
    assert "Our secret" in look(staff, f"{base}/reports/")
