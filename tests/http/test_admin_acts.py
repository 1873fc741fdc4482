"""What is done to rows of the admin's lists: with a reason, by the actions, heard at once."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from accounts.actions.comments import write_comment
from accounts.actions.posts import write_post
from accounts.models import User
from chat import fanout
from chat.actions.memberships import join_room
from chat.actions.messages import send_message
from chat.actions.moderation import ban_member, close_room, mute_member
from chat.actions.reports import report_message
from chat.admin import acting
from chat.bus_items import AccessEnded, BusItem, Change
from chat.models import Ban, Membership, Message, ModerationAct, ModerationEntry, Report, Role, Room
from tests.factories import make_room, make_user
from tests.http.administering import (
    act,
    browser_of,
    choose,
    confirm,
    list_address,
    make_staff,
    page_address,
    told,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

WHY = "It had to be."
Committed = Callable[[], AbstractContextManager[Any]]


@pytest.fixture
def moderator(db: None) -> User:
    views = [f"chat.view_{what}" for what in ("message", "membership", "ban", "report", "room")]
    return make_staff("mod", "chat.moderate_rooms", "accounts.view_user", *views)


@pytest.fixture
def client(moderator: User) -> Client:
    return browser_of(moderator)


@pytest.fixture
def announced() -> Iterator[list[BusItem]]:
    """What reached the hub of this process."""
    items: list[BusItem] = []
    fanout.attach(sink := items.extend)
    yield items
    fanout.detach(sink)


@pytest.fixture
def committed(django_capture_on_commit_callbacks: Any) -> Committed:
    return lambda: django_capture_on_commit_callbacks(execute=True)


def events(announced: list[BusItem]) -> list[str]:
    return [item.event for item in announced if isinstance(item, Change)]


def entries() -> list[tuple[str, str, str]]:
    """The moderation log: act, whom, why."""
    return [
        (entry.act, entry.subject.username if entry.subject else "", entry.reason)
        for entry in ModerationEntry.objects.order_by("pk")
    ]


def say(room: Room, sender: User, count: int = 1) -> list[Message]:
    return [send_message(room=room.pk, sender=sender, text=f"No {n}") for n in range(count)]


# The page in between


def test_nothing_happens_without_a_reason(client: Client, bob: User, room: Room) -> None:
    [message] = say(room, bob)
    asked = choose(client, "chat_message", "delete_messages", message)
    page = asked.content.decode()
    assert "csrfmiddlewaretoken" in page
    assert "1 chosen" in page
    assert "bob, Tea: No 0" in page
    for reason in ("", "   ", "x" * 501):
        again = confirm(client, asked, reason=reason)
        assert again.status_code == 200
        assert "Nothing was done yet" in again.content.decode()
    message.refresh_from_db()
    assert message.deleted_at is None
    assert entries() == []


def test_the_page_in_between_is_for_those_rows_that_were_chosen(
    client: Client, bob: User, room: Room
) -> None:
    say(room, bob, 25)
    across = {"select_across": 1, "q": "No"}
    first = Message.objects.filter(text="No 0").get()
    asked = choose(client, "chat_message", "delete_messages", first, **across)
    assert "26 chosen" in asked.content.decode()  # the joining too
    assert "and 6 more" in asked.content.decode()
    say(room, bob)  # is not deleted: nobody has seen it in the list
    confirm(client, asked, reason=WHY)
    assert Message.objects.filter(kind="text", deleted_at=None).count() == 1


def test_no_more_than_a_good_number_at_once(
    client: Client, bob: User, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acting, "AT_ONCE", 3)
    messages = say(room, bob, 5)
    asked = choose(client, "chat_message", "delete_messages", *messages)
    assert "No more than 3 at once" in asked.content.decode()
    confirm(client, asked, reason=WHY)
    assert Message.objects.filter(deleted_at=None, kind="text").count() == 2


@pytest.mark.parametrize("chosen", ["x", "1,x", "", "1;2", "9" * 30, "²"])
def test_keys_that_cannot_be_read_do_nothing(client: Client, room: Room, chosen: str) -> None:
    sent = {"action": "close", "_selected_action": room.pk, "chosen": chosen, "reason": WHY}
    assert client.post(list_address("chat_room"), sent).status_code == 400
    assert Room.objects.get().closed_at is None


def test_a_form_from_elsewhere_does_nothing(moderator: User, room: Room) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(moderator)
    sent = {"action": "close", "_selected_action": room.pk, "chosen": room.pk, "reason": WHY}
    assert client.post(list_address("chat_room"), sent).status_code == 403


def test_an_act_begun_on_a_rows_page_leads_back_there(client: Client, room: Room) -> None:
    page = client.get(page_address(room)).content.decode()
    assert 'value="close"' in page
    assert 'value="reopen"' not in page
    asked = choose(client, "chat_room", "close", room, from_page=1)
    answer = confirm(client, asked, reason=WHY)
    assert answer.url == page_address(room)
    assert 'value="reopen"' in client.get(page_address(room)).content.decode()


def test_a_database_too_busy_refuses_one_row_and_the_others_are_done(
    client: Client, bob: User, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_room(bob, name="Coffee")

    def busy(*, room: int, **rest: Any) -> Room:
        if room == other.pk:
            raise OperationalError("database is locked")
        return close_room(room=room, **rest)

    monkeypatch.setattr("chat.admin.rooms.close_room", busy)
    answer = act(client, "chat_room", "close", room, other, reason=WHY)
    assert "Coffee: the database is too busy; try again." in told(answer)
    assert set(Room.objects.filter(closed_at=None)) == {other}


# Messages


def test_deleted_messages_go_from_every_screen(
    client: Client, alice: User, bob: User, room: Room, announced: list[BusItem], committed: Any
) -> None:
    other = make_room(bob, alice, name="Coffee")
    messages = say(room, bob, 3) + say(other, alice, 2)
    with committed():
        answer = act(client, "chat_message", "delete_messages", *messages, reason=WHY)
    assert told(answer) == ["Delete: 5 done."]
    assert events(announced) == ["message_deleted"] * 5
    assert not Message.objects.filter(kind="text", deleted_at=None).exists()
    assert Message.objects.filter(deleted_by__username="mod", text="").count() == 5
    assert sorted(entries()) == [
        ("delete_message", who, WHY) for who in ["alice"] * 2 + ["bob"] * 3
    ]


def test_what_cannot_be_deleted_is_told_and_the_others_are(
    client: Client, bob: User, room: Room
) -> None:
    [message] = say(room, bob)
    joining = Message.objects.get(kind="system")
    answer = act(client, "chat_message", "delete_messages", message, joining, reason=WHY)
    done, refused = told(answer)
    assert done == "Delete: 1 done."
    assert refused.startswith("bob, Tea: (joined: bob): this is not possible")
    message.refresh_from_db()
    assert message.deleted_at is not None


def test_many_messages_are_deleted_in_chunks(
    client: Client, bob: User, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chat.admin.message_acts.DELETED_TOGETHER", 2)
    messages = say(room, bob, 5)
    answer = act(client, "chat_message", "delete_messages", *messages, reason=WHY)
    assert told(answer) == ["Delete: 5 done."]


def test_the_senders_of_messages_are_muted_or_banned_once_each(
    client: Client, bob: User, room: Room, announced: list[BusItem], committed: Any
) -> None:
    messages = say(room, bob, 3)
    answer = act(client, "chat_message", "mute_senders", *messages, reason=WHY, minutes=60)
    assert told(answer) == ["Mute the sender for a time: 1 done."]
    muted = Membership.objects.get(room=room, user=bob).muted_until
    assert muted is not None
    assert timedelta(minutes=59) < muted - timezone.now() < timedelta(minutes=61)
    with committed():
        act(client, "chat_message", "ban_senders", *messages, reason=WHY)
    assert Ban.objects.filter(room=room, user=bob).exists()
    assert [item.removed for item in announced if isinstance(item, Change)] == [bob.pk]
    assert entries() == [("mute", "bob", WHY), ("ban", "bob", WHY)]
    answer = act(client, "chat_message", "mute_senders", messages[0], reason=WHY, minutes=60)
    assert told(answer) == ["bob, Tea: No 0: they do not belong to the room."]


# Memberships and bans


def member(room: Room, user: User) -> Membership:
    return Membership.objects.get(room=room, user=user)


def test_members_are_muted_for_a_time_and_unmuted(client: Client, bob: User, room: Room) -> None:
    act(client, "chat_membership", "mute", member(room, bob), reason=WHY, minutes=10)
    assert member(room, bob).muted_until is not None
    act(client, "chat_membership", "unmute", member(room, bob), reason=WHY)
    assert member(room, bob).muted_until is None
    asked = choose(client, "chat_membership", "mute", member(room, bob))
    assert confirm(client, asked, reason=WHY, minutes=7).status_code == 200  # not on offer
    assert member(room, bob).muted_until is None
    assert [entry[0] for entry in entries()] == ["mute", "unmute"]


def test_removed_members_hear_it(
    client: Client, alice: User, bob: User, room: Room, announced: list[BusItem], committed: Any
) -> None:
    with committed():
        act(client, "chat_membership", "remove", member(room, bob), reason=WHY)
    assert [item.removed for item in announced if isinstance(item, Change)] == [bob.pk]
    assert not Membership.objects.filter(user=bob).exists()
    join_room(room=room.pk, user=bob)
    assert entries() == [("remove", "bob", WHY)]


def test_banned_members_stay_out_until_the_ban_is_lifted(
    client: Client, bob: User, room: Room
) -> None:
    act(client, "chat_membership", "ban", member(room, bob), reason=WHY)
    assert not Membership.objects.filter(user=bob).exists()
    act(client, "chat_ban", "lift", Ban.objects.get(), reason=WHY)
    assert not Ban.objects.exists()
    assert [entry[0] for entry in entries()] == ["ban", "unban"]


def test_roles_change_and_rooms_are_handed_over(
    client: Client, alice: User, bob: User, room: Room
) -> None:
    act(client, "chat_membership", "make_moderator", member(room, bob), reason=WHY)
    assert member(room, bob).role == Role.MODERATOR
    act(client, "chat_membership", "make_member", member(room, bob), reason=WHY)
    assert member(room, bob).role == Role.MEMBER
    act(client, "chat_membership", "make_owner", member(room, bob), reason=WHY)
    assert (member(room, bob).role, member(room, alice).role) == (Role.OWNER, Role.MODERATOR)


def test_others_of_the_staff_are_not_to_be_moderated(
    client: Client, bob: User, room: Room, announced: list[BusItem], committed: Any
) -> None:
    boss = User.objects.create_superuser("boss")
    join_room(room=room.pk, user=boss)
    both = [member(room, boss), member(room, bob)]
    with committed():
        answer = act(client, "chat_membership", "remove", *both, reason=WHY)
    done, refused = told(answer)
    assert done == "Remove from the room: 1 done."
    assert refused == "boss in Tea: this is not possible here, or beyond your power."
    assert [item.removed for item in announced if isinstance(item, Change)] == [bob.pk]


def test_only_the_first_refusals_are_told_one_by_one(
    client: Client, alice: User, room: Room
) -> None:
    bosses = [User.objects.create_superuser(f"boss{number}") for number in range(7)]
    for boss in bosses:
        join_room(room=room.pk, user=boss)
    rows = Membership.objects.filter(user__in=bosses)
    answer = act(client, "chat_membership", "remove", *rows, reason=WHY)
    assert len(told(answer)) == 6
    assert told(answer)[-1] == "2 more were refused."


# People


def test_suspended_people_are_out_at_once_until_they_are_reinstated(
    client: Client, bob: User, announced: list[BusItem], committed: Any
) -> None:
    with committed():
        act(client, "accounts_user", "suspend", bob, reason=WHY)
    [ended] = announced
    assert isinstance(ended, AccessEnded)
    assert (ended.user, ended.reason) == (bob.pk, "deactivated")
    assert not User.objects.get(pk=bob.pk).is_active
    assert 'value="reinstate"' in client.get(page_address(bob)).content.decode()
    act(client, "accounts_user", "reinstate", bob, reason=WHY)
    assert User.objects.get(pk=bob.pk).is_active
    assert entries() == [("suspend", "bob", WHY), ("reinstate", "bob", WHY)]


def test_all_sessions_of_people_end(
    client: Client, alice: User, bob: User, announced: list[BusItem], committed: Any
) -> None:
    with committed():
        answer = act(client, "accounts_user", "end_sessions", alice, bob, reason=WHY)
    assert told(answer) == ["End all sessions: 2 done."]
    assert {item.user for item in announced if isinstance(item, AccessEnded)} == {alice.pk, bob.pk}
    assert {entry[0] for entry in entries()} == {ModerationAct.END_SESSIONS}


def test_nobody_suspends_a_superuser_or_themselves(
    client: Client, moderator: User, bob: User
) -> None:
    boss = User.objects.create_superuser("boss")
    answer = act(client, "accounts_user", "suspend", boss, moderator, bob, reason=WHY)
    assert len(told(answer)) == 3
    assert set(User.objects.filter(is_active=False)) == {bob}


# Rooms


def test_closed_rooms_close_on_every_screen_and_are_reopened(
    client: Client, room: Room, announced: list[BusItem], committed: Any
) -> None:
    with committed():
        act(client, "chat_room", "close", room, reason=WHY)
        act(client, "chat_room", "reopen", room, reason=WHY)
    assert events(announced) == ["room_closed", "room_changed"]
    assert entries() == [("close", "", WHY), ("reopen", "", WHY)]


# Reports


def reported(room: Room, by: User, sender: User) -> Report:
    [message] = say(room, sender)
    return report_message(room=room.pk, by=by, message_id=message.pk, reason="rude")


def test_resolved_reports_leave_the_queue(
    client: Client, alice: User, bob: User, room: Room
) -> None:
    reports = [reported(room, alice, bob), reported(room, alice, bob)]
    answer = act(client, "chat_report", "resolve", *reports, reason="Talked to bob.")
    assert told(answer) == ["Resolve: 2 done."]
    assert set(Report.objects.values_list("resolution", "resolved_by__username")) == {
        ("Talked to bob.", "mod")
    }
    assert not Message.objects.filter(deleted_at__isnull=False).exists()


def test_a_report_and_its_message_go_together_or_not_at_all(
    client: Client,
    alice: User,
    bob: User,
    room: Room,
    announced: list[BusItem],
    committed: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    report = reported(room, alice, bob)

    def fail(**_: Any) -> None:
        raise OperationalError("database is locked")

    with monkeypatch.context() as patch:
        patch.setattr("chat.admin.reports.resolve_report", fail)
        act(client, "chat_report", "delete_and_resolve", report, reason=WHY)
    assert not Message.objects.filter(deleted_at__isnull=False).exists()
    with committed():
        act(client, "chat_report", "delete_and_resolve", report, reason=WHY)
    assert events(announced) == ["message_deleted"]
    report.refresh_from_db()
    assert report.resolved_at is not None


# Who may not


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("chat_message", "delete_messages"),
        ("chat_membership", "ban"),
        ("chat_room", "close"),
        ("chat_report", "resolve"),
        ("accounts_user", "suspend"),
    ],
)
def test_staff_who_may_only_look_are_offered_nothing_and_do_nothing(
    bob: User, alice: User, room: Room, model: str, name: str
) -> None:
    views = [f"chat.view_{what}" for what in ("message", "membership", "report", "room")]
    client = browser_of(make_staff("looker", "accounts.view_user", *views))
    rows: dict[str, Callable[[], Any]] = {
        "chat_message": lambda: say(room, bob)[0],
        "chat_membership": lambda: member(room, bob),
        "chat_room": lambda: room,
        "chat_report": lambda: reported(room, alice, bob),
        "accounts_user": lambda: bob,
    }
    row = rows[model]()
    assert f'value="{name}"' not in client.get(list_address(model)).content.decode()
    assert f'value="{name}"' not in client.get(page_address(row)).content.decode()
    sent = {"action": name, "_selected_action": row.pk, "chosen": row.pk, "reason": WHY}
    assert client.post(list_address(model), sent).status_code in (200, 302)
    assert entries() == []


def test_an_unmute_of_who_is_not_muted_leaves_no_trace(
    client: Client, bob: User, room: Room
) -> None:
    act(client, "chat_membership", "unmute", member(room, bob), reason=WHY)
    assert entries() == []


def test_what_is_already_so_is_not_done_twice(
    client: Client, alice: User, bob: User, room: Room
) -> None:
    until = timezone.now() + timedelta(hours=1)
    mute_member(room=room.pk, by=alice, user=bob, until=until, reason="")
    ban_member(room=room.pk, by=alice, user=make_user("eve"), reason="")
    close_room(room=room.pk, by=alice)
    before = entries()
    act(client, "chat_room", "close", room, reason=WHY)
    act(client, "accounts_user", "reinstate", bob, reason=WHY)
    assert entries() == before


def test_moderators_of_the_staff_hide_and_show_posts_and_comments(alice: User, bob: User) -> None:
    post = write_post(author=alice, text="Hello")
    comment = write_comment(post_id=post.pk, author=bob, text="Ho")
    views = ("accounts.view_post", "accounts.view_comment")
    client = browser_of(make_staff("mod", *views, "accounts.hide_post", "accounts.hide_comment"))
    for model, row in (("accounts_post", post), ("accounts_comment", comment)):
        answer = act(client, model, "hide", row, reason="rude")
        assert told(answer) == ["Hide: 1 done."]
        row.refresh_from_db()
        assert (row.hidden_reason, row.hidden_by and row.hidden_by.username) == ("rude", "mod")
        act(client, model, "show", row, reason="a mistake")
        row.refresh_from_db()
        assert row.hidden_at is None


def test_looking_at_posts_is_no_right_to_hide_them(alice: User) -> None:
    post = write_post(author=alice, text="Hello")
    client = browser_of(make_staff("looker", "accounts.view_post", "accounts.hide_comment"))
    choose(client, "accounts_post", "hide", post)
    post.refresh_from_db()
    assert post.hidden_at is None
    assert "Hide" not in client.get(page_address(post)).content.decode()
