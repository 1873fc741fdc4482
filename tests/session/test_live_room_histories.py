"""Whatever the bus does, a listener ends where the database is, and no change is seen twice."""

import asyncio
from typing import Any

import pytest
from django.test import override_settings
from hypothesis import given, settings
from hypothesis import strategies as st

from chat import repairs
from chat.bus_items import Change

from .house import until
from .lone_room import Scene

# What happens in the room, and what the bus makes of it.
ACTS = st.sampled_from(["send", "send", "send", "edit", "delete", "prune", "rename", "renew"])
FATES = st.sampled_from(["comes", "comes", "comes", "lost", "twice", "late", "late"])
STEPS = st.lists(st.tuples(ACTS, FATES, st.integers(0, 2**16)), max_size=40)


class Timeline:
    """A client that applies frames as the protocol says."""

    def __init__(self) -> None:
        self.known: dict[int, tuple[int, str]] = {}
        self.position = 0

    def take(self, frame: dict[str, Any]) -> None:
        data = frame["data"]
        if frame["event"] == "room_history":
            assert data["reset"]
            self.known = {}
            for message in data["messages"]:
                self._put(message)
            self.position = data["sequence"]
            return
        number = data["changed_sequence"]
        assert number > self.position, "a change came twice, or out of order"
        self.position = number
        if "room" in data:
            floor = data["room"]["floor"]
            self.known = {place: was for place, was in self.known.items() if place >= floor}
        else:
            self._put(data)

    def _put(self, message: dict[str, Any]) -> None:
        self.known[message["sequence"]] = (message["changed_sequence"], message["message"])


def act(scene: Scene, name: str, chance: int) -> Change | None:
    room = scene.room
    rows = room.in_place
    match name:
        case "edit" | "delete" if rows:
            change: Change = getattr(room, name)(rows[chance % len(rows)].message_id)
            return change
        case "prune" if rows:
            return room.prune(rows[chance % len(rows)].sequence)
        case "rename":
            return room.rename()
        case "renew" if chance % 4 == 0:
            room.epoch = f"{chance}-{room.head}"
            return None
    return room.send()


async def live_through(scene: Scene, steps: list[tuple[str, str, int]]) -> None:
    await scene.open()
    late: list[Change] = []
    for name, fate, chance in steps:
        change = act(scene, name, chance)
        if change is not None and fate == "late":
            late.append(change)
        elif change is not None and fate != "lost":
            scene.hear(*[change] * (2 if fate == "twice" else 1))
        if late and chance % 3 == 0:
            scene.hear(late.pop(chance % len(late)))
        if chance % 5 == 0:
            await asyncio.sleep(0.0005 * (chance % 4))
    scene.hear(*reversed(late))
    scene.live.hint(scene.room.head_now(), delay=0.0)
    await scene.catches_up()
    await until(lambda: not scene.live.is_repairing)


@settings(max_examples=150)
@given(STEPS, st.integers(0, 6))
def test_a_listener_ends_where_the_database_is(
    steps: list[tuple[str, str, int]], before: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(repairs, "RETRY_DELAYS", (0.0,))
        scene = Scene(patch, messages=before)
        quick = {"CHAT_REPAIR_DELAY": 0.001, "CHAT_BATCH_DELAY": 0.0, "CHAT_RESUME_LIMIT": 8}
        with override_settings(**quick):
            asyncio.run(live_through(scene, steps))
    timeline = Timeline()
    timeline.position = before
    timeline.known = {number: (number, "new") for number in range(1, before + 1)}
    for frame in scene.ear.frames:
        timeline.take(frame)
    assert timeline.known == {row.sequence: (row.changed, row.text) for row in scene.room.in_place}
    assert timeline.position == scene.room.head
    assert scene.live.state == scene.room.state
    window = [row.body for row in scene.room.in_place[-50:]]
    assert scene.live.memory.newest_bodies() == window
