"""The check of logins and memberships that trusts no bus: what it looks at, what it notes."""

import pytest

from accounts.models import User
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
    await house.hub.check_access()
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
    await house.hub.check_access()
    for user in (alice, bob):
        await user.arefresh_from_db(fields=["last_seen"])
    assert alice.last_seen is not None
    assert bob.last_seen is None
