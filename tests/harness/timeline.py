"""What one client knows of one room, by the client rule of the design: pure, no socket.

It also keeps book of what must never happen: a live frame whose number does not rise.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Body = dict[str, Any]

MESSAGE_EVENTS = frozenset(
    {"new_message", "message_edited", "message_deleted", "reaction_changed", "pin_changed"}
)
ROOM_EVENTS = frozenset({"room_changed", "room_closed", "history_pruned"})


class Timeline:
    """Per message the higher `changed_sequence` wins; only numbered frames and `room_history`
    move the position; everything below the floor goes; a reset empties all.
    """

    def __init__(self, room_id: str) -> None:
        self.room_id = room_id
        self.epoch: str | None = None
        self.position = 0
        self.floor = 1
        self.oldest = 0
        self.has_more = False
        self.room: Body = {}
        self.resets = 0
        # Frames of the answer to the last `join_room`.
        self.pages = 0
        # Live frames in the order in which they came: their numbers.
        self.heard: list[int] = []
        # What a live client must never see, in words.
        self.violations: list[str] = []
        self._known: dict[int, Body] = {}
        self._fresh = True

    @property
    def standing(self) -> dict[str, Any]:
        """What to join with."""
        return {} if self.epoch is None else {"after": self.position, "epoch": self.epoch}

    @property
    def shown(self) -> dict[int, Body]:
        """The messages on screen, by place. What is older than the oldest page waits aside."""
        return {
            body["sequence"]: body
            for body in sorted(self._known.values(), key=lambda known: int(known["sequence"]))
            if body["sequence"] >= self.oldest
        }

    def joining(self) -> None:
        """Note that `join_room` is asked with `standing`."""
        self._fresh = self.epoch is None
        self.pages = 0

    def apply(self, event: str, data: Mapping[str, Any]) -> bool:
        """Take in a frame of this room; False if it is of a kind that changes no timeline."""
        if event == "room_history":
            self._take_history(data)
        elif event in MESSAGE_EVENTS:
            self._heard(event, data["changed_sequence"])
            self._put(data)
        elif event in ROOM_EVENTS:
            self._heard(event, data["changed_sequence"])
            self._take_room(data["room"])
        else:
            return False
        return True

    def add_page(self, before: int, page: Mapping[str, Any]) -> None:
        """Take in the answer to `fetch_history` with `before`."""
        for body in page["messages"]:
            self._put(body)
        if before == self.oldest:
            places = [body["sequence"] for body in page["messages"]]
            self.oldest = min([self.oldest, *places])
            self.has_more = page["has_more"]

    def _take_history(self, data: Mapping[str, Any]) -> None:
        self.pages += 1
        if data["reset"]:
            self.resets += 1
        if data["reset"] or self._fresh:
            self._known.clear()
            self.epoch, self.position, self.floor = data["epoch"], 0, 1
            places = [body["sequence"] for body in data["messages"]]
            self.oldest = min(places, default=data["sequence"] + 1)
            self.has_more = data["has_more"]
            self._fresh = False
        elif data["epoch"] != self.epoch:
            self.violations.append(f"changes of epoch {data['epoch']} added to {self.epoch}")
        self._take_room(data["room"])
        for body in data["messages"]:
            self._put(body)
        self.position = max(self.position, data["sequence"])

    def _take_room(self, room: Mapping[str, Any]) -> None:
        self.room = dict(room)
        self.floor = max(self.floor, room["floor"])
        for key in [key for key, body in self._known.items() if body["sequence"] < self.floor]:
            del self._known[key]

    def _heard(self, event: str, number: int) -> None:
        if number <= self.position:
            self.violations.append(f"{event} {number} came to one who stands at {self.position}")
        self.heard.append(number)
        self.position = max(self.position, number)

    def _put(self, body: Mapping[str, Any]) -> None:
        if body["sequence"] < self.floor:
            return
        known = self._known.get(body["message_id"])
        if known is None or known["changed_sequence"] < body["changed_sequence"]:
            self._known[body["message_id"]] = dict(body)
