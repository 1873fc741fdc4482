"""Links into private rooms: who makes them, whom they let in, and when they end."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.utils import timezone

from accounts.actions.access import deactivate
from accounts.models import User
from chat import queries
from chat.actions.direct import start_direct_room
from chat.actions.links import LINKS_LIMIT, join_by_link, make_link, revoke_link
from chat.actions.memberships import end_membership
from chat.actions.moderation import ban_member, close_room, set_role
from chat.errors import ChatError, ErrorCode
from chat.models import InviteLink, Membership, Role, Room
from tests.factories import make_room, make_user
from tests.together import together

from .moderating import appoint, entrust
from .telling import head_of, refusal, words

pytestmark = pytest.mark.django_db
Later = Callable[[float], None]


@pytest.fixture
def link(private_room: Room, alice: User) -> InviteLink:
    return make_link(room=private_room.pk, by=alice)


def same_as_none(link: InviteLink, user: User) -> bool:
    """Whether the link is to `user` what a link is that never was."""
    answers = [refusal(join_by_link, token=token, user=user) for token in (link.token, "nothing")]
    assert queries.open_link(token=link.token, user=user) is None
    return words(answers[0]) == words(answers[1]) and answers[0].code is ErrorCode.ROOM_NOT_FOUND


def test_who_holds_a_link_joins(private_room: Room, link: InviteLink, carol: User) -> None:
    found = queries.open_link(token=link.token, user=carol)
    assert found is not None
    assert found.room == private_room
    membership = join_by_link(token=link.token, user=carol)
    assert (membership.role, membership.joined_sequence) == (Role.MEMBER, head_of(private_room))
    assert InviteLink.objects.get().uses == 1


def test_members_need_no_link(private_room: Room, link: InviteLink, bob: User) -> None:
    head = head_of(private_room)
    assert join_by_link(token=link.token, user=bob).user == bob
    assert (head_of(private_room), InviteLink.objects.get().uses) == (head, 0)


def test_tokens_are_long_and_never_alike(private_room: Room, alice: User) -> None:
    tokens = {make_link(room=private_room.pk, by=alice).token for _ in range(5)}
    assert len(tokens) == 5
    assert all(len(token) == 24 for token in tokens)


# Who makes and revokes them


def test_only_the_owner_and_moderators_make_links(
    private_room: Room, bob: User, carol: User
) -> None:
    make = partial(make_link, room=private_room.pk)
    assert refusal(make, by=bob).code is ErrorCode.NOT_ALLOWED
    appoint(private_room, bob)
    make(by=bob)
    nowhere = refusal(make_link, room=999_999, by=carol)
    assert words(refusal(make, by=carol)) == words(nowhere)
    # Whoever makes a link could use it, and staff must not come in unseen.
    assert words(refusal(make, by=entrust(carol))) == words(nowhere)


def test_there_are_no_links_into_other_rooms(room: Room, alice: User, bob: User) -> None:
    for place in (room, start_direct_room(by=alice, user=bob)):
        assert refusal(make_link, room=place.pk, by=alice).code is ErrorCode.NOT_ALLOWED


def test_a_revoked_link_opens_nothing(
    private_room: Room, link: InviteLink, alice: User, carol: User
) -> None:
    for _ in range(2):
        revoke_link(room=private_room.pk, by=alice, link=link.pk)
    assert same_as_none(link, carol)
    revoked = InviteLink.objects.get()
    assert (revoked.revoked_by, list(queries.standing_links(room=private_room.pk))) == (alice, [])


def test_links_are_revoked_by_moderators_and_staff_only(
    private_room: Room, link: InviteLink, bob: User, carol: User
) -> None:
    revoke = partial(revoke_link, room=private_room.pk, link=link.pk)
    assert refusal(revoke, by=bob).code is ErrorCode.NOT_ALLOWED
    assert refusal(revoke, by=carol).code is ErrorCode.ROOM_NOT_FOUND
    revoke(by=entrust(make_user()))


def test_nobody_revokes_a_link_of_another_room(
    private_room: Room, link: InviteLink, carol: User
) -> None:
    elsewhere = make_room(carol)
    error = refusal(revoke_link, room=elsewhere.pk, by=carol, link=link.pk)
    assert error.code is ErrorCode.INVALID_EVENT
    assert InviteLink.objects.get().revoked_at is None


# When they end


def test_a_link_ends_with_its_time(
    private_room: Room, alice: User, carol: User, later: Later
) -> None:
    link = make_link(
        room=private_room.pk, by=alice, expires_at=timezone.now() + timedelta(seconds=60)
    )
    later(61)
    assert same_as_none(link, carol)


def test_a_link_ends_with_its_last_use(private_room: Room, alice: User, carol: User) -> None:
    link = make_link(room=private_room.pk, by=alice, use_limit=1)
    join_by_link(token=link.token, user=carol)
    assert same_as_none(link, make_user())


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_only_so_many_come_in(private_room: Room, alice: User) -> None:
    link = make_link(room=private_room.pk, by=alice, use_limit=2)

    def knock(user: User) -> bool:
        try:
            join_by_link(token=link.token, user=user)
        except ChatError:
            return False
        return True

    came_in = together(*[partial(knock, make_user()) for _ in range(6)])
    assert sum(came_in) == InviteLink.objects.get().uses == 2


def test_a_link_is_as_good_as_who_made_it(
    private_room: Room, alice: User, bob: User, carol: User
) -> None:
    appoint(private_room, bob)
    link = make_link(room=private_room.pk, by=bob)
    assert queries.open_link(token=link.token, user=carol)
    set_role(room=private_room.pk, by=alice, user=bob, role=Role.MEMBER, reason="")
    assert same_as_none(link, carol)
    appoint(private_room, bob)
    assert queries.open_link(token=link.token, user=carol)
    end_membership(room=private_room.pk, user=bob)
    assert same_as_none(link, carol)
    assert same_as_none(link, bob)


def test_the_link_of_somebody_suspended_opens_nothing(
    link: InviteLink, alice: User, carol: User
) -> None:
    deactivate(user=User.objects.get(pk=alice.pk))
    assert same_as_none(link, carol)


# Whom they do not let in


def test_who_is_banned_finds_no_such_link(
    private_room: Room, link: InviteLink, alice: User, bob: User
) -> None:
    ban_member(room=private_room.pk, by=alice, user=bob, reason="")
    assert same_as_none(link, bob)
    assert InviteLink.objects.get().uses == 0


def test_nobody_suspended_comes_in(link: InviteLink, carol: User) -> None:
    deactivate(user=User.objects.get(pk=carol.pk))
    assert refusal(join_by_link, token=link.token, user=carol).code is ErrorCode.ROOM_NOT_FOUND
    assert not Membership.objects.filter(user=carol).exists()


def test_nobody_joins_a_closed_room(
    private_room: Room, link: InviteLink, alice: User, carol: User
) -> None:
    close_room(room=private_room.pk, by=alice)
    assert refusal(join_by_link, token=link.token, user=carol).code is ErrorCode.ROOM_CLOSED
    assert refusal(make_link, room=private_room.pk, by=alice).code is ErrorCode.ROOM_CLOSED


@pytest.mark.parametrize("token", ["", "nothing", "a\0b", "x" * 500])
def test_odd_tokens_open_nothing(carol: User, token: str) -> None:
    assert refusal(join_by_link, token=token, user=carol).code is ErrorCode.ROOM_NOT_FOUND


@pytest.mark.parametrize("options", [{"use_limit": 0}, {"expires_at": "past"}])
def test_a_link_that_would_open_nothing_is_not_made(
    private_room: Room, alice: User, options: dict[str, Any]
) -> None:
    if "expires_at" in options:
        options = {"expires_at": timezone.now()}
    error = refusal(make_link, room=private_room.pk, by=alice, **options)
    assert error.code is ErrorCode.INVALID_EVENT


def test_so_many_links_stand_at_once(private_room: Room, alice: User) -> None:
    links = [make_link(room=private_room.pk, by=alice) for _ in range(LINKS_LIMIT)]
    assert refusal(make_link, room=private_room.pk, by=alice).code is ErrorCode.NOT_ALLOWED
    revoke_link(room=private_room.pk, by=alice, link=links[0].pk)
    make_link(room=private_room.pk, by=alice)
