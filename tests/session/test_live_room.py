"""A live room applies changes in order, each once, and reads what is missing."""

import asyncio
import logging
from typing import Any

import pytest

from chat import live_room, repairs
from chat.bus_items import Head
from chat.stats import stats
from tests.harness.correspondent import PATIENCE

from .house import until
from .lone_room import Ear, Scene

DELAY = 0.02


@pytest.fixture
async def scene(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """A room at number 3, and one who listens."""
    settings.CHAT_REPAIR_DELAY = DELAY
    settings.CHAT_BATCH_DELAY = 0.001
    monkeypatch.setattr(repairs, "RETRY_DELAYS", (0.005,))
    return await Scene(monkeypatch).open()


# Order


async def test_changes_are_heard_as_they_come(scene: Scene) -> None:
    room = scene.room
    first = room.send()
    scene.hear(first, room.edit(first.message_id), room.rename(), room.delete(first.message_id))
    await until(lambda: len(scene.ear.frames) == 4)
    assert [frame["event"] for frame in scene.ear.frames] == [
        "new_message",
        "message_edited",
        "room_changed",
        "message_deleted",
    ]
    assert scene.ear.numbers == [4, 5, 6, 7]
    assert scene.live.position == 7
    assert scene.live.state == room.state


async def test_the_first_leaves_at_once_and_those_right_after_it_together(scene: Scene) -> None:
    scene.hear(scene.room.send())
    assert scene.ear.numbers == [4]
    for _ in range(5):
        scene.hear(scene.room.send())
    assert scene.ear.numbers == [4]
    await until(lambda: scene.ear.numbers == [4, 5, 6, 7, 8, 9])
    assert scene.ear.writes == 2


async def test_what_comes_early_waits_for_its_turn(scene: Scene) -> None:
    first, second, third = (scene.room.send() for _ in range(3))
    scene.hear(third)
    scene.hear(second)
    assert scene.ear.numbers == []
    scene.hear(first)
    await until(lambda: scene.ear.numbers == [4, 5, 6])


async def test_what_comes_again_is_dropped(scene: Scene) -> None:
    first, second, third = (scene.room.send() for _ in range(3))
    scene.hear(first, first, third, third, second, second, first, third)
    await until(lambda: scene.ear.numbers == [4, 5, 6])
    await asyncio.sleep(2 * DELAY)
    assert scene.ear.numbers == [4, 5, 6]


async def test_a_gap_that_closes_by_itself_is_not_repaired(scene: Scene) -> None:
    first, second = scene.room.send(), scene.room.send()
    scene.hear(second)
    due = scene.live.is_repairing
    scene.hear(first)
    assert (due, scene.live.is_repairing) == (True, False)
    await until(lambda: scene.ear.numbers == [4, 5])
    assert scene.database.reads == []


# Repair


async def test_a_gap_is_repaired_once(scene: Scene) -> None:
    before = stats.repairs
    changes = [scene.room.send() for _ in range(6)]
    scene.hear(changes[1], changes[4])
    scene.hear(changes[5])
    await scene.catches_up()
    assert scene.database.reads == ["repair"]
    assert scene.ear.numbers == [4, 5, 6, 7, 8, 9]
    assert stats.repairs == before + 1


async def test_a_repair_waits_for_what_may_be_on_its_way(scene: Scene, settings: Any) -> None:
    settings.CHAT_REPAIR_DELAY = 60.0
    scene.room.send()
    scene.hear(scene.room.send())
    await asyncio.sleep(DELAY)
    assert scene.live.is_repairing, "one is due"
    assert scene.database.reads == []


async def test_what_was_superseded_never_arrives_and_the_order_holds(scene: Scene) -> None:
    room = scene.room
    first = room.send()  # 4
    room.edit(first.message_id)  # 5
    room.rename()  # 6
    second = room.send()  # 7
    room.edit(first.message_id)  # 8
    room.delete(second.message_id)  # 9
    scene.hear(room.send())  # 10
    await scene.catches_up()
    told = [(frame["event"], frame["data"]["changed_sequence"]) for frame in scene.ear.frames]
    assert told == [
        ("room_changed", 7),
        ("new_message", 8),
        ("new_message", 9),
        ("new_message", 10),
    ]
    assert scene.live.state == room.state


async def test_an_edit_of_an_old_message_is_repaired_as_an_edit(scene: Scene) -> None:
    [old, other, _] = scene.room.in_place
    scene.room.edit(old.message_id)
    scene.room.delete(other.message_id)
    scene.hear(scene.room.send())
    await scene.catches_up()
    assert [frame["event"] for frame in scene.ear.frames] == [
        "message_edited",
        "message_deleted",
        "new_message",
    ]


async def test_a_head_further_on_is_repaired(scene: Scene) -> None:
    scene.room.send()
    scene.live.hint(scene.room.head_now(), delay=0.0)
    await scene.catches_up()
    assert scene.ear.numbers == [4]


async def test_a_head_where_one_stands_is_no_news(scene: Scene) -> None:
    for number in (1, 3):
        scene.live.hint(Head(1, "first", number), delay=0.0)
    await asyncio.sleep(DELAY)
    assert scene.database.reads == []


async def test_a_hurried_repair_comes_before_a_patient_one(scene: Scene) -> None:
    scene.room.send()
    scene.hear(scene.room.send())
    scene.live.hint(scene.room.head_now(), delay=0.0)
    await asyncio.sleep(DELAY / 2)
    assert scene.database.reads == ["repair"]


async def test_what_is_heard_during_a_repair_is_not_lost_and_not_repeated(scene: Scene) -> None:
    scene.database.answering.clear()
    scene.room.send()
    scene.live.hint(scene.room.head_now(), delay=0.0)
    await until(lambda: scene.database.reads)
    scene.hear(scene.room.send(), scene.room.send())
    scene.database.answering.set()
    await scene.catches_up()
    assert scene.ear.numbers == [4, 5, 6]
    assert scene.database.reads == ["repair"]


async def test_what_a_repair_missed_is_repaired_again(scene: Scene) -> None:
    scene.database.answering.clear()
    scene.room.send()
    scene.live.hint(scene.room.head_now(), delay=0.0)
    await until(lambda: scene.database.reads)
    scene.room.send()
    scene.hear(scene.room.send())
    scene.database.answering.set()
    await scene.catches_up()
    assert scene.ear.numbers == [4, 5, 6]
    assert scene.database.reads == ["repair", "repair"]


async def test_a_repair_that_fails_is_tried_until_it_works(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    scene.database.failing = True
    scene.room.send()
    scene.hear(scene.room.send())
    with caplog.at_level(logging.CRITICAL):
        await until(lambda: len(scene.database.reads) >= 3)
    scene.database.failing = False
    await scene.catches_up()
    assert scene.ear.numbers == [4, 5]


async def test_more_than_can_be_kept_early_is_read_instead(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_room, "EARLY_LIMIT", 3)
    scene.room.send()
    scene.hear(*[scene.room.send() for _ in range(8)])
    assert len(scene.live._early) <= 3
    await scene.catches_up()
    assert scene.ear.numbers == list(range(4, 13))


# Reloading


async def fallen_back(scene: Scene, settings: Any) -> None:
    settings.CHAT_RESUME_LIMIT = 4
    for _ in range(6):
        scene.room.send()
    scene.live.hint(scene.room.head_now(), delay=0.0)


async def pruned(scene: Scene, settings: Any) -> None:
    for _ in range(3):
        scene.room.send()
    scene.room.prune(6)
    scene.live.hint(scene.room.head_now(), delay=0.0)


async def renewed(scene: Scene, settings: Any) -> None:
    scene.room.epoch = "second"
    scene.hear(scene.room.send())


async def renewed_and_told_by_a_beat(scene: Scene, settings: Any) -> None:
    scene.room.epoch = "second"
    scene.live.hint(scene.room.head_now(), delay=0.05)


async def restored_without_a_word(scene: Scene, settings: Any) -> None:
    scene.room.restore(2, scene.room.epoch)
    scene.live.check(scene.room.head_now(), stood_at=3)


REASONS = [fallen_back, pruned, renewed, renewed_and_told_by_a_beat, restored_without_a_word]


@pytest.mark.parametrize("happened", REASONS)
async def test_where_changes_do_not_lead_everybody_starts_anew(
    happened: Any, scene: Scene, settings: Any
) -> None:
    before = stats.resets
    await happened(scene, settings)
    await scene.catches_up()
    [reset] = scene.ear.resets
    assert (reset["reset"], reset["more"]) == (True, False)
    assert (reset["sequence"], reset["epoch"]) == (scene.room.head, scene.room.epoch)
    assert [m["sequence"] for m in reset["messages"]] == [r.sequence for r in scene.room.in_place]
    assert reset["room"]["floor"] == scene.room.floor
    assert scene.ear.numbers == []
    assert stats.resets == before + 1
    scene.hear(scene.room.send())
    await until(lambda: scene.ear.numbers == [scene.room.head])


@pytest.mark.parametrize("happened", REASONS)
async def test_a_reload_that_fails_is_tried_until_it_works(
    happened: Any, scene: Scene, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    scene.database.failing = True
    await happened(scene, settings)
    with caplog.at_level(logging.CRITICAL):
        await until(lambda: len(scene.database.reads) >= 3)
    scene.database.failing = False
    await scene.catches_up()
    assert len(scene.ear.resets) == 1


async def test_a_reading_of_an_older_head_is_not_taken_for_a_restored_database(
    scene: Scene,
) -> None:
    """The head was read, then the room moved on, then the answer came."""
    head = scene.room.head_now()
    scene.hear(scene.room.send())
    scene.live.check(head, stood_at=3)
    await asyncio.sleep(DELAY)
    assert scene.database.reads == []


async def test_what_waited_to_be_sent_is_in_the_snapshot_and_not_sent_again(
    scene: Scene, settings: Any
) -> None:
    settings.CHAT_BATCH_DELAY = PATIENCE
    scene.hear(scene.room.send(), scene.room.send())
    scene.hear(scene.room.send())  # waits for the next write
    assert scene.ear.numbers == [4, 5]
    await renewed(scene, settings)
    await scene.catches_up()
    assert (scene.ear.numbers, len(scene.ear.resets)) == ([4, 5], 1)


async def test_what_is_heard_while_a_room_loads_is_not_lost(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = Scene(monkeypatch)
    late.database.answering.clear()
    loading = asyncio.create_task(late.live.ready())
    await until(lambda: late.database.reads)
    ear, muted = late.muted()
    late.hear(late.room.send(), late.room.send())
    late.database.answering.set()
    assert await loading
    assert late.live.position == 5
    assert len(muted.held) == 2
    assert "repair" not in late.database.reads
    assert ear.frames == []


async def test_a_gap_in_what_is_heard_while_a_room_loads_is_repaired(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = Scene(monkeypatch)
    late.database.answering.clear()
    loading = asyncio.create_task(late.live.ready())
    await until(lambda: late.database.reads)
    late.room.send()
    late.hear(late.room.send())
    late.database.answering.set()
    assert await loading
    assert late.live.position == 3
    await late.catches_up()


@pytest.mark.parametrize("is_open", [False, True], ids=["loads", "reloads"])
async def test_a_head_that_is_heard_of_while_a_room_is_read_is_not_forgotten(
    is_open: bool, scene: Scene, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = scene if is_open else Scene(monkeypatch)
    load = scene.database.load

    async def load_too_early(key: int) -> Any:
        loaded = await load(key)
        scene.room.send()
        scene.live.hint(scene.room.head_now(), delay=0.0)
        return loaded

    with monkeypatch.context() as patch:
        patch.setattr(scene.database, "load", load_too_early)
        if is_open:
            await renewed(scene, settings)
            await until(lambda: scene.live.epoch == "second")
        else:
            assert await scene.live.ready()
    await scene.catches_up()


@pytest.mark.parametrize("lost", [0, 1])
async def test_what_is_heard_while_a_room_reloads_is_not_lost(
    lost: int, scene: Scene, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = scene.database.load

    async def load_too_early(key: int) -> Any:
        loaded = await load(key)
        changes = [scene.room.send() for _ in range(3)]
        scene.hear(*changes[lost:])
        return loaded

    monkeypatch.setattr(scene.database, "load", load_too_early)
    await renewed(scene, settings)
    await until(lambda: scene.live.epoch == "second")
    await scene.catches_up()
    assert len(scene.ear.resets) == 1
    assert scene.ear.numbers == [5, 6, 7]


async def test_a_new_epoch_that_is_heard_of_during_a_repair_is_not_forgotten(
    scene: Scene, settings: Any
) -> None:
    scene.database.answering.clear()
    scene.room.send()
    scene.live.hint(scene.room.head_now(), delay=0.0)
    await until(lambda: scene.database.reads)
    await renewed(scene, settings)
    scene.database.answering.set()
    await scene.catches_up()
    assert len(scene.ear.resets) == 1


async def test_what_the_old_epoch_still_says_is_dropped(scene: Scene, settings: Any) -> None:
    late = scene.room.send()
    await renewed(scene, settings)
    await scene.catches_up()
    scene.hear(late)
    await asyncio.sleep(2 * DELAY)
    assert scene.ear.numbers == []
    assert scene.live.position == scene.room.head


async def test_a_room_that_is_no_more_asks_no_further(scene: Scene) -> None:
    scene.database.room = None
    scene.live.hint(Head(1, "first", 9), delay=0.0)
    await until(lambda: scene.database.reads)
    await until(lambda: not scene.live.is_repairing)
    await asyncio.sleep(0.05)
    assert scene.database.reads == ["repair"]


async def test_a_room_that_never_was_is_not_ready(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    none = Scene(monkeypatch)
    none.database.room = None
    assert await none.live.ready() is False


async def test_many_who_come_at_once_load_the_room_once(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = Scene(monkeypatch)
    assert await asyncio.gather(*(late.live.ready() for _ in range(20))) == [True] * 20
    assert late.database.reads.count("load") == 1


async def test_a_load_that_failed_is_tried_by_the_next_who_comes(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = Scene(monkeypatch)
    late.database.failing = True
    with pytest.raises(OSError, match="away"):
        await late.live.ready()
    late.database.failing = False
    assert await late.live.ready()


# Who is taken out


async def test_who_is_removed_hears_it_and_nothing_later(scene: Scene) -> None:
    other = Ear(9)
    scene.listen(other)
    scene.hear(scene.room.send(), scene.room.send(removed=7), scene.room.send())
    await until(lambda: other.numbers == [4, 5, 6])
    assert (scene.ear.numbers, scene.ear.out) == ([4, 5], "removed")
    assert other.out is None


async def test_all_sessions_of_who_is_removed_go(scene: Scene) -> None:
    tab = Ear(7)
    scene.listen(tab)
    joining, _ = scene.muted()
    joining.user_id = 7
    scene.hear(scene.room.send(removed=7))
    assert {scene.ear.out, tab.out, joining.out} == {"removed"}
    assert not scene.live.audience


async def test_a_removal_in_a_gap_comes_before_what_is_later(scene: Scene) -> None:
    scene.room.send(removed=7)
    scene.hear(scene.room.send())
    await scene.comes_to(5)
    assert (scene.ear.numbers, scene.ear.out) == ([4], "removed")


async def test_a_removal_older_than_a_new_membership_takes_nobody_out(scene: Scene) -> None:
    """It came late: the person has been back since, by another process."""
    removal, joining = scene.room.send(removed=7), scene.room.send(joined=7)
    scene.live.audience.drop(scene.ear)
    back = Ear(7)
    scene.listen(back, member_since=joining.number)
    scene.hear(removal, joining)
    await until(lambda: back.numbers == [4, 5])
    assert back.out is None


async def test_a_removal_older_than_a_new_membership_does_not_stop_who_is_joining(
    scene: Scene,
) -> None:
    removal, joining = scene.room.send(removed=8), scene.room.send(joined=8)
    ear, muted = scene.muted()
    muted.member_since = joining.number
    scene.hear(removal, joining)
    assert ear.out is None
    assert ear in scene.live.audience.muted


async def test_who_was_removed_while_a_room_was_reloaded_sees_nothing_of_it(
    scene: Scene, settings: Any
) -> None:
    """A reload shows what is, not who left: memberships are read anew."""
    other = Ear(9)
    scene.database.members.add(9)
    scene.listen(other)
    scene.room.send(removed=7)
    scene.database.members.discard(7)
    await fallen_back(scene, settings)
    await until(lambda: other.resets)
    assert scene.ear.out is not None
    assert scene.ear.frames == []


# Who is joining


async def test_who_is_joining_hears_later_what_came_meanwhile(scene: Scene) -> None:
    ear, muted = scene.muted()
    scene.hear(scene.room.send(), scene.room.send())
    assert ear.frames == []
    assert len(muted.held) == 2
    scene.live.audience.unmute(ear, member_since=0)
    scene.hear(scene.room.send())
    await until(lambda: ear.numbers == [6])
    await until(lambda: scene.ear.numbers == [4, 5, 6])


async def test_who_opens_a_room_again_misses_nothing_that_waited_to_be_sent(scene: Scene) -> None:
    """What the answer does not hold: a change of a message older than the window."""
    scene.hear(scene.room.send())
    scene.hear(scene.room.edit(1001))  # waits for the next write
    scene.live.audience.mute(scene.ear, since=scene.live.position)
    assert scene.ear.numbers == [4, 5]


async def test_too_much_held_is_dropped_for_a_fresh_start(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chat.audience.HELD_LIMIT", 3)
    _, muted = scene.muted()
    scene.hear(*[scene.room.send() for _ in range(5)])
    assert muted.stale
    assert len(muted.held) <= 3
    muted.restart(scene.live.position)
    assert (muted.stale, muted.held) == (False, [])


async def test_a_reload_makes_an_answer_that_is_under_way_worthless(
    scene: Scene, settings: Any
) -> None:
    ear, muted = scene.muted()
    scene.hear(scene.room.send())
    await renewed(scene, settings)
    await scene.catches_up()
    assert muted.stale
    assert muted.since == scene.room.head
    assert ear.frames == []


async def test_a_snapshot_is_made_once_for_all_who_come(scene: Scene) -> None:
    snapshot = scene.live.answers.snapshot(reset=False)
    assert scene.live.answers.snapshot(reset=False) is snapshot
    scene.hear(scene.room.send())
    assert scene.live.answers.snapshot(reset=False) != snapshot


@pytest.mark.parametrize(
    ("number", "leads"), [(-1, False), (2, True), (3, True), (4, False), (1, False)]
)
async def test_changes_lead_from_within_the_limit_and_above_the_floor(
    number: int, leads: bool, scene: Scene, settings: Any
) -> None:
    settings.CHAT_RESUME_LIMIT = 1
    assert scene.live.answers.leads_from(number) is leads


async def test_no_change_leads_from_below_the_floor(scene: Scene) -> None:
    scene.hear(scene.room.prune(3))
    assert [number for number in range(5) if scene.live.answers.leads_from(number)] == [2, 3, 4]


async def test_changes_come_from_memory_where_it_reaches_back(scene: Scene) -> None:
    scene.hear(scene.room.send(), scene.room.send())
    assert [n for n, _ in await scene.live.answers.changes_since(3, upto=5)] == [4, 5]
    assert scene.database.reads == []
    assert [n for n, _ in await scene.live.answers.changes_since(2, upto=5)] == [3, 4, 5]
    assert scene.database.reads == ["changes"]


async def test_what_has_no_number_skips_the_session_it_comes_from(scene: Scene) -> None:
    other = Ear(9)
    scene.listen(other)
    joining, _ = scene.muted()
    notice = b'{"event":"user_typing","data":{"changed_sequence":0}}'
    scene.live.audience.notice(notice, skip=scene.ear.id)
    assert (len(other.frames), scene.ear.frames, joining.frames) == (1, [], [])
