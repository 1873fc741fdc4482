"""What a session answers to each thing a client may ask."""

import asyncio
import logging
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone

from accounts.models import User
from chat import joining
from chat.actions.messages import send_message
from chat.actions.moderation import mute_member, unmute_member
from chat.models import Message, Room
from chat.protocol.inbound import INBOUND
from chat.threads import in_thread
from tests.factories import make_room

from .house import House, Talker, token_identity

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
async def talking(house: House, alice: User, bob: User, room: Room) -> list[Talker]:
    """Alice and bob, with the room open."""
    talkers = [await house.visit(user) for user in (alice, bob)]
    for talker in talkers:
        await talker.join(room.slug)
        talker.forget()
    return talkers


# Coming in


async def test_a_session_is_welcomed_with_who_one_is_and_what_there_is(
    house: House, alice: User, room: Room, settings: Any
) -> None:
    settings.CHAT_TEXT_LIMIT = 123
    talker = await house.visit(alice)
    [frame] = talker.frames
    assert frame["event"] == "welcome"
    welcome = frame["data"]
    assert (welcome["protocol"], welcome["session_id"]) == (1, talker.session.id)
    assert welcome["user"]["username"] == "alice"
    assert set(welcome["capabilities"]) == set(INBOUND)
    assert welcome["limits"] == {"text": 123, "frame": 65536, "open_rooms": 50, "history": 50}
    [summary] = welcome["rooms"]
    assert (summary["room_id"], summary["head"], summary["unread"]) == (room.slug, 1, 0)
    assert welcome["server_time"].endswith("Z")


# Saying


async def test_a_message_is_acknowledged_once_it_is_stored(
    talking: list[Talker], room: Room
) -> None:
    alice, _ = talking
    ack = await alice.done("send_message", room_id=room.slug, message="Hi", client_id="c1")
    stored = await Message.objects.aget(pk=ack["message_id"])
    assert (stored.text, stored.sequence) == ("Hi", ack["sequence"])
    assert ack["changed_sequence"] == ack["sequence"]
    assert (ack["client_id"], ack["timestamp"][-1]) == ("c1", "Z")
    for each in talking:
        [heard] = await each.hears("new_message")
        assert (heard["message"], heard["sequence"]) == ("Hi", ack["sequence"])
        assert heard["timestamp"] == ack["timestamp"]


async def test_a_retry_is_acknowledged_with_the_same_message_and_heard_once(
    talking: list[Talker], room: Room
) -> None:
    alice, bob = talking
    said = {"room_id": room.slug, "message": "Hi", "client_id": "c1"}
    assert await alice.done("send_message", **said) == await alice.done("send_message", **said)
    await alice.done("send_message", room_id=room.slug, message="Ho")
    heard = await bob.hears("new_message", 2)
    assert [each["message"] for each in heard] == ["Hi", "Ho"]


async def test_a_retry_is_acknowledged_though_a_filter_would_refuse_it_now(
    talking: list[Talker], room: Room, settings: Any
) -> None:
    alice, _ = talking
    said = {"room_id": room.slug, "message": "rude", "client_id": "c1"}
    ack = await alice.done("send_message", **said)
    settings.CHAT_MESSAGE_FILTERS = ["tests.domain.filters.refuse_rude_words"]
    assert await alice.done("send_message", **said) == ack
    error = await alice.refused("send_message", **said | {"client_id": "c2"})
    assert error["code"] == "not_allowed"


async def test_one_may_speak_in_a_room_one_has_not_open(
    house: House, talking: list[Talker], alice: User, room: Room
) -> None:
    other = await house.visit(alice)
    await other.done("send_message", room_id=room.slug, message="Hi")
    await talking[1].hears("new_message")
    assert other.heard("new_message") == []


async def test_messages_of_one_session_keep_their_order(talking: list[Talker], room: Room) -> None:
    alice, bob = talking
    for number in range(30):
        await alice.send("send_message", room_id=room.slug, message=f"{number}")
    heard = await bob.hears("new_message", 30)
    assert [each["message"] for each in heard] == [f"{number}" for number in range(30)]


async def test_messages_of_many_sessions_are_stored_together_and_heard_in_order(
    talking: list[Talker], room: Room
) -> None:
    acks = await asyncio.gather(
        *(
            talking[n % 2].done("send_message", room_id=room.slug, message=f"{n}", client_id=f"{n}")
            for n in range(60)
        )
    )
    heard = await talking[0].hears("new_message", 60)
    assert [each["sequence"] for each in heard] == sorted(ack["sequence"] for ack in acks)
    assert {each["client_id"]: each["message_id"] for each in heard} == {
        ack["client_id"]: ack["message_id"] for ack in acks
    }


@pytest.mark.parametrize(
    ("event", "data", "code"),
    [
        ("send_message", {"message": " "}, "empty_message"),
        ("send_message", {"message": "x" * 4001}, "message_too_long"),
        ("send_message", {"message": "Hi", "reply_to": 999_999}, "invalid_event"),
        ("edit_message", {"message_id": 999_999, "message": "Ho"}, "invalid_event"),
        ("delete_message", {"message_id": 999_999}, "invalid_event"),
        ("react", {"message_id": 999_999, "emoji": "🎉", "on": True}, "invalid_event"),
        ("react", {"message_id": 1, "emoji": "hooray", "on": True}, "invalid_event"),
        ("pin", {"message_id": 999_999, "on": True}, "invalid_event"),
        ("authenticate", {"token": "parley_x"}, "not_allowed"),
    ],
)
async def test_what_breaks_a_rule_is_refused_and_the_session_lives(
    event: str, data: dict[str, Any], code: str, talking: list[Talker], room: Room
) -> None:
    alice, _ = talking
    if event != "authenticate":
        data = {"room_id": room.slug, **data}
    error = await alice.refused(event, **data)
    assert error["code"] == code
    assert await alice.done("send_message", room_id=room.slug, message="Still here")


async def test_an_error_names_its_field_and_limit(talking: list[Talker], room: Room) -> None:
    error = await talking[0].refused("send_message", room_id=room.slug, message="x" * 4001)
    assert error["details"] == {"field": "message", "limit": 4000}


# Editing and deleting


async def test_an_edit_is_acknowledged_and_heard(talking: list[Talker], room: Room) -> None:
    alice, bob = talking
    said = await alice.done("send_message", room_id=room.slug, message="Hi")
    about = {"room_id": room.slug, "message_id": said["message_id"]}
    edited = await alice.done("edit_message", message="Ho", base_sequence=said["sequence"], **about)
    assert edited["sequence"] == said["sequence"]
    [heard] = await bob.hears("message_edited")
    assert (heard["message"], heard["edited"]) == ("Ho", True)
    assert heard["changed_sequence"] == edited["changed_sequence"] == said["sequence"] + 1
    error = await alice.refused("edit_message", message="Hu", base_sequence=1, **about)
    assert error["code"] == "conflict"
    assert (await bob.refused("edit_message", message="Hu", **about))["code"] == "not_allowed"


async def test_a_deletion_is_acknowledged_and_heard_without_the_text(
    talking: list[Talker], room: Room
) -> None:
    alice, bob = talking
    said = await alice.done("send_message", room_id=room.slug, message="Hi")
    about = {"room_id": room.slug, "message_id": said["message_id"]}
    assert (await bob.refused("delete_message", **about))["code"] == "not_allowed"
    deleted = await alice.done("delete_message", **about)
    [heard] = await bob.hears("message_deleted")
    assert (heard["message"], heard["deleted"]) == ("", True)
    assert heard["changed_sequence"] == deleted["changed_sequence"]


# Reacting and pinning


async def test_a_reaction_is_acknowledged_and_heard_with_the_whole_message(
    talking: list[Talker], room: Room
) -> None:
    alice, bob = talking
    said = await alice.done("send_message", room_id=room.slug, message="Hi")
    about = {"room_id": room.slug, "message_id": said["message_id"], "emoji": "🎉"}
    stored = await bob.done("react", on=True, **about)
    assert stored == said | {"changed_sequence": said["sequence"] + 1}
    [heard] = await alice.hears("reaction_changed")
    assert heard["reactions"] == [{"emoji": "🎉", "count": 1, "usernames": ["bob"]}]
    assert (heard["message"], heard["changed_sequence"]) == ("Hi", stored["changed_sequence"])
    assert await bob.done("react", on=True, **about) == stored
    await bob.done("react", on=False, **about)
    [_, heard] = await alice.hears("reaction_changed", 2)
    assert "reactions" not in heard


async def test_a_pin_is_acknowledged_and_heard_with_the_whole_message(
    talking: list[Talker], room: Room
) -> None:
    alice, bob = talking
    said = await bob.done("send_message", room_id=room.slug, message="Hi")
    about = {"room_id": room.slug, "message_id": said["message_id"], "on": True}
    assert (await bob.refused("pin", **about))["code"] == "not_allowed"
    await alice.done("pin", **about)
    [heard] = await bob.hears("pin_changed")
    assert (heard["message"], heard["pinned"], heard["pinned_by"]) == ("Hi", True, "alice")


async def test_who_comes_later_sees_reactions_pins_and_quotes(
    house: House, deaf_house: House, talking: list[Talker], alice: User, room: Room
) -> None:
    """From the memory of a hub that heard of them, and from the database alike."""
    here, bob = talking
    said = await here.done("send_message", room_id=room.slug, message="Hi")
    about = {"room_id": room.slug, "message_id": said["message_id"], "on": True}
    await bob.done("send_message", room_id=room.slug, message="Ho", reply_to=said["message_id"])
    await bob.done("react", emoji="🎉", **about)
    await here.done("pin", **about)
    await here.done("edit_message", message="Hey", **about)
    await bob.hears("message_edited", 2)
    seen = []
    for each in (house, deaf_house):
        [history] = await (await each.visit(alice)).join(room.slug)
        seen.append(history["messages"][-2:])
    assert seen[0] == seen[1]
    first, reply = seen[0]
    assert (first["message"], first["pinned"], len(first["reactions"])) == ("Hey", True, 1)
    assert reply["quote"]["text"] == "Hey"


# Typing


async def test_typing_is_heard_by_everybody_but_the_session_it_comes_from(
    house: House, talking: list[Talker], alice: User, room: Room
) -> None:
    here, bob = talking
    other_tab = await house.visit(alice)
    await other_tab.join(room.slug)
    for typing in (True, False):
        assert await here.done("typing", room_id=room.slug, typing=typing) == {}
    for each in (bob, other_tab):
        heard = await each.hears("user_typing", 2)
        assert heard == [
            {"room_id": room.slug, "username": "alice", "typing": typing}
            for typing in (True, False)
        ]
    assert here.heard("user_typing") == []


async def test_nobody_types_in_a_room_they_have_not_open(
    house: House, alice: User, room: Room
) -> None:
    talker = await house.visit(alice)
    error = await talker.refused("typing", room_id=room.slug, typing=True)
    assert error["code"] == "not_a_member"


async def test_nobody_sees_somebody_muted_typing(
    house: House, talking: list[Talker], alice: User, bob: User, room: Room
) -> None:
    owner, muted = talking
    until = timezone.now() + timedelta(hours=1)
    mute = partial(mute_member, room=room.pk, by=alice, user=bob, until=until, reason="")
    await in_thread(mute)
    await muted.hears("membership_changed")
    other_tab = await house.visit(bob)
    await other_tab.join(room.slug)
    for talker in (muted, other_tab):
        assert await talker.done("typing", room_id=room.slug, typing=True) == {}
    await in_thread(unmute_member, room=room.pk, by=alice, user=bob, reason="")
    await muted.hears("membership_changed", 2)
    await muted.done("typing", room_id=room.slug, typing=False)
    # Had the others come, they would have come before.
    assert [heard["typing"] for heard in await owner.hears("user_typing")] == [False]


async def test_nobody_sees_typing_who_was_muted_while_they_came_in(
    house: House,
    talking: list[Talker],
    alice: User,
    bob: User,
    room: Room,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    owner, other_tab = talking[0], await house.visit(bob)
    until = timezone.now() + timedelta(hours=1)
    read = joining._entered

    def too_early(*args: Any, **kwargs: Any) -> joining.Entered:
        entered = read(*args, **kwargs)
        # What is announced reaches the hub before the thread that reads comes back.
        mute_member(room=room.pk, by=alice, user=bob, until=until, reason="")
        return entered

    monkeypatch.setattr(joining, "_entered", too_early)
    await other_tab.join(room.slug)
    await other_tab.done("typing", room_id=room.slug, typing=True)
    await in_thread(unmute_member, room=room.pk, by=alice, user=bob, reason="")
    await other_tab.hears("membership_changed", 2)
    await other_tab.done("typing", room_id=room.slug, typing=False)
    # Had the other come, it would have come before.
    assert [heard["typing"] for heard in await owner.hears("user_typing")] == [False]


# Reading


async def test_what_waits_is_told_to_the_persons_own_sessions_only(
    house: House, talking: list[Talker], alice: User, bob: User, room: Room
) -> None:
    said = await talking[0].done("send_message", room_id=room.slug, message="Hi")
    other_device = await house.visit(bob)  # without any room open
    read = await talking[1].done("mark_read", room_id=room.slug, sequence=said["sequence"])
    where = {"room_id": room.slug, "read_sequence": said["sequence"]}
    assert read == {**where, "unread": 0, "mentions": 0}
    [heard] = await other_device.hears("message_read")
    assert heard == {**read, "username": "bob"}
    # The others in a small room hear how far, and not what waits.
    assert await talking[0].hears("message_read") == [{**where, "username": "bob"}]
    assert talking[1].heard("message_read") == [heard]


# History


async def test_history_comes_in_pages_oldest_first(
    house: House, alice: User, room: Room, settings: Any
) -> None:
    settings.CHAT_HISTORY_PAGE = 4
    for number in range(2, 11):
        await in_thread(send_message, room=room.pk, sender=alice, text=f"{number}")
    talker = await house.visit(alice)
    [history] = await talker.join(room.slug)
    assert [each["sequence"] for each in history["messages"]] == [7, 8, 9, 10]
    assert history["has_more"] is True
    page = await talker.done("fetch_history", room_id=room.slug, before=7)
    assert [each["sequence"] for each in page["messages"]] == [3, 4, 5, 6]
    assert (page["room_id"], page["has_more"]) == (room.slug, True)
    page = await talker.done("fetch_history", room_id=room.slug, before=3, limit=200)
    assert [each["sequence"] for each in page["messages"]] == [1, 2]
    assert page["has_more"] is False
    page = await talker.done("fetch_history", room_id=room.slug, before=0)
    assert (page["messages"], page["has_more"]) == ([], False)


# Leaving


async def test_a_room_that_was_closed_says_nothing_more(talking: list[Talker], room: Room) -> None:
    alice, bob = talking
    assert await bob.done("leave_room", room_id=room.slug) == {}
    await alice.done("send_message", room_id=room.slug, message="Hi")
    await alice.hears("new_message")
    assert bob.heard("new_message") == []
    assert (await bob.refused("leave_room", room_id=room.slug))["code"] == "not_a_member"


async def test_closing_a_room_keeps_the_membership(talking: list[Talker], room: Room) -> None:
    await talking[1].done("leave_room", room_id=room.slug)
    assert await room.memberships.acount() == 2


# Answers


async def test_ping_is_answered_by_pong_and_by_an_ack_if_it_has_a_ref(
    house: House, alice: User
) -> None:
    talker = await house.visit(alice)
    talker.forget()
    await talker.send("ping")
    assert talker.frames == [{"event": "pong", "data": {}}]
    assert await talker.done("ping") == {}


async def test_what_has_no_ref_gets_no_ack_and_its_error_has_none(
    talking: list[Talker], room: Room
) -> None:
    alice, bob = talking
    await alice.send("send_message", room_id=room.slug, message="Hi")
    await bob.hears("new_message")
    assert alice.heard("ack") == []
    await alice.send("send_message", room_id=room.slug, message=" ")
    [error] = [frame for frame in alice.frames if frame["event"] == "error"]
    assert "ref" not in error


@pytest.mark.parametrize("ref", ["", "1", "😀", 'a"b', "x" * 64])
async def test_a_ref_comes_back_as_it_was(ref: str, house: House, alice: User) -> None:
    talker = await house.visit(alice)
    talker.forget()
    await talker.send("leave_room", ref, room_id="nowhere")
    assert [frame.get("ref") for frame in talker.frames] == [ref]


async def test_a_frame_that_cannot_be_read_is_answered_by_an_error_without_ref(
    house: House, alice: User
) -> None:
    talker = await house.visit(alice)
    talker.forget()
    for raw in ("", "[", "\ud800", '{"event":"ping","ref":7}', b"\xff"):
        await talker.session.handle(raw)
    assert [frame["data"]["code"] for frame in talker.frames] == ["invalid_event"] * 5
    assert not any("ref" in frame for frame in talker.frames)
    assert await talker.done("ping") == {}


async def test_an_unknown_event_is_refused_under_its_ref(house: House, alice: User) -> None:
    talker = await house.visit(alice)
    assert (await talker.refused("dance"))["code"] == "unknown_event"


# A database that is away


@pytest.mark.parametrize(
    ("error", "pause"), [(OperationalError("gone"), 1.0), (RuntimeError("a fault of ours"), 5.0)]
)
async def test_what_fails_inside_is_unavailable_and_the_session_lives(
    error: Exception,
    pause: float,
    talking: list[Talker],
    room: Room,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(**_: Any) -> None:
        raise error

    with monkeypatch.context() as patch, caplog.at_level(logging.CRITICAL):
        patch.setattr("chat.actions.receipts.mark_read", fail)
        refused = await talking[0].refused("mark_read", room_id=room.slug, sequence=1)
    assert (refused["code"], refused["retry_after"]) == ("unavailable", pause)
    assert str(error) not in str(refused)
    await talking[0].done("mark_read", room_id=room.slug, sequence=1)


async def test_a_message_that_cannot_be_stored_now_is_unavailable(
    talking: list[Talker],
    room: Room,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(*_: Any) -> None:
        raise OperationalError("gone")

    said = {"room_id": room.slug, "message": "Hi", "client_id": "c1"}
    with monkeypatch.context() as patch, caplog.at_level(logging.CRITICAL):
        patch.setattr("chat.actions.changing.lock_heads", fail)
        assert (await talking[0].refused("send_message", **said))["code"] == "unavailable"
    await talking[0].done("send_message", **said)


# Strangers

ASKED: dict[str, dict[str, Any]] = {
    "join_room": {},
    "leave_room": {},
    "send_message": {"message": "Hi"},
    "send_message of nothing": {"message": ""},
    "send_message too long": {"message": "x" * 5000},
    "send_message of a rude word": {"message": "rude"},
    "send_message in answer": {"message": "Hi", "reply_to": 1},
    "edit_message": {"message_id": 1, "message": "Ho"},
    "edit_message to nothing": {"message_id": 1, "message": " "},
    "edit_message to a rude word": {"message_id": 1, "message": "rude"},
    "delete_message": {"message_id": 1},
    "typing": {"typing": True},
    "mark_read": {"sequence": 1},
    "fetch_history": {"before": 9},
}


@pytest.mark.parametrize("asked", [*ASKED, "join_room with too many open"])
async def test_a_hidden_room_answers_strangers_like_one_that_is_not(
    asked: str, house: House, private_room: Room, carol: User, settings: Any
) -> None:
    settings.CHAT_MESSAGE_FILTERS = ["tests.domain.filters.refuse_rude_words"]
    if asked not in ASKED:
        settings.CHAT_OPEN_ROOMS = 0
    talker = await house.visit(carol)
    event = asked.partition(" ")[0]
    answers = [
        await talker.refused(event, room_id=room_id, **ASKED.get(asked, {}))
        for room_id in (private_room.slug, "0123456789abcdef01234567", private_room.slug)
    ]
    assert answers[0] == answers[1] == answers[2]


async def test_somebody_invited_while_connected_comes_in(
    house: House, alice: User, carol: User, private_room: Room
) -> None:
    from chat.actions.memberships import invite_member

    talker = await house.visit(carol)
    assert (await talker.refused("join_room", room_id=private_room.slug))["code"] == (
        "room_not_found"
    )
    await in_thread(invite_member, room=private_room.pk, by=alice, user=carol)
    [history] = await talker.join(private_room.slug)
    assert history["messages"][-1]["act"] == "joined"


# Too many


async def test_a_person_has_ten_sockets_and_the_eleventh_is_refused(
    house: House, alice: User, bob: User, settings: Any
) -> None:
    settings.CHAT_SOCKETS_PER_USER = 3
    talkers = [await house.visit(alice) for _ in range(3)]
    fourth = house.talker(await in_thread(token_identity, alice))
    assert await fourth.session.start() is False
    [frame] = fourth.frames
    assert (frame["event"], frame["data"]["code"]) == ("error", "rate_limited")
    assert frame["data"]["details"] == {"limit": 3}
    assert fourth.closed == 4429
    await house.visit(bob)
    talkers[0].session.stop()
    await house.visit(alice)


async def test_sockets_that_come_at_once_are_counted_too(
    house: House, alice: User, settings: Any
) -> None:
    settings.CHAT_SOCKETS_PER_USER = 3
    identity = await in_thread(token_identity, alice)
    talkers = [house.talker(identity) for _ in range(9)]
    started = await asyncio.gather(*(talker.session.start() for talker in talkers))
    assert sum(started) == 3


async def test_a_session_has_so_many_rooms_open_and_no_more(
    house: House, alice: User, settings: Any
) -> None:
    settings.CHAT_OPEN_ROOMS = 2
    rooms = [await in_thread(make_room, alice, name=name) for name in "abc"]
    talker = await house.visit(alice)
    for room in rooms[:2]:
        await talker.join(room.slug)
    error = await talker.refused("join_room", room_id=rooms[2].slug)
    assert (error["code"], error["details"]) == ("not_allowed", {"limit": 2})
    await talker.join(rooms[0].slug)  # it is open already
    await talker.done("leave_room", room_id=rooms[1].slug)
    await talker.join(rooms[2].slug)
