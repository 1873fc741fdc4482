"""Access that ends: of whom, with which code, and that nothing is heard or done afterwards."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest

from accounts.actions import access
from accounts.identity import Identity
from accounts.models import User
from accounts.signals import EndReason
from chat import fanout, reads
from chat import hub as hubs
from chat.actions import memberships, moderation
from chat.bus_items import AccessEnded
from chat.models import Membership, Message, Room
from chat.protocol.close_codes import CloseCode
from chat.session import ChatSession
from chat.welcoming import what_waits
from tests.harness.fixtures import Person, make_place
from tests.harness.in_process import Link, LocalClient, Process
from tests.harness.oracle import in_database
from tests.harness.outbox import Refused

from .house import until
from .presence_scene import comes, settled


def closed(client: LocalClient) -> int | None:
    return client._link.closed


def frame(event: str, **data: Any) -> bytes:
    return msgspec.json.encode({"event": event, "data": data, "ref": "late"})


def texts(room: Room) -> list[str]:
    return list(Message.objects.filter(room=room, kind="text").values_list("text", flat=True))


# Whose

CODES = dict.fromkeys(EndReason, CloseCode.NOT_LOGGED_IN) | {
    EndReason.DEACTIVATED: CloseCode.NO_LONGER_ALLOWED
}


@pytest.mark.parametrize("reason", EndReason)
async def test_each_reason_is_told_and_closes_with_its_code(
    reason: EndReason, two: list[Process], people: list[Person], place: Room
) -> None:
    bob = people[1]
    tabs = [await comes(bob, process, place) for process in two]
    two[0].hub.take((AccessEnded(bob.user.pk, "", "", reason),))
    for tab in tabs:
        await tab.until(lambda: tab.heard("session_ended"), "for the end")  # noqa: B023
        assert tab.heard("session_ended") == [{"reason": reason}]
        assert closed(tab) == CODES[reason]


async def test_a_signal_that_comes_late_does_not_end_later_logins(
    two: list[Process], people: list[Person], place: Room
) -> None:
    """Redis was away, the person has changed the password and come in again since then."""
    bob = people[1]
    old = await comes(bob, two[0], place)
    later = Identity(bob.user, bob.user.access_version + 1, session_key="later")
    new = LocalClient(bob)
    new._session = ChatSession(
        hub=two[1].hub, writer=two[1].writer, transport=Link(new), identity=later
    )
    two[1].hub.add(new._session)
    signal = AccessEnded(
        bob.user.pk, "", "", EndReason.PASSWORD_CHANGED, bob.user.access_version + 1
    )
    two[0].hub.take((signal,))
    await until(lambda: closed(old) == 4401)
    await settled(*two)
    assert not new._session.ended


async def test_accounts_tells_which_logins_are_meant(people: list[Person]) -> None:
    bob = people[1]
    heard: list[Any] = []
    fanout.attach(heard.extend)
    try:
        await in_database(
            access.end_all_access, user=bob.user, reason=EndReason.LOGGED_OUT_EVERYWHERE
        )
    finally:
        fanout.detach(heard.extend)
    version = bob.identity.access_version + 1
    assert heard == [AccessEnded(bob.user.pk, "", "", "logged_out_everywhere", version)]


# In the middle of something


async def test_frames_that_wait_when_the_session_ends_do_nothing(
    two: list[Process], people: list[Person], place: Room
) -> None:
    bob = people[1]
    tab = await comes(bob, two[0], place)
    session = tab._session
    assert session is not None
    session.end(reason=EndReason.LOGGED_OUT)
    answers = len(tab.events)
    for waiting in (
        frame("send_message", room_id=place.slug, message="late"),
        frame("join_room", room_id=place.slug),
        frame("ping"),
    ):
        await session.handle(waiting)
    assert await in_database(texts, place) == []
    assert len(tab.events) == answers
    assert tab.late == []


async def test_who_was_shut_out_unheard_can_neither_join_nor_write(
    two: list[Process], people: list[Person], place: Room
) -> None:
    """The signal was lost; the session lives until the next check, but changes nothing."""
    bob = people[1]
    elsewhere = await in_database(make_place, people[0])
    tab = await comes(bob, two[0], place)
    said = await tab.say(place.slug, "before")
    await in_database(User.objects.filter(pk=bob.user.pk).update, is_active=False)
    message = {"room_id": place.slug, "message_id": said["message_id"]}
    for event, data, code in (
        ("send_message", {"room_id": place.slug, "message": "after"}, "not_a_member"),
        ("edit_message", {**message, "message": "after"}, "not_a_member"),
        ("delete_message", message, "not_a_member"),
        ("join_room", {"room_id": elsewhere.slug}, "not_a_member"),
    ):
        with pytest.raises(Refused, match=code):
            await tab.ask(event, **data)
    assert await in_database(texts, place) == ["before"]
    assert not await in_database(Membership.objects.filter(room=elsewhere, user=bob.user).exists)


# Coming in when it is over already


async def greet(client: LocalClient, process: Process, identity: Identity) -> bool:
    client._session = ChatSession(
        hub=process.hub, writer=process.writer, transport=client._link, identity=identity
    )
    return await client._session.start()


async def test_a_login_that_ends_during_the_greeting_is_not_welcomed(
    two: list[Process], people: list[Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    bob = people[1]
    client = LocalClient(bob)
    loop = asyncio.get_running_loop()
    hub = two[0].hub

    def read_then_end(identity: Identity) -> Any:
        answer = what_waits(identity)
        ended = AccessEnded(bob.user.pk, "", "", EndReason.LOGGED_OUT)
        loop.call_soon_threadsafe(hub.hearing.hear, (ended,))
        return answer

    monkeypatch.setattr("chat.session.what_waits", read_then_end)
    await greet(client, two[0], bob.identity)
    assert closed(client) == 4401
    assert client.heard("welcome") == []
    assert not hub.sessions
    assert not hub.activity._members


# What the check finds


async def test_the_check_finds_memberships_that_are_gone(
    two: list[Process], people: list[Person], place: Room
) -> None:
    _, bob, carol = people
    clients = [await comes(person, two[0], place) for person in (bob, carol)]
    await in_database(Membership.objects.filter(user=bob.user).delete)
    await two[0].hub.checks.access()
    assert clients[0].heard("membership_ended") == [{"room_id": place.slug, "reason": "ended"}]
    assert clients[1].heard("membership_ended") == []
    assert [closed(client) for client in clients] == [None, None]


async def test_who_comes_back_during_the_check_stays(
    two: list[Process], people: list[Person], place: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    bob = people[1]
    tab = await comes(bob, two[0], place)
    ask = reads.memberships_still_there
    await in_database(Membership.objects.filter(user=bob.user).delete)

    async def come_back_meanwhile(pairs: Any) -> Any:
        answer = await ask(pairs)
        await in_database(memberships.join_room, room=place.pk, user=bob.user)
        await tab.open(place.slug)
        return answer

    monkeypatch.setattr(reads, "memberships_still_there", come_back_meanwhile)
    await two[0].hub.checks.access()
    assert tab.heard("membership_ended") == []
    assert tab.has_open(place.slug)


# Leaving a room


@pytest.mark.parametrize("how", ["left", "removed"])
async def test_a_membership_that_ends_says_why_and_the_room_is_closed_in_every_tab(
    how: str, two: list[Process], people: list[Person], place: Room, monkeypatch: Any
) -> None:
    alice, bob, _ = people
    monkeypatch.setattr(hubs, "ROOM_LINGERS", 0.0)
    tabs = [await comes(bob, process, place) for process in two]
    if how == "removed":
        await in_database(
            moderation.remove_member, room=place.pk, by=alice.user, user=bob.user, reason=""
        )
    else:
        await in_database(memberships.end_membership, room=place.pk, user=bob.user)
    for tab in tabs:
        await tab.until(lambda: tab.heard("membership_ended"), "for the end")  # noqa: B023
        assert tab.heard("membership_ended") == [{"room_id": place.slug, "reason": how}]
        assert closed(tab) is None
    # A room that nobody is left in is not kept for ever.
    await until(lambda: not any(process.hub.rooms for process in two))
