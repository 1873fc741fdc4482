"""The hub: one a process. It knows every live room and session here and delivers to them."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Protocol

from django.conf import settings

from . import reads, tasks
from .activity import Activity
from .audience import Listener
from .bus import Bus
from .bus_items import (
    AccessEnded,
    Arrived,
    Beat,
    BusItem,
    Change,
    Departed,
    Everybody,
    Head,
    MembershipBegan,
    MembershipChanged,
    NotificationsChanged,
    PersonNotice,
    ProfileChanged,
    Receipt,
    RoomNotice,
)
from .checks import Checks
from .companions import Caller, Companions
from .live_room import LiveRoom, read_system_message
from .live_sessions import Register
from .notices import Notices
from .presence import Presence
from .protocol.codec import Delivery
from .protocol.outbound import OutboundEvent
from .renaming import Renaming

if TYPE_CHECKING:
    from accounts.identity import Identity

logger = logging.getLogger(__name__)

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
    def become_member(self, rooms: dict[int, str]) -> None: ...
    def end_membership(self, room: int, room_id: str, *, reason: str) -> None: ...
    async def shut_down(self) -> None: ...


class Hub:
    """Delivers what happens, whether in this process (`take`) or in another (the bus)."""

    def __init__(self) -> None:
        self.id = secrets.token_hex(8)
        self.bus = Bus(self.id, self._hear)
        self.activity = Activity()
        self.rooms: dict[int, LiveRoom] = {}
        self.companions = Companions()
        self.presence = Presence(self.rooms, self.companions)
        self.register = Register()
        self.notices = Notices(self._tell_person)
        self.renaming = Renaming(self.rooms)
        self.checks = Checks(self)
        self.sessions: set[HubSession] = set()
        self._by_user: dict[int, set[HubSession]] = defaultdict(set)
        # Slugs never change, so what they stand for is asked once.
        self._keys: dict[str, int] = {}
        self._loop = asyncio.get_running_loop()
        self._tasks: list[asyncio.Task[None]] = []
        self._hearing = {
            Change: self._hear_change,
            Head: self._hear_head,
            Beat: self._hear_beat,
            RoomNotice: self._hear_room_notice,
            PersonNotice: self._hear_person_notice,
            Everybody: self._hear_everybody,
            AccessEnded: self._hear_access_ended,
            Arrived: self.presence.hear,
            Departed: self.presence.hear,
            ProfileChanged: self._hear_profile_changed,
            MembershipBegan: self._hear_membership_began,
            MembershipChanged: self._hear_membership_changed,
            Receipt: self._hear_receipt,
            NotificationsChanged: self._hear_notifications_changed,
        }

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
        await asyncio.gather(self.presence.stop(), self.register.stop(), self.bus.stop())

    # What happens

    def take(self, items: tuple[BusItem, ...]) -> None:
        """Deliver what happened in this process, and tell the other hubs. From any thread."""
        self._loop.call_soon_threadsafe(self._take, items)

    def _take(self, items: tuple[BusItem, ...]) -> None:
        try:
            self._hear(items)
        finally:
            self.bus.publish(items)

    def _hear(self, items: Iterable[BusItem]) -> None:
        touched: set[LiveRoom] = set()
        for item in items:
            try:
                self._hearing[type(item)](item)  # type: ignore[operator]
            except Exception:
                # One that cannot be taken in keeps back none of the others.
                logger.exception("A %s could not be taken in", type(item).__name__)
            if type(item) is Change and (room := self.rooms.get(item.room)):
                touched.add(room)
        for room in touched:
            room.audience.settle()

    def _hear_change(self, change: Change) -> None:
        self.activity.moved(change.room, change.number)
        if change.removed:
            self.checks.note_end(change.room, change.removed)
            self._note_end(change)
        if room := self.rooms.get(change.room):
            room.hear(change)

    def _note_end(self, change: Change) -> None:
        """Let sessions know of a membership that ended where they have it not open."""
        about = read_system_message(change.body)
        for session in list(self._by_user.get(change.removed, ())):
            if about.room_id not in session.rooms:
                session.end_membership(change.room, about.room_id, reason=about.act)

    def _hear_membership_began(self, began: MembershipBegan) -> None:
        self._begin_membership(began, self._by_user.get(began.user, ()))

    def find_membership(self, began: MembershipBegan) -> None:
        """Tell those of the person's sessions that did not hear of it."""
        sessions = self._by_user.get(began.user, ())
        unaware = [session for session in sessions if began.room not in session.member_of]
        self._begin_membership(began, unaware)

    def _begin_membership(self, began: MembershipBegan, sessions: Collection[HubSession]) -> None:
        for session in sessions:
            session.become_member({began.room: began.room_id})
        self._deliver(sessions, began.frame)
        if began.companion:
            self.companions.met(sessions, began.companion)

    def _hear_membership_changed(self, changed: MembershipChanged) -> None:
        for session in self._by_user.get(changed.user, ()):
            session.muted_until[changed.room] = changed.muted_until
        self._deliver(self._by_user.get(changed.user, ()), changed.frame)

    def _hear_receipt(self, receipt: Receipt) -> None:
        if room := self.rooms.get(receipt.room):
            room.hear_receipt(receipt)

    def _hear_notifications_changed(self, changed: NotificationsChanged) -> None:
        if changed.user in self._by_user:
            self.notices.changed(changed.user)

    def _tell_person(self, user: int, payload: bytes) -> None:
        self._deliver(self._by_user.get(user, ()), payload)

    def _hear_head(self, head: Head) -> None:
        self.activity.moved(head.room, head.number)
        if room := self.rooms.get(head.room):
            room.hint(head, delay=0.0 if self.bus.deaf else settings.CHAT_REPAIR_DELAY)

    def _hear_beat(self, beat: Beat) -> None:
        for head in beat.heads:
            self._hear_head(head)

    def _hear_room_notice(self, notice: RoomNotice) -> None:
        if room := self.rooms.get(notice.room):
            room.audience.notice(notice.frame, skip=notice.skip)

    def _hear_person_notice(self, notice: PersonNotice) -> None:
        self._deliver(self._by_user.get(notice.user, ()), notice.frame, skip=notice.skip)

    def _hear_everybody(self, notice: Everybody) -> None:
        self._deliver(self.sessions, notice.frame)

    def _deliver(self, sessions: Iterable[HubSession], payload: bytes, *, skip: str = "") -> None:
        delivery = Delivery((payload,))
        for session in sessions:
            if session.id != skip:
                session.deliver(delivery)

    def _hear_access_ended(self, ended: AccessEnded) -> None:
        for session in list(self._by_user.get(ended.user, ())):
            if _is_ended(session.identity, ended):
                session.end(reason=ended.reason)

    def _hear_profile_changed(self, changed: ProfileChanged) -> None:
        self.renaming.changed(changed.user)

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
        self.presence.leave(self.companions, caller, grace=grace, reason="disconnected")
        for room in session.rooms.values():
            self.presence.leave(room, session, grace=grace, reason="disconnected")
            self.close_room(session, room)

    @property
    def people(self) -> list[int]:
        """The ids of everybody who has a session here."""
        return list(self._by_user)

    def count_of(self, user_id: int) -> int:
        """How many sessions a person has here."""
        return len(self._by_user.get(user_id, ()))

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


def _is_ended(identity: Identity, ended: AccessEnded) -> bool:
    if ended.session_key:
        return identity.session_key == ended.session_key
    if ended.token_digest:
        return identity.token_digest == ended.token_digest
    # Who has logged in since then is not meant, however late this is heard.
    return not ended.version or identity.access_version < ended.version
