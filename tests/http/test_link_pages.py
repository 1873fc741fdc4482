"""Invitation links on pages: made, shown, followed, revoked."""

import re

import pytest
from django.test import Client

from accounts.models import User
from chat.actions.links import make_link, revoke_link
from chat.actions.moderation import ban_member, close_room
from chat.models import InviteLink, Membership, Role, Room
from tests.domain.moderating import entrust

pytestmark = pytest.mark.django_db


def browser_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_a_link_is_made_shown_and_followed(private_room: Room, alice: User, carol: User) -> None:
    maker = browser_of(alice)
    address = f"/rooms/{private_room.slug}/links/"
    assert maker.post(address, {"days": "7", "use_limit": ""})["Location"] == address
    found = re.search(
        r'value="http://testserver(/invite/[^"]+)"', maker.get(address).content.decode()
    )
    assert found
    guest = browser_of(carol)
    door = guest.get(found[1]).content.decode()
    assert "Secrets" in door
    assert "alice invites you" in door
    assert not Membership.objects.filter(user=carol).exists(), "looking is not joining"
    assert guest.post(found[1])["Location"] == f"/rooms/{private_room.slug}/"
    assert Membership.objects.filter(room=private_room, user=carol).exists()
    assert guest.get(found[1])["Location"] == f"/rooms/{private_room.slug}/"


def test_a_link_is_revoked_by_a_click(private_room: Room, alice: User, carol: User) -> None:
    link = make_link(room=private_room.pk, by=alice)
    client = browser_of(alice)
    address = f"/rooms/{private_room.slug}/links/"
    assert client.post(f"{address}{link.pk}/revoke/")["Location"] == address
    assert link.token not in client.get(address).content.decode()
    assert browser_of(carol).get(f"/invite/{link.token}/").status_code == 404


def test_who_is_not_logged_in_learns_nothing_of_a_link(private_room: Room, alice: User) -> None:
    link = make_link(room=private_room.pk, by=alice)
    for token in (link.token, "nothing"):
        answer = Client().get(f"/invite/{token}/")
        assert answer["Location"] == f"/accounts/login/?next=/invite/{token}/"


def test_dead_links_and_the_banned_get_the_page_of_nothing(
    private_room: Room, alice: User, bob: User, carol: User
) -> None:
    dead, standing = (make_link(room=private_room.pk, by=alice) for _ in range(2))
    revoke_link(room=private_room.pk, by=alice, link=dead.pk)
    ban_member(room=private_room.pk, by=alice, user=bob, reason="")
    for user, token in ((carol, dead.token), (bob, standing.token), (carol, "nothing")):
        client = browser_of(user)
        for answer in (client.get(f"/invite/{token}/"), client.post(f"/invite/{token}/")):
            assert answer.status_code == 404
            assert "Secrets" not in answer.content.decode()


def test_a_closed_room_says_so_at_its_door(private_room: Room, alice: User, carol: User) -> None:
    link = make_link(room=private_room.pk, by=alice)
    close_room(room=private_room.pk, by=alice)
    page = browser_of(carol).post(f"/invite/{link.token}/", follow=True).content.decode()
    assert "closed" in page
    assert not Membership.objects.filter(user=carol).exists()


def test_links_are_shown_to_those_who_make_them_only(
    room: Room, private_room: Room, alice: User, bob: User, carol: User
) -> None:
    link = make_link(room=private_room.pk, by=alice)
    address = f"/rooms/{private_room.slug}/links/"
    assert browser_of(bob).get(address).status_code == 403
    for user in (carol, entrust(carol)):
        assert browser_of(user).get(address).status_code == 404
        assert browser_of(user).post(f"{address}{link.pk}/revoke/").status_code == 404
    assert browser_of(alice).get(f"/rooms/{room.slug}/links/").status_code == 404
    Membership.objects.filter(room=private_room, user=bob).update(role=Role.MODERATOR)
    assert browser_of(bob).get(address).status_code == 200
    assert InviteLink.objects.get().revoked_at is None


def test_joining_takes_a_form_of_ours(private_room: Room, alice: User, carol: User) -> None:
    link = make_link(room=private_room.pk, by=alice)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(carol)
    assert strict.post(f"/invite/{link.token}/").status_code == 403
    assert not Membership.objects.filter(user=carol).exists()


def test_the_admin_lists_links_without_their_tokens(private_room: Room, alice: User) -> None:
    link = make_link(room=private_room.pk, by=alice)
    admin = User.objects.create_superuser("admin")
    client = browser_of(admin)
    for address in ("/admin/chat/invitelink/", f"/admin/chat/invitelink/{link.pk}/change/"):
        page = client.get(address)
        assert page.status_code == 200
        assert link.token not in page.content.decode()


# Receipts


def test_receipts_are_switched_off_and_on(alice: User) -> None:
    client = browser_of(alice)
    for fields, shown in (({}, False), ({"shown": "on"}, True)):
        assert client.post("/accounts/receipts/", fields)["Location"] == "/accounts/"
        alice.refresh_from_db()
        assert alice.shows_receipts is shown
        page = client.get("/accounts/").content.decode()
        assert ('aria-describedby="receipts-hint" checked' in page) is shown
    assert Client().post("/accounts/receipts/")["Location"].startswith("/accounts/login/")
