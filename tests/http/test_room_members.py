"""A room's people: who is listed, and what moderators do to them from their pages."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from chat import room_care
from chat.actions.memberships import invite_member, join_room
from chat.actions.moderation import ban_member, mute_member
from chat.models import Ban, Invitation, Membership, ModerationEntry, Role, Room, RoomKind
from tests.factories import make_room, make_user

from .around_rooms import acts_in, appoint, browser_of, cost_of, look, send

pytestmark = pytest.mark.django_db

WHY = "spam, three times"


@pytest.fixture
def path(room: Room) -> str:
    return f"/rooms/{room.slug}/members/"


def named(page: str) -> list[str]:
    return re.findall(r'<h2 class="row-title">(?:<a [^>]+>)?([\w-]+)', page)


def role_of(room: Room, user: User) -> str:
    return Membership.objects.get(room=room, user=user).role


# The list


def test_members_are_listed_by_rank_then_name(alice: User, bob: User, carol: User) -> None:
    room = make_room(carol, bob, alice, make_user("dave"))
    appoint(room, make_user("zoe").__class__.objects.get(username="dave"))
    assert named(look(alice, f"/rooms/{room.slug}/members/")) == ["carol", "dave", "alice", "bob"]


@pytest.mark.parametrize(("words", "found"), [("BO", ["bob"]), ("builder", ["bob"]), ("x", [])])
def test_a_member_is_found_by_any_name(
    alice: User, bob: User, path: str, words: str, found: list[str]
) -> None:
    User.objects.filter(pk=bob.pk).update(last_name="Builder")
    shown = named(look(alice, f"{path}?q={words}"))
    assert shown == (["Builder"] if found else [])


def test_a_long_list_of_members_has_pages(
    alice: User, room: Room, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room_care, "PEOPLE_A_PAGE", 1)
    assert named(look(alice, path)) == ["alice"]
    assert 'href="?page=2"' in look(alice, path)
    assert named(look(alice, f"{path}?page=2")) == ["bob"]


def test_the_list_of_members_costs_as_much_however_long_it_is(
    alice: User, room: Room, path: str
) -> None:
    few = cost_of(alice, path)
    for _ in range(20):
        join_room(room=room.pk, user=make_user())
    assert cost_of(alice, path) == few


def test_members_see_who_is_here_and_no_way_to_act(bob: User, path: str) -> None:
    page = look(bob, path)
    assert named(page) == ["alice", "bob"]
    assert f"{path}alice/" not in page
    assert 'href="/people/alice/"' in page
    assert "banned" not in page.lower()


def test_strangers_are_shown_the_door(carol: User, room: Room, path: str) -> None:
    assert browser_of(carol).get(path)["Location"] == f"/rooms/{room.slug}/"


def test_of_a_hidden_room_strangers_find_no_members(carol: User, private_room: Room) -> None:
    for tail in ("", "alice/"):
        hidden = browser_of(carol).get(f"/rooms/{private_room.slug}/members/{tail}")
        nothing = browser_of(carol).get(f"/rooms/{'0' * 24}/members/{tail}")
        assert hidden.status_code == nothing.status_code == 404
        assert hidden.content == nothing.content


def test_moderators_see_who_is_banned(alice: User, bob: User, room: Room, path: str) -> None:
    ban_member(room=room.pk, by=alice, user=bob, reason=WHY)
    assert named(look(alice, f"{path}?show=banned")) == ["bob"]
    assert named(look(alice, path)) == ["alice"]


def test_members_do_not_see_who_is_banned(bob: User, path: str) -> None:
    assert browser_of(bob).get(f"{path}?show=banned").status_code == 403


# What is offered


@pytest.mark.parametrize(
    ("who", "over", "acts"),
    [
        ("owner", "member", {"mute", "promote", "remove", "ban", "transfer"}),
        ("owner", "moderator", {"mute", "demote", "remove", "ban", "transfer"}),
        ("owner", "muted", {"mute", "unmute", "promote", "remove", "ban", "transfer"}),
        ("owner", "banned", {"unban"}),
        ("owner", "stranger", {"ban"}),
        ("owner", "owner", set()),
        ("moderator", "member", {"mute", "remove", "ban"}),
        ("moderator", "banned", {"unban"}),
        ("moderator", "owner", set()),
        ("moderator", "moderator", set()),
    ],
)
def test_only_what_one_may_do_is_offered(who: str, over: str, acts: set[str]) -> None:
    people = {name: make_user(name) for name in ("owner", "moderator", "member", "muted")}
    room = make_room(*people.values())
    people |= {name: make_user(name) for name in ("banned", "stranger")}
    appoint(room, people["moderator"])
    until = timezone.now() + timedelta(hours=1)
    mute_member(room=room.pk, by=people["owner"], user=people["muted"], until=until, reason=WHY)
    ban_member(room=room.pk, by=people["owner"], user=people["banned"], reason=WHY)
    assert acts_in(look(people[who], f"/rooms/{room.slug}/members/{over}/")) == acts


def test_what_is_not_offered_is_refused_all_the_same(alice: User, bob: User, path: str) -> None:
    room = Room.objects.get()
    carol = make_user("carol")
    join_room(room=room.pk, user=carol)
    appoint(room, bob)
    for act in ("mute", "remove", "ban", "demote", "transfer", "promote"):
        answer = send(bob, f"{path}alice/", act=act, reason=WHY, minutes=60)
        assert answer.status_code == 400, act
        assert "You may not do this." in answer.content.decode()
    assert send(bob, f"{path}carol/", act="transfer", reason=WHY).status_code == 400
    assert not ModerationEntry.objects.exists()
    assert role_of(room, alice) == Role.OWNER


def test_members_do_not_get_to_the_page(bob: User, carol: User, path: str) -> None:
    for user in (bob, carol):
        assert browser_of(user).get(f"{path}alice/").status_code == 403
        answer = send(user, f"{path}alice/", act="remove", reason=WHY)
        assert answer.status_code == 403


# Acts


def test_a_member_is_removed(alice: User, bob: User, room: Room, path: str) -> None:
    answer = send(alice, f"{path}bob/", act="remove", reason=WHY)
    assert answer["Location"] == path
    assert not Membership.objects.filter(room=room, user=bob).exists()
    assert ModerationEntry.objects.get().reason == WHY


def test_a_member_is_muted_for_a_time_and_let_write_again(
    alice: User, bob: User, room: Room, path: str
) -> None:
    send(alice, f"{path}bob/", act="mute", minutes=60, reason=WHY)
    until = Membership.objects.get(room=room, user=bob).muted_until
    assert until is not None
    assert timedelta(minutes=59) < until - timezone.now() <= timedelta(minutes=60)
    assert "muted until" in look(alice, path)
    send(alice, f"{path}bob/", act="unmute", reason="sorry")
    assert Membership.objects.get(room=room, user=bob).muted_until is None


def test_a_member_is_banned_and_let_back(alice: User, bob: User, room: Room, path: str) -> None:
    send(alice, f"{path}BOB/", act="ban", reason=WHY)
    assert Ban.objects.filter(room=room, user=bob).exists()
    send(alice, f"{path}bob/", act="unban", reason="sorry")
    assert not Ban.objects.exists()


def test_a_member_becomes_a_moderator_and_a_member_again(
    alice: User, bob: User, room: Room, path: str
) -> None:
    send(alice, f"{path}bob/", act="promote", reason="helps")
    assert role_of(room, bob) == Role.MODERATOR
    send(alice, f"{path}bob/", act="demote", reason="enough")
    assert role_of(room, bob) == Role.MEMBER


def test_the_room_is_handed_over_after_asking_once_more(
    alice: User, bob: User, room: Room, path: str
) -> None:
    page = look(alice, f"{path}bob/")
    assert "You cannot take this back." in page
    send(alice, f"{path}bob/", act="transfer", reason="moving on")
    assert (role_of(room, alice), role_of(room, bob)) == (Role.MODERATOR, Role.OWNER)


@pytest.mark.parametrize("act", ["mute", "remove", "ban", "promote", "transfer"])
def test_nothing_is_done_without_a_reason(alice: User, path: str, act: str) -> None:
    answer = send(alice, f"{path}bob/", act=act, reason=" ", minutes=60)
    assert answer.status_code == 400
    assert "Say why, in a few words." in answer.content.decode()
    assert not ModerationEntry.objects.exists()


def test_the_page_tells_what_was_done_before(alice: User, path: str) -> None:
    send(alice, f"{path}bob/", act="mute", minutes=60, reason=WHY)
    assert WHY in look(alice, f"{path}bob/")


def test_nobody_is_called_so(alice: User, path: str) -> None:
    assert browser_of(alice).get(f"{path}nobody/").status_code == 404


def test_a_direct_room_has_no_such_pages(alice: User, bob: User) -> None:
    room = make_room(alice, name="direct")
    Membership.objects.create(room=room, user=bob)
    Room.objects.filter(pk=room.pk).update(kind=RoomKind.DIRECT)
    for tail in ("members/", "members/bob/", "settings/", "reports/", "log/"):
        assert browser_of(alice).get(f"/rooms/{room.slug}/{tail}").status_code == 404


def test_acts_need_the_form_s_token(alice: User, path: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    answer = client.post(f"{path}bob/", {"act": "remove", "reason": WHY})
    assert answer.status_code == 403
    assert Membership.objects.count() == 2


# Invitations


def test_who_was_asked_in_is_listed_and_asked_out_again(
    alice: User, bob: User, carol: User, private_room: Room
) -> None:
    invite_member(room=private_room.pk, by=bob, user=carol)
    here = f"/rooms/{private_room.slug}/members/?show=invited"
    withdraw = f"/rooms/{private_room.slug}/invitations/carol/withdraw/"
    for user in (alice, bob):
        page = look(user, here)
        assert named(page) == ["carol"]
        assert "asked in by bob" in page
        assert withdraw in page
    assert send(bob, withdraw)["Location"] == here
    assert "Nobody is asked in" in look(alice, here)


def test_who_was_asked_in_declines(alice: User, carol: User, private_room: Room) -> None:
    invite_member(room=private_room.pk, by=alice, user=carol)
    decline = f"/rooms/{private_room.slug}/invitations/carol/withdraw/"
    assert decline in look(carol, "/")
    assert send(carol, decline)["Location"] == "/"
    assert "You are invited" not in look(carol, "/")
    assert browser_of(carol).get(f"/rooms/{private_room.slug}/").status_code == 404


def test_strangers_find_no_invitation_to_withdraw(
    alice: User, bob: User, carol: User, private_room: Room
) -> None:
    dave = make_user("dave")
    invite_member(room=private_room.pk, by=alice, user=dave)
    answers = [
        send(carol, f"/rooms/{slug}/invitations/dave/withdraw/")
        for slug in (private_room.slug, "0" * 24)
    ]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert Invitation.objects.filter(user=dave).exists()
