"""A live room without a database: what it reads is a naive room, and can be held back or fail."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from chat import live_room, room_answers
from chat.audience import Muted
from chat.bus_items import Change
from chat.live_room import LiveRoom
from chat.protocol.codec import Delivery
from tests.frames import read_frame
from tests.naive_room import NaiveRoom

from .house import until


class Database:
    """Stands in for `chat.reads`, over one naive room."""

    def __init__(self, room: NaiveRoom) -> None:
        self.room: NaiveRoom | None = room
        self.members: set[int] = set()
        self.reads: list[str] = []
        self.failing = False
        # Clear it, and what was read waits before it is answered.
        self.answering = asyncio.Event()
        self.answering.set()

    async def _answer(self, name: str, answer: Any) -> Any:
        self.reads.append(name)
        await self.answering.wait()
        await asyncio.sleep(0)
        if self.failing:
            raise OSError("the database is away")
        return answer

    async def load(self, key: int) -> Any:
        return await self._answer("load", self.room and self.room.load())

    async def repair(self, key: int, *, epoch: str, position: int) -> Any:
        repair = self.room and self.room.repair(epoch=epoch, position=position)
        return await self._answer("repair", repair)

    async def changes(self, key: int, *, slug: str, floor: int, after: int, upto: int) -> Any:
        assert self.room is not None
        rows = self.room.changed_since(after, upto)
        return await self._answer("changes", [(row.changed, row.body) for row in rows])

    async def memberships_still_there(self, pairs: set[tuple[int, int]]) -> Any:
        there = {(room, user) for room, user in pairs if user in self.members}
        return await self._answer("memberships", there)


class Ear:
    """A session as a room sees it."""

    def __init__(self, user_id: int) -> None:
        self.user_id = user_id
        self.id = f"session of {user_id}, {id(self)}"
        self.frames: list[dict[str, Any]] = []
        self.writes = 0
        self.out: str | None = None

    def deliver(self, delivery: Delivery) -> None:
        assert self.out is None, "delivered after the membership had ended"
        self.writes += 1
        self.frames.extend(map(read_frame, delivery.payloads))

    def left_room(self, room: LiveRoom, *, reason: str) -> None:
        self.out = reason

    @property
    def numbers(self) -> list[int]:
        """The numbers of the changes heard."""
        return [
            frame["data"]["changed_sequence"]
            for frame in self.frames
            if frame["event"] != "room_history"
        ]

    @property
    def resets(self) -> list[dict[str, Any]]:
        return [frame["data"] for frame in self.frames if frame["event"] == "room_history"]


class Scene:
    """A room of the database, the live room that follows it, and one who listens."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, messages: int = 3) -> None:
        self.room = NaiveRoom()
        for _ in range(messages):
            self.room.send()
        self.database = Database(self.room)
        for reader in (live_room, room_answers):
            monkeypatch.setattr(reader, "reads", self.database)
        self.live = LiveRoom(self.room.key)
        self.ear = Ear(7)
        self.database.members.add(7)

    async def open(self) -> Scene:
        """Load the live room and let somebody listen, who has been a member from the start."""
        assert await self.live.ready()
        self.listen(self.ear)
        self.database.reads.clear()
        return self

    def listen(self, ear: Ear, *, member_since: int = 0) -> None:
        self.live.audience.mute(ear, since=self.live.position)
        self.live.audience.unmute(ear, member_since=member_since)

    def hear(self, *changes: Change) -> None:
        """Take changes as a hub does."""
        for change in changes:
            self.live.hear(change)
        self.live.audience.settle()

    def muted(self) -> tuple[Ear, Muted]:
        """Somebody who is joining."""
        ear = Ear(8)
        self.database.members.add(8)
        return ear, self.live.audience.mute(ear, since=self.live.position)

    async def comes_to(self, number: int) -> None:
        await until(lambda: self.live.position == number and not self.live.is_repairing)

    async def catches_up(self) -> None:
        """Wait until it is where the database is, and all is delivered."""
        room = self.room
        await until(lambda: (self.live.epoch, self.live.position) == (room.epoch, room.head))
        await until(lambda: not self.live.is_repairing)
        self.live.audience.flush()
