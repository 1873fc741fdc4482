"""The hub: one a process. It knows every live room and session here and delivers to them."""

from __future__ import annotations

import asyncio
import secrets
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from typing import TYPE_CHECKING, Protocol

from django.conf import settings

from . import reads, tasks
from .activity import Activity
from .audience import Listener
from .bus import Bus
from .bus_items import BusItem
from .checks import Checks
from .companions import EVERYWHERE, Caller, Companions
from .hearing import Hearing
from .leases import Leases
from .live_room import LiveRoom
from .live_sessions import Register
from .notices import Notices
from .presence import Presence
from .protocol.codec import Delivery
from .protocol.outbound import OutboundEvent
from .renaming import Renaming

if TYPE_CHECKING:
    from accounts.identity import Identity

ROOM_LINGERS = 30.0


class HubSession(Listener, Protocol):
    """What the hub needs of a session."""

    identity: Identity
    username: str
    rooms: dict[str, LiveRoom]
    member_of: dict[int, str]
    muted_until: dict[int, float]
    companions: set[int]

    def tell(self, event: OutboundEvent) -> None: ...
    def end(self, *, reason: str) -> None: ...
    def become_member(self, rooms: dict[int, str], *, companion: int = 0) -> None: ...
    def unless_member(self, room: int, hear: Callable[[], None]) -> None: ...
    def end_membership(self, room: int, room_id: str, *, reason: str) -> None: ...
    async def shut_down(self) -> None: ...


class Hub:
    """Delivers what happens, whether in this process (`take`) or in another (the bus)."""

    def __init__(self) -> None:
        self.id = secrets.token_hex(8)
        self.hearing = Hearing(self)
        self.bus = Bus(self.id, self.hearing.hear)
        self.activity = Activity()
        self.rooms: dict[int, LiveRoom] = {}
        self.companions = Companions()
        self.leases = Leases(missed=self._forget_presence)
        self.presence = Presence(self.rooms, self.companions, self.leases)
        self.register = Register()
        self.notices = Notices(self.tell_person)
        self.renaming = Renaming(self.rooms)
        self.checks = Checks(self)
        self.sessions: set[HubSession] = set()
        self._by_user: dict[int, set[HubSession]] = defaultdict(set)
        # Slugs never change, so what they stand for is asked once.
        self._keys: dict[str, int] = {}
        self._loop = asyncio.get_running_loop()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self.bus.start()
        self._tasks = [
            asyncio.create_task(self.checks.run_heads()),
            asyncio.create_task(self.checks.run_access()),
            asyncio.create_task(self.activity.run()),
            asyncio.create_task(self.presence.run()),
            asyncio.create_task(self.register.run()),
        ]

    async def stop(self) -> None:
        await tasks.end(self._tasks)
        await self.renaming.stop()
        await self.notices.stop()
        # Together: while Redis stands still, each of them waits as long as it may.
        await asyncio.gather(self.leases.stop(), self.register.stop(), self.bus.stop())

    def _forget_presence(self) -> None:
        self.presence.forget()

    # What happens

    def take(self, items: tuple[BusItem, ...]) -> None:
        """Deliver what happened in this process, and tell the other hubs. From any thread."""
        self._loop.call_soon_threadsafe(self._take, items)

    def _take(self, items: tuple[BusItem, ...]) -> None:
        try:
            self.hearing.hear(items)
        finally:
            self.bus.publish(items)

    # Sessions and rooms

    def add(self, session: HubSession) -> None:
        self.sessions.add(session)
        self._by_user[session.user_id].add(session)

    def remove(self, session: HubSession) -> None:
        """Forget a session that has ended, and the rooms that it was the last in."""
        self.sessions.discard(session)
        self.register.forget(session.id)
        sessions = self._by_user.get(session.user_id)
        if sessions is not None:
            sessions.discard(session)
            if not sessions:
                del self._by_user[session.user_id]
        self.companions.remove(session)
        grace = settings.CHAT_PRESENCE_GRACE
        caller = Caller(session.id, session.user_id)
        self.leases.leave(EVERYWHERE, caller, grace=grace, reason="disconnected")
        for room in session.rooms.values():
            self.leases.leave(room.key, session, grace=grace, reason="disconnected")
            self.close_room(session, room)

    @property
    def people(self) -> list[int]:
        """The ids of everybody who has a session here."""
        return list(self._by_user)

    def sessions_of(self, user_id: int) -> Collection[HubSession]:
        """The sessions that a person has here. Who ends some of them goes through a copy."""
        return self._by_user.get(user_id, ())

    def count_of(self, user_id: int) -> int:
        """How many sessions a person has here."""
        return len(self.sessions_of(user_id))

    def tell_person(self, user_id: int, payload: bytes, *, skip: str = "") -> None:
        """Deliver a frame to all sessions of a person, but the session `skip`."""
        self.deliver(self.sessions_of(user_id), payload, skip=skip)

    def deliver(self, sessions: Iterable[HubSession], payload: bytes, *, skip: str = "") -> None:
        """Deliver a frame to these sessions, but the session `skip`."""
        delivery = Delivery((payload,))
        for session in sessions:
            if session.id != skip:
                session.deliver(delivery)

    async def room_key(self, slug: str) -> int | None:
        """The key of the room called `slug`; asked of the database once."""
        key = self._keys.get(slug)
        if key is None:
            key = await reads.room_key(slug)
            if key is not None:
                self._keys[slug] = key
        return key

    def room(self, key: int) -> LiveRoom:
        """The live room of `key`, made when it is first asked for."""
        return self.rooms.setdefault(key, LiveRoom(key))

    def close_room(self, session: HubSession, room: LiveRoom) -> None:
        """Take a session out of a room; an empty room is kept a little, for who comes back."""
        room.audience.drop(session)
        if not room.audience:
            self._loop.call_later(ROOM_LINGERS, self._forget_if_empty, room)

    def _forget_if_empty(self, room: LiveRoom) -> None:
        if not room.audience and self.rooms.get(room.key) is room:
            del self.rooms[room.key]
