"""What every client of the tests keeps book of, whatever carries its frames."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Mapping
from typing import Any

from .outbox import Outbox, Refused
from .timeline import MESSAGE_EVENTS, ROOM_EVENTS, Timeline

# Seconds for anything that ought to happen. Nothing is measured by it: who waits for longer than
# this waits in vain, on the slowest machine.
PATIENCE = 60.0

Frame = dict[str, Any]
EVERYTHING = "*"  # no room's slug


class Disconnected(Exception):
    """The connection went before the answer came."""


# What members hear of a room that they have not open.
OF_MEMBERS = {"ack", "room_activity", "message_read", "membership_changed"}


class Correspondent:
    """Takes frames in, applies them to timelines, matches answers to what was asked."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.timelines: dict[str, Timeline] = {}
        self.outbox = Outbox()
        # Everything that came and was neither an answer nor a change of a timeline.
        self.events: list[tuple[str, dict[str, Any]]] = []
        # What came though the right to hear it had ended, in words.
        self.late: list[str] = []
        self._ended: set[str] = set()
        # Rooms that the person belongs to again, though this client has not opened them yet.
        self._belongs_again: set[str] = set()
        self._asked: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._numbers = itertools.count(1)
        self._moved = asyncio.Event()

    def take(self, frame: Frame) -> None:
        """Take in one frame of the server."""
        event, data, ref = frame["event"], frame["data"], frame.get("ref")
        self._watch_ends(event, data)
        if ref is not None:
            self._answered(ref, event, data)
        elif not self._changed_a_timeline(event, data):
            self.events.append((event, data))
        self._moved.set()

    def let_in_again(self, room_id: str) -> None:
        """Note that the person belongs to a room again: members are answered, and told of it."""
        self._belongs_again.add(room_id)

    def _watch_ends(self, event: str, data: Mapping[str, Any]) -> None:
        room_id = data.get("room_id", "")
        if event == "room_history":
            self._ended.discard(room_id)
        may_hear = event in OF_MEMBERS and room_id in self._belongs_again
        if EVERYTHING in self._ended or (room_id in self._ended and not may_hear):
            self.late.append(f"{event} came after the end: {data}")
        if event == "membership_ended":
            self._ended.add(room_id)
            self._belongs_again.discard(room_id)
        elif event == "session_ended":
            self._ended.add(EVERYTHING)

    def _changed_a_timeline(self, event: str, data: Mapping[str, Any]) -> bool:
        if event not in MESSAGE_EVENTS | ROOM_EVENTS | {"room_history"}:
            return False
        room_id = data["room"]["room_id"] if "room" in data else data["room_id"]
        timeline = self.timelines.get(room_id)
        return timeline is not None and timeline.apply(event, data)

    def _answered(self, ref: str, event: str, data: dict[str, Any]) -> None:
        asked = self._asked.pop(ref, None)
        if asked is not None and not asked.done():
            if event == "ack":
                asked.set_result(data)
            else:
                asked.set_exception(Refused(data))

    def expect_answer(self, event: str, data: Mapping[str, Any]) -> tuple[Frame, asyncio.Future]:
        """Return the frame that asks for `event`, and the future of its answer."""
        ref = f"ask:{next(self._numbers)}"
        future = self._asked[ref] = asyncio.get_running_loop().create_future()
        return {"event": event, "data": dict(data), "ref": ref}, future

    def forget_questions(self) -> None:
        """The connection is gone: nothing that was asked on it is answered any more."""
        self._ended.discard(EVERYTHING)
        asked, self._asked = self._asked, {}
        for future in asked.values():
            if not future.done():
                future.set_exception(Disconnected())
                future.exception()  # whoever still waits sees it; nobody is blamed otherwise

    def fresh_client_id(self) -> str:
        return f"{self.name}-{next(self._numbers)}"

    def follow(self, room_id: str) -> Timeline:
        """Keep a timeline of the room from now on."""
        return self.timelines.setdefault(room_id, Timeline(room_id))

    def heard(self, event: str) -> list[dict[str, Any]]:
        """The data of all events of this name that came."""
        return [data for name, data in self.events if name == event]

    async def until(self, condition: Callable[[], object], what: str = "") -> None:
        """Wait until `condition` holds; it is asked again after every frame."""
        try:
            async with asyncio.timeout(PATIENCE):
                while not condition():
                    self._moved.clear()
                    await self._moved.wait()
        except TimeoutError:
            raise AssertionError(f"{self.name} waited in vain {what}: {self.describe()}") from None

    async def receives(self, event: str, count: int = 1) -> list[dict[str, Any]]:
        """Wait until `count` events of this name have come; return the data of all that have."""
        await self.until(lambda: len(self.heard(event)) >= count, f"for {count} {event}")
        return self.heard(event)

    async def has_acks(self, count: int) -> None:
        """Wait until that many messages have been acknowledged in all."""
        while (so_far := len(self.outbox.acks)) < count:
            await self.until(lambda: len(self.outbox.acks) > so_far, f"for ack {so_far + 1}")

    async def sees(self, room_id: str, text: str) -> None:
        """Wait until a message is shown that says `text`."""
        line = self.timelines[room_id]
        await self.until(
            lambda: any(body["message"] == text for body in line.shown.values()), f"for {text!r}"
        )

    async def stands_at(self, room_id: str, head: int) -> None:
        """Wait until the room's timeline has come as far as `head`."""
        timeline = self.timelines[room_id]
        await self.until(lambda: timeline.position >= head, f"for {head} of {room_id}")

    def describe(self) -> str:
        stands = {room: (line.position, line.epoch) for room, line in self.timelines.items()}
        return f"stands at {stands}, unacknowledged {sorted(self.outbox.pending)}"
