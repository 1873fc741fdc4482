"""Opening a room: what the answer holds, in every form of it."""

import asyncio
import logging
from functools import partial
from typing import Any

import pytest
from django.db import OperationalError

from accounts.actions.profile import rename
from accounts.models import User
from chat import reads
from chat.actions import memberships
from chat.actions.memberships import end_membership, join_room
from chat.actions.messages import delete_message, edit_message, send_message
from chat.actions.moderation import close_room, remove_member, set_slow_mode
from chat.actions.retention import prune_messages, renew_epochs
from chat.models import Membership, Room, RoomHead
from chat.threads import in_thread
from tests.factories import make_user
from tests.harness.correspondent import PATIENCE

from .house import House, Talker, until

pytestmark = pytest.mark.django_db(transaction=True)
Data = dict[str, Any]


def head_of(room: Room) -> RoomHead:
    return RoomHead.objects.get(pk=room.pk)


async def say(room: Room, sender: User, *texts: str) -> list[int]:
    """Say something outside any session; the ids of the messages."""
    send = partial(send_message, room=room.pk, sender=sender)
    return [(await in_thread(send, text=text)).pk for text in texts]


async def edit(room: Room, user: User, message_id: int, text: str) -> None:
    await in_thread(edit_message, room=room.pk, user=user, message_id=message_id, text=text)


async def prune(room: Room, keep: int, settings: Any) -> None:
    settings.CHAT_RETENTION_MINIMUM = 0
    await Room.objects.filter(pk=room.pk).aupdate(history_limit=keep)
    await in_thread(prune_messages, room=room.pk)


def places(history: Data) -> list[int]:
    return [message["sequence"] for message in history["messages"]]


def changes(history: Data) -> list[int]:
    return [message["changed_sequence"] for message in history["messages"]]


# Afresh


async def test_a_first_join_makes_a_member_and_answers_with_the_last_messages(
    house: House, room: Room, alice: User, carol: User
) -> None:
    await say(room, alice, "one", "two")
    talker = await house.visit(carol)
    talker.forget()
    ack = await talker.done("join_room", room_id=room.slug)
    head = await in_thread(head_of, room)
    assert ack == {"room_id": room.slug, "sequence": head.last_sequence}
    assert await Membership.objects.filter(room=room, user=carol).aexists()
    [history] = talker.heard("room_history")
    # What may be heard of a room at any time: who is here, and that it has moved.
    told = [frame["event"] for frame in talker.frames]
    answer = [event for event in told if event not in ("user_joined", "room_activity")]
    assert answer == ["membership_began", "room_history", "ack"]
    assert "user_joined" not in told[: told.index("room_history")]
    assert [message["message"] for message in history["messages"]] == ["", "one", "two", ""]
    assert places(history) == [1, 2, 3, 4]
    assert (history["sequence"], history["epoch"]) == (head.last_sequence, head.epoch)
    assert (history["reset"], history["more"], history["has_more"]) == (False, False, False)
    assert history["room"]["room_id"] == history["room_id"] == room.slug


async def test_an_answer_holds_the_last_fifty(house: House, room: Room, alice: User) -> None:
    await say(room, alice, *map(str, range(60)))
    talker = await house.visit(alice)
    [history] = await talker.join(room.slug)
    assert places(history) == list(range(12, 62))
    assert history["has_more"] is True


async def test_later_answers_hold_what_happened_since(
    house: House, room: Room, alice: User, bob: User
) -> None:
    """They come from memory, which follows what happens."""
    talkers = [await house.visit(user) for user in (alice, bob)]
    await talkers[0].join(room.slug)
    [message_id] = await say(room, alice, "one")
    await edit(room, alice, message_id, "edited")
    [gone] = await say(room, alice, "two")
    await in_thread(delete_message, room=room.pk, user=alice, message_id=gone)
    await in_thread(set_slow_mode, room=room.pk, by=alice, seconds=7, reason="")
    await talkers[0].hears("room_changed")
    [history] = await talkers[1].join(room.slug)
    assert [(m["message"], m["deleted"]) for m in history["messages"][-2:]] == [
        ("edited", False),
        ("", True),
    ]
    assert history["room"]["slow_mode"] == 7
    assert history["sequence"] == (await in_thread(head_of, room)).last_sequence


async def test_a_closed_room_can_be_opened_by_its_members(
    house: House, room: Room, alice: User, bob: User
) -> None:
    await in_thread(close_room, room=room.pk, by=alice)
    talker = await house.visit(bob)
    [history] = await talker.join(room.slug)
    assert history["room"]["closed"] is True


async def test_there_is_no_joining_where_there_is_no_room(house: House, alice: User) -> None:
    talker = await house.visit(alice)
    assert (await talker.refused("join_room", room_id="nowhere"))["code"] == "room_not_found"
    assert house.hub.rooms == {}


async def test_a_thousand_reconnects_read_the_room_once(
    house: House, room: Room, alice: User, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    loads: list[int] = []
    original = reads.load

    async def load(key: int) -> Any:
        loads.append(key)
        return await original(key)

    monkeypatch.setattr(reads, "load", load)
    settings.CHAT_SOCKETS_PER_USER = 100
    talkers = [await house.visit(alice) for _ in range(30)]
    await asyncio.gather(*(talker.join(room.slug) for talker in talkers))
    assert loads == [room.pk]


# After an absence


async def test_who_missed_nothing_gets_nothing(house: House, room: Room, alice: User) -> None:
    talker = await house.visit(alice)
    [history] = await talker.join(room.slug)
    [again] = await talker.join(room.slug, after=history["sequence"], epoch=history["epoch"])
    assert (again["messages"], again["reset"], again["more"]) == ([], False, False)
    assert again["sequence"] == history["sequence"]


@pytest.mark.parametrize("known", [True, False], ids=["from memory", "from the database"])
async def test_who_was_away_gets_what_changed_in_order_of_change(
    known: bool, house: House, deaf_house: House, room: Room, alice: User
) -> None:
    first, second = await say(room, alice, "one", "two")  # places 2 and 3
    here = house if known else deaf_house
    talker = await house.visit(alice)
    [before] = await talker.join(room.slug)
    assert before["sequence"] == 3
    [third] = await say(room, alice, "three")  # 4
    await edit(room, alice, second, "two!")  # 5
    await edit(room, alice, second, "two!!")  # 6
    await edit(room, alice, first, "one!")  # 7
    await in_thread(delete_message, room=room.pk, user=alice, message_id=third)  # 8
    back = await here.visit(alice)
    [history] = await back.join(room.slug, after=3, epoch=before["epoch"])
    assert (history["reset"], history["sequence"], history["more"]) == (False, 8, False)
    assert [(m["sequence"], m["changed_sequence"], m["message"]) for m in history["messages"]] == [
        (3, 6, "two!!"),
        (2, 7, "one!"),
        (4, 8, ""),
    ]


async def test_a_change_of_the_room_alone_moves_the_place_to_stand(
    house: House, room: Room, alice: User
) -> None:
    talker = await house.visit(alice)
    [before] = await talker.join(room.slug)
    await in_thread(set_slow_mode, room=room.pk, by=alice, seconds=7, reason="")
    back = await house.visit(alice)
    [history] = await back.join(room.slug, after=before["sequence"], epoch=before["epoch"])
    assert (history["messages"], history["sequence"]) == ([], before["sequence"] + 1)
    assert history["room"]["slow_mode"] == 7


@pytest.mark.parametrize("known", [True, False], ids=["from memory", "from the database"])
async def test_a_long_absence_is_answered_in_pages(
    known: bool, house: House, deaf_house: House, room: Room, alice: User, settings: Any
) -> None:
    settings.CHAT_CHANGE_PAGE = 3
    talker = await house.visit(alice)
    [before] = await talker.join(room.slug)
    start = before["sequence"]
    await say(room, alice, *map(str, range(8)))
    back = await (house if known else deaf_house).visit(alice)
    pages = await back.join(room.slug, after=start, epoch=before["epoch"])
    assert [len(page["messages"]) for page in pages] == [3, 3, 2]
    assert [page["more"] for page in pages] == [True, True, False]
    assert [page["sequence"] for page in pages] == [start + 3, start + 6, start + 8]
    assert not any(page["reset"] for page in pages)
    assert [n for page in pages for n in changes(page)] == list(range(start + 1, start + 9))


async def test_pages_hold_two_hundred_changes_and_256_kibibytes(
    house: House, room: Room, alice: User
) -> None:
    talker = await house.visit(alice)
    [before] = await talker.join(room.slug)
    sent = [
        talker.send("send_message", room_id=room.slug, message=text)
        for text in ["x"] * 401 + ["é" * 4000] * 70
    ]
    await asyncio.gather(*sent)
    back = await house.visit(alice)
    back.forget()
    pages = await back.join(room.slug, after=before["sequence"], epoch=before["epoch"])
    assert [len(page["messages"]) for page in pages][:2] == [200, 200]
    assert sum(len(page["messages"]) for page in pages) == 471
    # An envelope of its own comes on top of the changes.
    assert max(back.transport.sizes) <= 256 * 1024 + 1000
    assert len(pages) <= 6


async def test_the_next_page_waits_until_the_reader_has_the_last(
    house: House, room: Room, alice: User, settings: Any
) -> None:
    settings.CHAT_CHANGE_PAGE = 2
    talker = await house.visit(alice)
    [before] = await talker.join(room.slug)
    await say(room, alice, *map(str, range(5)))
    back = await house.visit(alice)
    reading = back.transport.reading
    back.session.drained = once_then(reading)  # the first wait is before the answer
    joining = asyncio.create_task(
        back.join(room.slug, after=before["sequence"], epoch=before["epoch"])
    )
    await until(lambda: back.heard("room_history"))
    await asyncio.sleep(0.02)
    assert len(back.heard("room_history")) == 1
    # What happens meanwhile follows the last page, in order.
    await say(room, alice, "meanwhile", "more")
    await asyncio.sleep(0.02)
    assert back.heard("new_message") == []
    reading.set()
    assert len(await joining) == 3
    heard = await back.hears("new_message", 2)
    last = before["sequence"] + 5
    assert [message["sequence"] for message in heard] == [last + 1, last + 2]
    order = [frame["event"] for frame in back.frames]
    assert order.index("new_message") > max(
        index for index, event in enumerate(order) if event == "room_history"
    )


def once_then(reading: asyncio.Event) -> Any:
    """A `drained` that lets the first who waits pass, and holds the others back."""
    passed = False

    async def drained() -> None:
        nonlocal passed
        if passed:
            await reading.wait()
        passed = True

    reading.clear()
    return drained


async def test_pages_stop_when_the_membership_ends_between_two(
    house: House, room: Room, alice: User, bob: User, settings: Any
) -> None:
    settings.CHAT_CHANGE_PAGE = 2
    talker = await house.visit(bob)
    [before] = await talker.join(room.slug)
    await say(room, alice, *map(str, range(7)))
    back = await house.visit(bob)
    back.session.drained = once_then(back.transport.reading)
    where = {"after": before["sequence"], "epoch": before["epoch"]}
    joining = asyncio.create_task(back.refused("join_room", room_id=room.slug, **where))
    await until(lambda: back.heard("room_history"))
    await in_thread(remove_member, room=room.pk, by=alice, user=bob, reason="")
    await until(lambda: not house.hub.rooms[room.pk].audience)
    back.transport.reading.set()
    assert (await joining)["code"] == "not_a_member"
    assert [len(page["messages"]) for page in back.heard("room_history")] == [2]


# A fresh start


async def another_epoch(room: Room, alice: User, settings: Any) -> None:
    await in_thread(renew_epochs)


async def too_far(room: Room, alice: User, settings: Any) -> None:
    settings.CHAT_RESUME_LIMIT = 3
    await say(room, alice, *"abcd")


async def below_the_floor(room: Room, alice: User, settings: Any) -> None:
    await say(room, alice, *"abcd")
    await prune(room, 2, settings)


@pytest.mark.parametrize("happened", [another_epoch, too_far, below_the_floor])
@pytest.mark.parametrize("known", [True, False], ids=["a living room", "a room read anew"])
async def test_where_changes_do_not_lead_the_answer_is_a_reset(
    happened: Any,
    known: bool,
    house: House,
    deaf_house: House,
    room: Room,
    alice: User,
    settings: Any,
) -> None:
    talker = await house.visit(alice)
    [before] = await talker.join(room.slug)
    await happened(room, alice, settings)
    head = await in_thread(head_of, room)
    live = house.hub.rooms[room.pk]
    await until(lambda: (live.epoch, live.position) == (head.epoch, head.last_sequence))
    back = await (house if known else deaf_house).visit(alice)
    [history] = await back.join(room.slug, after=before["sequence"], epoch=before["epoch"])
    assert (history["reset"], history["more"]) == (True, False)
    assert (history["sequence"], history["epoch"]) == (head.last_sequence, head.epoch)
    assert places(history) == [
        place
        async for place in room.messages.order_by("sequence").values_list("sequence", flat=True)
    ]


async def test_who_stands_right_below_the_floor_may_resume(
    house: House, room: Room, alice: User, settings: Any
) -> None:
    await say(room, alice, *"abcd")  # places 2 to 5
    talker = await house.visit(alice)
    [before] = await talker.join(room.slug)
    await prune(room, 2, settings)  # the floor is 4
    back = await house.visit(alice)
    [history] = await back.join(room.slug, after=3, epoch=before["epoch"])
    assert (history["reset"], places(history), history["room"]["floor"]) == (False, [4, 5], 4)
    [history] = await back.join(room.slug, after=2, epoch=before["epoch"])
    assert (history["reset"], places(history)) == (True, [4, 5])


async def test_without_an_epoch_the_answer_is_the_last_messages(
    house: House, room: Room, alice: User
) -> None:
    await say(room, alice, *"abc")
    talker = await house.visit(alice)
    [history] = await talker.join(room.slug, after=3)
    assert places(history) == [1, 2, 3, 4]


async def test_who_stands_where_nobody_was_starts_afresh(
    house: House, room: Room, alice: User
) -> None:
    talker = await house.visit(alice)
    [before] = await talker.join(room.slug)
    [history] = await talker.join(room.slug, after=999, epoch=before["epoch"])
    assert (history["reset"], history["sequence"]) == (True, before["sequence"])


# A process that lags behind


async def test_who_heard_more_elsewhere_makes_the_process_catch_up(
    house: House, deaf_house: House, room: Room, alice: User, bob: User
) -> None:
    there = await deaf_house.visit(bob)
    await there.join(room.slug)
    await say(room, alice, "one", "two")
    here = await house.visit(alice)
    [before] = await here.join(room.slug)
    moved = await deaf_house.visit(alice)
    [history] = await moved.join(room.slug, after=before["sequence"], epoch=before["epoch"])
    assert (history["reset"], history["messages"]) == (False, [])
    assert history["sequence"] == before["sequence"]
    assert [message["message"] for message in there.heard("new_message")] == ["one", "two"]


async def test_who_knows_of_a_new_epoch_makes_the_process_learn_it(
    house: House, deaf_house: House, room: Room, alice: User, bob: User
) -> None:
    there = await deaf_house.visit(bob)
    await there.join(room.slug)
    await in_thread(renew_epochs)
    head = await in_thread(head_of, room)
    moved = await deaf_house.visit(alice)
    [history] = await moved.join(room.slug, after=head.last_sequence, epoch=head.epoch)
    assert (history["epoch"], history["reset"]) == (head.epoch, False)
    [reset] = there.heard("room_history")[1:]
    assert (reset["epoch"], reset["reset"]) == (head.epoch, True)


async def test_numbers_of_an_old_epoch_are_never_continued_in_a_new_one(
    house: House, deaf_house: House, room: Room, alice: User, bob: User
) -> None:
    """The process learns of the new epoch from the very question."""
    there = await deaf_house.visit(bob)
    [before] = await there.join(room.slug)
    await in_thread(renew_epochs)
    await say(room, alice, "one", "two", "three")
    moved = await deaf_house.visit(alice)
    [history] = await moved.join(room.slug, after=before["sequence"] + 1, epoch=before["epoch"])
    assert history["reset"] is True
    assert history["epoch"] != before["epoch"]


# Coming back makes nobody a member


@pytest.mark.parametrize("how", ["left", "removed"])
async def test_who_is_no_member_any_more_does_not_become_one_by_a_reconnect(
    how: str, house: House, room: Room, alice: User, bob: User
) -> None:
    talker = await house.visit(bob)
    [before] = await talker.join(room.slug)
    if how == "left":
        await in_thread(end_membership, room=room.pk, user=bob)
    else:
        await in_thread(remove_member, room=room.pk, by=alice, user=bob, reason="")
    where = {"after": before["sequence"], "epoch": before["epoch"]}
    back = await house.visit(bob)
    error = await back.refused("join_room", room_id=room.slug, **where)
    assert error["code"] == "not_a_member"
    assert not await Membership.objects.filter(room=room, user=bob).aexists()
    await back.join(room.slug)
    assert await Membership.objects.filter(room=room, user=bob).aexists()


async def test_who_was_removed_from_a_hidden_room_hears_that_there_is_none(
    house: House, private_room: Room, alice: User, bob: User
) -> None:
    talker = await house.visit(bob)
    [before] = await talker.join(private_room.slug)
    await in_thread(remove_member, room=private_room.pk, by=alice, user=bob, reason="")
    where = {"after": before["sequence"], "epoch": before["epoch"]}
    back = await house.visit(bob)
    answers = [
        await back.refused("join_room", room_id=room_id, **where)
        for room_id in (private_room.slug, "0123456789abcdef01234567")
    ]
    assert answers[0] == answers[1]


# What goes wrong on the way


async def hold_at_the_door(talker: Talker, room: Room) -> asyncio.Task[Data]:
    """Somebody who is a member already, and whose answer waits."""
    talker.transport.reading.clear()
    asking = asyncio.create_task(talker.ask("join_room", room_id=room.slug))
    await until(lambda: room.pk in talker.session.hub.rooms)
    live = talker.session.hub.rooms[room.pk]
    await until(lambda: live._loaded and live.audience.muted)
    await asyncio.sleep(0.02)
    return asking


async def test_who_is_removed_while_joining_does_not_come_in(
    house: House, private_room: Room, alice: User, bob: User
) -> None:
    talker = await house.visit(bob)
    asking = await hold_at_the_door(talker, private_room)
    await in_thread(remove_member, room=private_room.pk, by=alice, user=bob, reason="")
    live = house.hub.rooms[private_room.pk]
    await until(lambda: not live.audience.muted)
    talker.transport.reading.set()
    answer = await asking
    assert (answer["event"], answer["data"]["code"]) == ("error", "not_a_member")
    await say(private_room, alice, "A secret")
    assert talker.heard("room_history", "new_message") == []
    assert talker.session.rooms == {}
    assert not live.audience


async def test_who_is_removed_before_the_room_is_read_for_the_first_time_does_not_come_in(
    house: House,
    private_room: Room,
    alice: User,
    bob: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The membership was read before; the removal is in what is read, and replayed by nobody."""
    load = reads.load

    async def remove_and_load(key: int) -> Any:
        await in_thread(remove_member, room=key, by=alice, user=bob, reason="")
        return await load(key)

    monkeypatch.setattr(reads, "load", remove_and_load)
    talker = await house.visit(bob)
    error = await talker.refused("join_room", room_id=private_room.slug)
    assert error["code"] == "room_not_found"
    assert talker.heard("room_history") == []
    assert talker.session.rooms == {}


async def test_nobody_is_left_in_a_room_that_was_forgotten_meanwhile(
    house: House, room: Room, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Taken out while the membership is read, when there is nobody else in the room."""
    hub, loop = house.hub, asyncio.get_running_loop()
    enter = memberships.join_room

    def forget() -> None:
        live = hub.rooms[room.pk]
        live.take_out(bob.pk, number=1_000, reason="removed")
        hub._forget_if_empty(live)

    def enter_and_forget(**who: Any) -> Membership:
        membership = enter(**who)
        loop.call_soon_threadsafe(forget)
        return membership

    talker = await house.visit(bob)
    with monkeypatch.context() as patch:
        patch.setattr(memberships, "join_room", enter_and_forget)
        error = await talker.refused("join_room", room_id=room.slug)
    assert error["code"] == "unavailable"
    assert error["retry_after"] > 0
    assert talker.session.rooms == {}
    await talker.join(room.slug)
    assert talker.session.rooms == {room.slug: hub.rooms[room.pk]}


async def test_who_left_and_came_back_elsewhere_while_joining_may_ask_again(
    house: House, room: Room, bob: User
) -> None:
    talker = await house.visit(bob)
    asking = await hold_at_the_door(talker, room)
    await in_thread(end_membership, room=room.pk, user=bob)
    await in_thread(join_room, room=room.pk, user=bob)
    await until(lambda: not house.hub.rooms[room.pk].audience.muted)
    talker.transport.reading.set()
    assert (await asking)["data"]["code"] == "not_a_member"
    [history] = await talker.join(room.slug)
    assert [message["act"] for message in history["messages"]] == ["joined", "left", "joined"]


async def test_whose_login_ends_while_joining_hears_nothing(
    house: House, room: Room, alice: User, bob: User
) -> None:
    talker = await house.visit(bob)
    talker.transport.reading.clear()
    joining = asyncio.create_task(talker.send("join_room", "r", room_id=room.slug))
    await until(lambda: room.pk in house.hub.rooms and house.hub.rooms[room.pk].audience.muted)
    talker.session.end(reason="logged_out")
    talker.transport.reading.set()
    await joining
    await say(room, alice, "Hi")
    assert talker.closed == 4401
    assert talker.heard("room_history", "new_message", "ack") == []
    assert not house.hub.rooms[room.pk].audience


async def test_a_join_that_fails_leaves_nobody_behind(
    house: House,
    room: Room,
    alice: User,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(**_: Any) -> None:
        raise OperationalError("gone")

    talker = await house.visit(alice)
    with monkeypatch.context() as patch, caplog.at_level(logging.CRITICAL):
        patch.setattr("chat.queries.room_snapshot", fail)
        error = await talker.refused("join_room", room_id=room.slug)
    assert error["code"] == "unavailable"
    assert not house.hub.rooms[room.pk].audience
    assert talker.session.rooms == {}
    await talker.join(room.slug)


# Names


async def test_who_joins_sees_people_by_the_names_that_they_have_now(
    house: House, room: Room, alice: User, bob: User
) -> None:
    """Also of what was said before, though the room is in memory."""
    await (await house.visit(alice)).join(room.slug)
    await say(room, alice, "Hi")
    talker = await house.visit(bob)
    [before] = await talker.join(room.slug)
    assert before["messages"][-1]["sender"]["name"] == "alice"
    await in_thread(rename, user=alice, first_name="Alice", last_name="Example")
    async with asyncio.timeout(PATIENCE):
        while True:
            [history] = await talker.join(room.slug)
            if history["messages"][-1]["sender"]["name"] == "Alice Example":
                break
            await asyncio.sleep(0.01)


# Again


async def test_a_room_that_is_open_may_be_opened_again(
    house: House, room: Room, alice: User, bob: User
) -> None:
    talkers = [await house.visit(user) for user in (alice, bob)]
    for talker in talkers:
        await talker.join(room.slug)
    await talkers[0].join(room.slug)
    await talkers[1].done("send_message", room_id=room.slug, message="Hi")
    for talker in talkers:
        assert len(await talker.hears("new_message")) == 1
    assert len(house.hub.rooms[room.pk].audience.listeners) == 2


async def test_two_sessions_of_one_person_have_the_room_open_each_for_itself(
    house: House, room: Room, alice: User
) -> None:
    first, second = [await house.visit(alice) for _ in range(2)]
    await first.join(room.slug)
    await second.join(room.slug)
    await first.done("leave_room", room_id=room.slug)
    await say(room, alice, "Hi")
    await second.hears("new_message")
    assert first.heard("new_message") == []


async def test_an_empty_room_is_forgotten_after_a_while(
    house: House, room: Room, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chat.hub.ROOM_LINGERS", 0.03)
    talker = await house.visit(alice)
    await talker.join(room.slug)
    await talker.done("leave_room", room_id=room.slug)
    await talker.join(room.slug)  # back in time
    await asyncio.sleep(0.05)
    assert room.pk in house.hub.rooms
    await talker.done("leave_room", room_id=room.slug)
    await until(lambda: room.pk not in house.hub.rooms)
    [history] = await talker.join(room.slug)
    assert history["sequence"] == (await in_thread(head_of, room)).last_sequence


async def test_newcomers_are_told_to_those_who_are_there(
    house: House, room: Room, alice: User
) -> None:
    talker = await house.visit(alice)
    await talker.join(room.slug)
    newcomer = await house.visit(await in_thread(make_user))
    await newcomer.join(room.slug)
    [told] = await talker.hears("new_message")
    assert (told["kind"], told["act"]) == ("system", "joined")
    assert newcomer.heard("new_message") == []  # it is in the newcomer's history
