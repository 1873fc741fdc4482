"""Members over HTTP, and what moderators do."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.utils import timezone

from accounts.models import User
from chat.actions.memberships import join_room
from chat.actions.messages import send_message
from chat.actions.moderation import set_role
from chat.models import Ban, Membership, ModerationEntry, Role, Room
from tests.api.conftest import Caller
from tests.api.test_rooms import place, refusal
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def test_members_are_listed_with_their_roles(calls: Caller, bob: User, room: Room) -> None:
    found = calls(bob).get(place(room, "members/")).json()
    roles = [(item["user"]["username"], item["role"]) for item in found["items"]]
    assert (roles, found["count"]) == ([("alice", "owner"), ("bob", "member")], 2)
    owners = calls(bob).get(place(room, "members/"), {"role": "owner"}).json()
    assert owners["count"] == 1
    assert calls(bob).get(place(room, "members/"), {"username": "BO"}).json()["count"] == 1


def test_a_list_of_members_costs_the_same_whatever_its_length(
    calls: Caller, alice: User, room: Room, django_assert_num_queries: Any
) -> None:
    client = calls(alice)
    client.get(place(room, "members/"))
    for _ in range(5):
        join_room(room=room.pk, user=make_user())
    with django_assert_num_queries(6):  # token, room, head, membership, count, members
        client.get(place(room, "members/"))


def test_an_owner_gives_roles_and_hands_the_room_over(
    calls: Caller, alice: User, bob: User, room: Room
) -> None:
    client = calls(alice)
    address = place(room, f"members/{bob.pk}/")
    body = {"role": "moderator", "reason": "helps"}
    assert client.patch(address, body, format="json").json()["role"] == "moderator"
    assert client.patch(address, {"role": "owner"}, format="json").json()["role"] == "owner"
    assert Membership.objects.get(room=room, user=alice).role == Role.MODERATOR
    assert refusal(client.patch(address, {"role": "member"}, format="json")) == (403, "not_allowed")
    assert ModerationEntry.objects.filter(reason="helps").count() == 1


def test_moderators_mute_and_unmute(calls: Caller, alice: User, bob: User, room: Room) -> None:
    client = calls(alice)
    address = place(room, f"members/{bob.pk}/")
    until = (timezone.now() + timedelta(hours=1)).isoformat()
    assert client.patch(address, {"muted_until": until}, format="json").json()["muted_until"]
    said = calls(bob).post(place(room, "messages/"), {"message": "but"}, format="json")
    assert refusal(said) == (403, "not_allowed")
    assert int(said["Retry-After"]) > 3000
    lifted = client.patch(address, {"muted_until": None}, format="json").json()
    assert lifted["muted_until"] is None
    past = (timezone.now() - timedelta(hours=1)).isoformat()
    assert client.patch(address, {"muted_until": past}, format="json").status_code == 400


def test_of_two_changes_both_are_made_or_none(
    calls: Caller, alice: User, bob: User, room: Room
) -> None:
    client = calls(alice)
    address = place(room, f"members/{bob.pk}/")
    now = timezone.now()
    past, until = ((now + timedelta(hours=hours)).isoformat() for hours in (-1, 1))
    body = {"role": "moderator", "muted_until": past}
    assert client.patch(address, body, format="json").status_code == 400
    assert Membership.objects.get(room=room, user=bob).role == Role.MEMBER
    assert not ModerationEntry.objects.exists()
    changed = client.patch(address, body | {"muted_until": until}, format="json").json()
    assert (changed["role"], changed["muted_until"] is None) == ("moderator", False)


def test_members_do_not_moderate(calls: Caller, alice: User, bob: User, room: Room) -> None:
    carol = make_user("carol")
    join_room(room=room.pk, user=carol)
    client = calls(bob)
    address = place(room, f"members/{carol.pk}/")
    for answer in (
        client.patch(address, {"role": "moderator"}, format="json"),
        client.patch(address, {"muted_until": None}, format="json"),
        client.delete(address),
        client.get(place(room, "bans/")),
        client.delete(place(room, f"bans/{carol.pk}/")),
    ):
        assert refusal(answer) == (403, "not_allowed")
    assert Membership.objects.filter(room=room, user=carol).exists()


def test_a_moderator_removes_bans_and_forgives(
    calls: Caller, alice: User, bob: User, room: Room
) -> None:
    carol = make_user("carol")
    join_room(room=room.pk, user=carol)
    set_role(room=room.pk, by=alice, user=bob, role=Role.MODERATOR, reason="")
    client = calls(bob)
    address = place(room, f"members/{carol.pk}/")
    assert client.delete(address).status_code == 204
    assert refusal(client.get(address)) == (404, "not_found")
    join_room(room=room.pk, user=carol)
    assert client.delete(f"{address}?ban=true&reason=again").status_code == 204
    bans = client.get(place(room, "bans/")).json()
    assert [item["user"]["username"] for item in bans["items"]] == ["carol"]
    assert client.delete(place(room, f"bans/{carol.pk}/")).status_code == 204
    assert not Ban.objects.exists()
    assert refusal(client.delete(place(room, f"members/{alice.pk}/"))) == (403, "not_allowed")


def test_a_time_that_is_over_mutes_nobody_and_is_told_by_its_name(
    calls: Caller, alice: User, bob: User, room: Room
) -> None:
    past = {"muted_until": "2000-01-01T00:00:00Z"}
    answer = calls(alice).patch(place(room, f"members/{bob.pk}/"), past, format="json")
    assert answer.status_code == 400
    assert answer.json()["fields"] == {"muted_until": ["This value does not fit."]}


@pytest.mark.parametrize("reason", ["\0", "x" * 501])
def test_a_reason_that_cannot_be_kept_is_refused(
    calls: Caller, alice: User, bob: User, room: Room, reason: str
) -> None:
    client, query = calls(alice), urlencode({"reason": reason})
    said = send_message(room=room.pk, sender=bob, text="Hi")
    for address in (f"members/{bob.pk}/", f"bans/{bob.pk}/", f"messages/{said.pk}/"):
        answer = client.delete(f"{place(room, address)}?{query}")
        assert answer.status_code == 400, address
        assert list(answer.json()["fields"]) == ["reason"]
