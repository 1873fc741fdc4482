"""A hub's memory of a room says what the room is, whatever happened in it."""

from typing import Any

import hypothesis
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from chat.bus_items import Change
from chat.room_memory import RoomMemory
from tests.naive_room import NaiveRoom

CHANGES = 8
WINDOW = 5


def remember(room: NaiveRoom) -> RoomMemory:
    """A memory that is loaded now."""
    rows = room.in_place
    return RoomMemory(
        [row.remembered for row in rows[-WINDOW:]],
        position=room.head,
        has_more=len(rows) > WINDOW,
        window=WINDOW,
        changes=CHANGES,
    )


def some_change(room: NaiveRoom, draw: Any) -> Change:
    """Any one change of the room."""
    ids = [row.message_id for row in room.in_place]
    kinds = ["send", "send", "rename"] + ["edit", "delete", "prune"] * bool(ids)
    kind = draw(st.sampled_from(kinds))
    if kind in ("edit", "delete"):
        change: Change = getattr(room, kind)(draw(st.sampled_from(ids)))
        return change
    if kind == "prune":
        return room.prune(draw(st.integers(room.floor, room.head + 1)))
    return room.send() if kind == "send" else room.rename()


class Remembering(RuleBasedStateMachine):
    """The memory hears each change, or what a repair makes of several."""

    def __init__(self) -> None:
        super().__init__()
        self.room = NaiveRoom()
        self.memory = remember(self.room)
        self.loaded_at = 0
        self.heard = 0

    @initialize(before=st.integers(0, 12))
    def load(self, before: int) -> None:
        for _ in range(before):
            self.room.send()
        self.memory = remember(self.room)
        self.loaded_at = self.room.head

    @rule(data=st.data())
    def hear_a_change(self, data: st.DataObject) -> None:
        self.memory.apply(some_change(self.room, data.draw))
        self.heard += 1

    @rule(data=st.data(), missed=st.integers(1, 12))
    def repair_a_gap(self, data: st.DataObject, missed: int) -> None:
        position = self.room.head
        for _ in range(missed):
            some_change(self.room, data.draw)
        changes = self.room.repair(epoch=self.room.epoch, position=position).changes
        if changes is None:
            self.memory = remember(self.room)
            self.loaded_at, self.heard = self.room.head, 0
            return
        for change in changes:
            self.memory.apply(change)
        self.heard += len(changes)

    @invariant()
    def the_window_is_the_newest_messages(self) -> None:
        newest = self.room.in_place[-WINDOW:]
        assert self.memory.newest_bodies() == [row.body for row in newest]

    @invariant()
    def nothing_older_is_denied(self) -> None:
        older = len(self.room.rows) > WINDOW
        assert self.memory.has_more >= older

    @precondition(lambda self: self.room.floor == 1)
    @invariant()
    def nothing_older_is_invented(self) -> None:
        assert self.memory.has_more == (len(self.room.rows) > WINDOW)

    @invariant()
    def changes_are_complete_or_not_known(self) -> None:
        for number in range(max(self.room.floor - 1, 0), self.room.head + 1):
            told = self.memory.changes_after(number, floor=self.room.floor)
            assert told is None or told == [
                (row.changed, row.body) for row in self.room.changed_since(number)
            ]

    @invariant()
    def the_last_changes_are_known(self) -> None:
        assert self.memory.changes_after(self.room.head, floor=self.room.floor) == []
        if self.heard < CHANGES:
            assert self.memory.changes_after(self.loaded_at, floor=self.room.floor) is not None


TestRemembering = Remembering.TestCase
TestRemembering.settings = hypothesis.settings(max_examples=40, stateful_step_count=25)


@pytest.mark.parametrize("floor", range(1, 14))
def test_what_is_older_is_gone_once_pruning_reaches_the_window(floor: int) -> None:
    room = NaiveRoom()
    for _ in range(12):
        room.send()
    memory = remember(room)
    memory.apply(room.prune(floor))
    assert memory.has_more == (len(room.rows) > WINDOW)


def test_the_memory_forgets_the_oldest_changes() -> None:
    room = NaiveRoom()
    memory = remember(room)
    for _ in range(CHANGES + 3):
        memory.apply(room.send())
    assert memory.changes_after(2, floor=1) is None
    known = memory.changes_after(3, floor=1)
    assert known is not None
    assert [number for number, _ in known] == list(range(4, CHANGES + 4))
