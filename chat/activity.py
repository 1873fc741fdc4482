"""What the members of a room hear who have it not open: that it moved, and what waits for them."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Protocol

from django.conf import settings

from . import queries, reads
from .live_room import LiveRoom
from .protocol.codec import event_frame
from .protocol.outbound import RoomActivity

logger = logging.getLogger(__name__)


class Member(Protocol):
    """What this needs of a session."""

    @property
    def user_id(self) -> int: ...

    rooms: dict[str, LiveRoom]

    def send(self, payload: bytes) -> None: ...
    def end_membership(self, room: int, room_id: str, *, reason: str) -> None: ...


class Activity:
    """This process's own index of rooms and their members' sessions: no publish a member.

    Moved rooms are told of once an interval, all in one read.
    """

    def __init__(self) -> None:
        # By room key: the room's slug and its members' sessions here.
        self._slugs: dict[int, str] = {}
        self._members: dict[int, set[Member]] = defaultdict(set)
        # The numbers up to which rooms have moved, and up to which that was told.
        self._moved: dict[int, int] = {}
        self._told: dict[int, int] = {}
        # How many sessions' memberships are being counted, and what moved since the first began.
        self._counting = 0
        self._meanwhile: dict[int, int] = {}
        # Who was told of something, since the count began that is to be told next.
        self._overtaken: set[int] = set()

    @property
    def rooms(self) -> Iterable[int]:
        """The keys of the rooms that have members here."""
        return self._members

    @contextmanager
    def counting(self) -> Iterator[None]:
        """While what waits in somebody's rooms is read, until these are added: of those that move
        meanwhile too little may have been counted, and they are told of once more."""
        self._counting += 1
        try:
            yield
        finally:
            self._counting -= 1
            if not self._counting:
                self._meanwhile.clear()

    def add(self, session: Member, rooms: Mapping[int, str]) -> None:
        """Tell `session` of these rooms (slugs by key) from now on."""
        self._slugs.update(rooms)
        for key in rooms:
            self._members[key].add(session)
            if key in self._meanwhile:
                self._moved[key] = max(self._meanwhile[key], self._moved.get(key, 0))

    def remove(self, session: Member, rooms: Iterable[int]) -> None:
        for key in rooms:
            members = self._members.get(key)
            if members is not None:
                members.discard(session)
                if not members:
                    self._members.pop(key)
                    self._slugs.pop(key, None)
                    self._told.pop(key, None)

    def moved(self, room: int, number: int) -> None:
        """Note that a room (its key) has come as far as `number`, however one learnt of it."""
        if self._counting:
            self._meanwhile[room] = max(number, self._meanwhile.get(room, 0))
        if room in self._members and number > self._told.get(room, 0):
            self._moved[room] = max(number, self._moved.get(room, 0))

    def overtaken(self, user: int) -> None:
        """Note that a person's sessions were told how much waits: what is being counted just now
        may be older."""
        self._overtaken.add(user)

    async def run(self) -> None:
        """Tell, at most once an interval a room, whoever has it not open."""
        while True:
            await asyncio.sleep(settings.CHAT_ACTIVITY_INTERVAL)
            try:
                await self.tell()
            except Exception:
                logger.warning("Could not tell of moved rooms", exc_info=True)

    async def tell(self) -> None:
        """Tell of all rooms that moved since the last time."""
        moved, self._moved = self._moved, {}
        try:
            await self._tell(moved)
        except BaseException:
            self._moved = moved | self._moved
            raise
        # The last member may have gone meanwhile, and nobody would forget it any more.
        self._told.update({key: number for key, number in moved.items() if key in self._members})

    async def _tell(self, moved: Mapping[int, int]) -> None:
        self._overtaken.clear()
        absent = {key: {member.user_id for member in self._absent(key)} for key in moved}
        users = {key: people for key, people in absent.items() if people}
        if not users:
            return
        found = await reads.waiting(users)
        for key, people in users.items():
            # Asked anew: who has opened the room meanwhile may have become a member by that.
            for member in self._absent(key):
                if member.user_id in self._overtaken:
                    self._moved.setdefault(key, moved[key])
                elif member.user_id in people:
                    waiting = found.waiting.get((key, member.user_id))
                    self._tell_of(key, moved[key], member, waiting, found.names.get(key))

    def _tell_of(
        self,
        key: int,
        head: int,
        member: Member,
        waiting: queries.Waiting | None,
        name: str | None,
    ) -> None:
        slug = self._slugs[key]
        if waiting is None:
            # No member any more: the room has moved by that, and nobody told of it.
            member.end_membership(key, slug, reason="ended")
            return
        event = RoomActivity(
            room_id=slug,
            head=head,
            unread=waiting.unread,
            mentions=waiting.mentions,
            name=name,
        )
        member.send(event_frame(event))

    def _absent(self, key: int) -> list[Member]:
        slug = self._slugs.get(key, "")
        return [member for member in self._members.get(key, ()) if slug not in member.rooms]
