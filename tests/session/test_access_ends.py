"""Access ends when it ends: sessions close or leave the room, and nothing is delivered after."""

import asyncio
from typing import Any

import pytest

from accounts.actions.access import deactivate, end_all_access, end_session
from accounts.actions.tokens import revoke_token
from accounts.identity import Identity
from accounts.models import AuthToken, User
from accounts.signals import EndReason
from chat import queries
from chat.actions.memberships import end_membership, join_room
from chat.actions.messages import send_message
from chat.actions.moderation import remove_member
from chat.models import Room
from chat.threads import in_thread

from .house import House, Talker, session_identity, token_identity, until

pytestmark = pytest.mark.django_db(transaction=True)


async def come_in(house: House, identity: Identity, room: Room) -> Talker:
    talker = house.talker(identity)
    assert await talker.session.start()
    await talker.join(room.slug)
    talker.forget()
    return talker


@pytest.fixture
async def tabs(house: House, room: Room, bob: User) -> list[Talker]:
    """Two tabs of one login in a browser, one of another, and a program, all of bob's."""
    one, two = [await in_thread(session_identity, bob) for _ in range(2)]
    program = await in_thread(token_identity, bob)
    return [await come_in(house, identity, room) for identity in (one, one, two, program)]


@pytest.fixture
async def other(house: House, room: Room, alice: User) -> Talker:
    return await come_in(house, await in_thread(token_identity, alice), room)


async def hears_no_more(ended: list[Talker], living: list[Talker], room: Room) -> None:
    """Something is said: the living hear it, the others do not."""
    for talker in ended:
        talker.forget()
    await in_thread(send_message, room=room.pk, sender=living[0].session.user, text="A secret")
    for talker in living:
        await talker.hears_words("A secret")
    assert [talker.frames for talker in ended] == [[] for _ in ended]


def closed_with(talker: Talker, reason: str, code: int) -> bool:
    last = talker.frames[-1]
    return (last["event"], last["data"], talker.closed) == (
        "session_ended",
        {"reason": reason},
        code,
    )


async def test_a_logout_ends_the_tabs_of_that_login_only(
    house: House, tabs: list[Talker], other: Talker, room: Room, bob: User
) -> None:
    key = tabs[0].session.identity.session_key
    assert key
    await in_thread(end_session, user=bob, session_key=key)
    await until(lambda: tabs[0].closed and tabs[1].closed)
    assert all(closed_with(talker, "logged_out", 4401) for talker in tabs[:2])
    assert house.hub.count_of(bob.pk) == 2
    await hears_no_more(tabs[:2], [other, *tabs[2:]], room)


async def test_a_revoked_token_ends_its_own_sessions_only(
    tabs: list[Talker], other: Talker, room: Room, bob: User
) -> None:
    digest = tabs[3].session.identity.token_digest
    assert digest
    await in_thread(revoke_token, user=bob, digest=digest)
    await until(lambda: tabs[3].closed)
    assert closed_with(tabs[3], "token_revoked", 4401)
    await hears_no_more(tabs[3:], [other, *tabs[:3]], room)


@pytest.mark.parametrize("reason", [EndReason.LOGGED_OUT_EVERYWHERE, EndReason.PASSWORD_CHANGED])
async def test_a_logout_everywhere_ends_everything_of_the_person(
    reason: EndReason, tabs: list[Talker], other: Talker, room: Room, bob: User
) -> None:
    await in_thread(end_all_access, user=bob, reason=reason)
    await until(lambda: all(talker.closed for talker in tabs))
    assert all(closed_with(talker, str(reason), 4401) for talker in tabs)
    await hears_no_more(tabs, [other], room)


async def test_who_is_deactivated_is_told_not_to_come_back(
    tabs: list[Talker], other: Talker, room: Room, bob: User
) -> None:
    await in_thread(deactivate, user=bob)
    await until(lambda: all(talker.closed for talker in tabs))
    assert all(closed_with(talker, "deactivated", 4403) for talker in tabs)
    await hears_no_more(tabs, [other], room)


async def test_a_login_that_does_not_hold_does_not_come_in(
    house: House, room: Room, bob: User
) -> None:
    identity = await in_thread(token_identity, bob)
    await AuthToken.objects.all().adelete()
    talker = house.talker(identity)
    assert await talker.session.start() is False
    assert closed_with(talker, "expired", 4401)
    assert house.hub.count_of(bob.pk) == 0


# What no signal told of


async def test_the_check_ends_logins_that_ended_silently(
    house: House, tabs: list[Talker], other: Talker, room: Room
) -> None:
    from django.contrib.sessions.models import Session

    await Session.objects.filter(pk=tabs[0].session.identity.session_key).adelete()
    await AuthToken.objects.filter(digest=tabs[3].session.identity.token_digest).adelete()
    await house.hub.checks.access()
    ended = [tabs[0], tabs[1], tabs[3]]
    assert all(closed_with(talker, "expired", 4401) for talker in ended)
    await hears_no_more(ended, [other, tabs[2]], room)


async def test_the_check_ends_all_of_who_was_shut_out_silently(
    house: House, tabs: list[Talker], other: Talker, room: Room, bob: User
) -> None:
    await User.objects.filter(pk=bob.pk).aupdate(is_active=False)
    await house.hub.checks.access()
    assert all(closed_with(talker, "deactivated", 4403) for talker in tabs)
    await hears_no_more(tabs, [other], room)


async def test_the_check_ends_logins_of_an_older_access_version(
    house: House, tabs: list[Talker], bob: User
) -> None:
    await User.objects.filter(pk=bob.pk).aupdate(access_version=bob.access_version + 1)
    await house.hub.checks.access()
    assert all(talker.closed == 4401 for talker in tabs)


async def test_the_check_finds_nothing_where_nothing_ended(
    house: House, tabs: list[Talker], other: Talker, room: Room
) -> None:
    await house.hub.checks.access()
    await hears_no_more([], [other, *tabs], room)


# Memberships


async def test_who_leaves_a_room_leaves_it_in_all_sessions(
    house: House, tabs: list[Talker], other: Talker, room: Room, bob: User
) -> None:
    await in_thread(end_membership, room=room.pk, user=bob)
    for talker in tabs:
        [told] = await talker.hears("membership_ended")
        assert told == {"room_id": room.slug, "reason": "left"}
        [message] = talker.heard("new_message")
        assert message["act"] == "left"
        assert talker.frames[-1]["event"] == "membership_ended"
    await hears_no_more(tabs, [other], room)
    error = await tabs[0].refused("typing", room_id=room.slug, typing=True)
    assert error["code"] == "not_a_member"


async def test_who_is_removed_hears_why_and_may_come_back_if_the_room_lets_them(
    tabs: list[Talker], other: Talker, room: Room, alice: User, bob: User
) -> None:
    await in_thread(remove_member, room=room.pk, by=alice, user=bob, reason="")
    [told] = await tabs[0].hears("membership_ended")
    assert told["reason"] == "removed"
    await tabs[0].join(room.slug)
    for talker in tabs[1:]:
        talker.forget()
    await hears_no_more([], [other, tabs[0]], room)
    # They may hear that the room moves, which is theirs again, and nothing of what is said in it.
    assert {frame["event"] for talker in tabs[1:] for frame in talker.frames} <= {"room_activity"}


async def test_nothing_of_a_private_room_is_heard_after_a_removal(
    house: House, private_room: Room, alice: User, bob: User
) -> None:
    talker = await house.visit(bob)
    await talker.join(private_room.slug)
    await in_thread(remove_member, room=private_room.pk, by=alice, user=bob, reason="")
    await in_thread(send_message, room=private_room.pk, sender=alice, text="A secret")
    await talker.hears("membership_ended")
    await asyncio.sleep(0.02)
    assert "secret" not in str(talker.frames)
    for event, data in (("fetch_history", {"before": 99}), ("mark_read", {"sequence": 1})):
        error = await talker.refused(event, room_id=private_room.slug, **data)
        assert error["code"] == "room_not_found"


async def test_who_left_and_came_back_hears_only_once(
    house: House, tabs: list[Talker], room: Room, bob: User
) -> None:
    await in_thread(end_membership, room=room.pk, user=bob)
    await in_thread(join_room, room=room.pk, user=bob)
    await tabs[0].hears("membership_ended")
    await tabs[0].join(room.slug)
    tabs[0].forget()
    await in_thread(send_message, room=room.pk, sender=bob, text="Hi")
    await tabs[0].hears("new_message")
    await asyncio.sleep(0.02)
    assert len(tabs[0].heard("new_message")) == 1


# Going down


async def test_a_session_that_is_shut_down_first_answers_what_is_under_way(
    house: House, room: Room, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    talker = await come_in(house, await in_thread(token_identity, bob), room)
    gate = asyncio.Event()
    original = house.writer.store

    async def slow(draft: Any) -> Any:
        await gate.wait()
        return await original(draft)

    monkeypatch.setattr(house.writer, "store", slow)
    saying = asyncio.create_task(talker.done("send_message", room_id=room.slug, message="Hi"))
    await asyncio.sleep(0)
    going = asyncio.create_task(talker.session.shut_down())
    await asyncio.sleep(0.01)
    assert talker.closed is None
    gate.set()
    assert (await saying)["sequence"]
    await going
    assert talker.closed == 1012


async def test_a_session_that_is_shut_down_begins_nothing_new(
    house: House, room: Room, bob: User
) -> None:
    talker = await come_in(house, await in_thread(token_identity, bob), room)
    first = asyncio.create_task(talker.send("send_message", room_id=room.slug, message="1"))
    await asyncio.sleep(0)
    going = asyncio.create_task(talker.session.shut_down())
    await first
    await talker.send("send_message", room_id=room.slug, message="2")
    await going
    texts = [
        text async for text in room.messages.filter(kind="text").values_list("text", flat=True)
    ]
    assert (texts, talker.closed) == (["1"], 1012)


async def test_a_page_of_history_that_was_being_read_is_kept_back(
    house: House, room: Room, alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    await in_thread(send_message, room=room.pk, sender=alice, text="A secret")
    talker = await come_in(house, await in_thread(token_identity, bob), room)
    read = asyncio.Event()

    async def slowly(call: Any, *args: Any, **kwargs: Any) -> Any:
        page = await in_thread(call, *args, **kwargs)
        if call is queries.history_page:
            read.set()
            await until(lambda: talker.heard("membership_ended"))
        return page

    monkeypatch.setattr("chat.verbs.in_thread", slowly)
    asked = asyncio.create_task(talker.refused("fetch_history", room_id=room.slug, before=99))
    await read.wait()
    await in_thread(remove_member, room=room.pk, by=alice, user=bob, reason="")
    assert (await asked)["code"] == "not_a_member"
