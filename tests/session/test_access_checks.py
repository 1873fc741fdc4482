"""The check of logins and memberships that trusts no bus: what it looks at, what it notes."""

from collections.abc import Collection
from datetime import datetime

import pytest

from accounts.models import User
from chat import reads
from chat.actions.direct import start_direct_room
from chat.actions.memberships import end_membership, join_room
from chat.actions.messages import send_message
from chat.bus_items import MembershipBegan
from chat.models import Membership, Room
from chat.threads import in_thread
from tests.factories import make_room

from .house import House

pytestmark = pytest.mark.django_db(transaction=True)


async def test_the_check_goes_on_past_a_room_that_the_hub_has_forgotten(
    house: House, room: Room, alice: User, bob: User
) -> None:
    elsewhere = await in_thread(make_room, alice, name="Elsewhere")
    talkers = [await house.visit(user) for user in (bob, alice)]
    await talkers[0].join(room.slug)
    await talkers[1].join(elsewhere.slug)
    del house.hub.rooms[elsewhere.pk]
    await Membership.objects.all().adelete()
    await house.hub.checks.access()
    ended = [talker.heard("membership_ended") for talker in talkers]
    assert ended == [
        [{"room_id": room.slug, "reason": "ended"}],
        [{"room_id": elsewhere.slug, "reason": "ended"}],
    ]


async def test_whoever_is_connected_at_the_check_was_last_seen_then(
    house: House, alice: User, bob: User
) -> None:
    await house.visit(alice)
    await User.objects.aupdate(last_seen=None)
    await house.hub.checks.access()
    for user in (alice, bob):
        await user.arefresh_from_db(fields=["last_seen"])
    assert alice.last_seen is not None
    assert bob.last_seen is None


async def test_the_check_tells_of_memberships_that_began_unheard(
    deaf_house: House, room: Room, alice: User, carol: User
) -> None:
    tabs = [await deaf_house.visit(carol) for _ in range(2)]
    stranger = await deaf_house.visit(alice)
    await in_thread(join_room, room=room.pk, user=carol)
    await in_thread(send_message, room=room.pk, sender=alice, text="Hi @carol")
    for _ in range(2):
        await deaf_house.hub.checks.access()
        for tab in tabs:
            [told] = tab.heard("membership_began")
            assert told["room"]["room_id"] == room.slug
            assert (told["room"]["unread"], told["room"]["mentions"]) == (1, 1)
    assert stranger.heard("membership_began") == []
    await in_thread(send_message, room=room.pk, sender=alice, text="More")
    await deaf_house.hub.checks.heads()
    await deaf_house.hub.activity.tell()
    assert [tab.heard("room_activity")[-1]["unread"] for tab in tabs] == [2, 2]


async def test_who_heard_of_a_membership_is_not_told_again_by_the_check(
    house: House, room: Room, carol: User
) -> None:
    aware = await house.visit(carol)
    await in_thread(join_room, room=room.pk, user=carol)
    await aware.hears("membership_began")
    welcomed = await house.visit(carol)
    await house.hub.checks.access()
    assert [len(tab.heard("membership_began")) for tab in (aware, welcomed)] == [1, 0]


async def test_a_membership_that_ends_while_it_is_looked_for_does_not_begin_again(
    house: House, room: Room, carol: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    tab = await house.visit(carol)
    await in_thread(join_room, room=room.pk, user=carol)
    await tab.hears("membership_began")
    read = reads.memberships_begun

    async def read_then_leave(users: Collection[int], *, since: datetime) -> list[MembershipBegan]:
        answer = await read(users, since=since)
        await in_thread(end_membership, room=room.pk, user=carol)
        await tab.hears("membership_ended")
        return answer

    monkeypatch.setattr(reads, "memberships_begun", read_then_leave)
    await house.hub.checks.access()
    assert len(tab.heard("membership_began")) == 1
    await in_thread(join_room, room=room.pk, user=carol)
    assert len(await tab.hears("membership_began", 2)) == 2


async def test_what_is_said_while_a_membership_is_looked_for_is_counted(
    deaf_house: House,
    room: Room,
    alice: User,
    bob: User,
    carol: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tab, other = await deaf_house.visit(carol), await deaf_house.visit(bob)
    await in_thread(join_room, room=room.pk, user=carol)
    read = reads.memberships_begun

    async def read_too_early(users: Collection[int], *, since: datetime) -> list[MembershipBegan]:
        answer = await read(users, since=since)
        await in_thread(send_message, room=room.pk, sender=alice, text="Hi")
        await deaf_house.hub.checks.heads()
        await deaf_house.hub.activity.tell()
        assert [told["unread"] for told in other.heard("room_activity")] == [1]
        return answer

    monkeypatch.setattr(reads, "memberships_begun", read_too_early)
    await deaf_house.hub.checks.access()
    await deaf_house.hub.activity.tell()
    [began], [told] = tab.heard("membership_began"), tab.heard("room_activity")
    assert (began["room"]["unread"], told["unread"]) == (0, 1)


async def test_a_conversation_that_began_unheard_bears_the_others_name(
    deaf_house: House, alice: User, bob: User
) -> None:
    tab = await deaf_house.visit(bob)
    await in_thread(start_direct_room, by=alice, user=bob)
    await deaf_house.hub.checks.access()
    [told] = tab.heard("membership_began")
    assert told["room"]["with"]["username"] == "alice"
