"""One live connection, whatever carries it: who it is, what it may ask, which rooms it has open."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from django.conf import settings

from accounts.identity import Identity
from accounts.signals import EndReason

from .answering import answer
from .companions import EVERYWHERE, Caller
from .conduct import Conduct
from .errors import ChatError, ErrorCode
from .handshake import Peer
from .live_sessions import LiveSession
from .protocol.close_codes import CloseCode
from .protocol.codec import Delivery, error_frame, event_frame
from .protocol.outbound import MembershipEnded, OutboundEvent, SessionEnded
from .threads import in_thread
from .welcoming import Meanwhile, Waits, welcome, what_waits

if TYPE_CHECKING:
    from .hub import Hub
    from .live_room import LiveRoom
    from .transports import Transport
    from .writer import Writer

# Reasons after which logging in again does not help.
FINAL_REASONS = frozenset({EndReason.DEACTIVATED})


class ChatSession:
    """Takes a client's frames and answers each; the hub delivers to it what happens elsewhere.

    Call `start` once, `handle` for every frame in turn, and `stop` when the connection is gone.
    """

    def __init__(
        self,
        *,
        hub: Hub,
        writer: Writer,
        transport: Transport,
        identity: Identity,
        peer: Peer = Peer(),  # noqa: B008 - immutable
    ) -> None:
        self.id = secrets.token_hex(8)
        self.hub = hub
        self.writer = writer
        self.identity = identity
        self.user = identity.user
        self.user_id: int = identity.user.pk
        self.username = identity.user.username
        self.peer = peer
        self.since = datetime.now(UTC)
        self.rooms: dict[str, LiveRoom] = {}
        # Slugs by key of the rooms whose member the person is, as far as was heard.
        self.member_of: dict[int, str] = {}
        # By room key, in seconds since 1970, for the rooms where that was ever so.
        self.muted_until: dict[int, float] = {}
        # Ids of the people one has direct rooms with.
        self.companions: set[int] = set()
        self.ended = False
        self._shutting_down = False
        self._transport = transport
        self._meanwhile = Meanwhile()
        self.deliver: Callable[[Delivery], None] = self._deliver_after_welcome
        self.send = transport.send
        self.drained = transport.drained
        self._close = transport.close
        self._idle = asyncio.Event()
        self._idle.set()
        self.conduct = Conduct(asyncio.get_running_loop().time)

    # Life

    async def start(self) -> bool:
        """Register, then greet; False if the login does not hold or has too many sockets.

        Registered first, so that an access that ends in between is not overheard.
        """
        if self.hub.count_of(self.user_id) >= settings.CHAT_SOCKETS_PER_USER:
            limit = settings.CHAT_SOCKETS_PER_USER
            self.refuse(ChatError(ErrorCode.RATE_LIMITED, details={"limit": limit}))
            self._close(CloseCode.FLOODING)
            return False
        self.hub.add(self)
        await self.hub.presence.prepare(self.hub.companions)
        heard = self.hub.notices.heard
        with self.hub.activity.counting():
            waits = await in_thread(what_waits, self.identity)
            if self.ended:
                return False
            if waits is None:
                self.end(reason=EndReason.EXPIRED)
                return False
            self._greet(waits)
        self.hub.notices.greeted(self.user_id, waits.notifications, heard=heard)
        self.note_in_register()
        await self.hub.leases.enter(EVERYWHERE, Caller(self.id, self.user_id))
        return True

    def _greet(self, waits: Waits) -> None:
        """Say welcome, then what happened while that was read: it may know less."""
        self._hear_of({member.room_id: member.room.slug for member in waits.members})
        self.hub.companions.add(self, [member.other.pk for member in waits.members if member.other])
        present = self.hub.companions.present(self)
        self.tell(welcome(waits, session_id=self.id, user=self.user, present=present))
        self.deliver = self._transport.deliver
        self._meanwhile.end()

    def _deliver_after_welcome(self, delivery: Delivery) -> None:
        self._meanwhile.holds(lambda: self.deliver(delivery))

    def stop(self) -> None:
        """Leave everything: the connection is gone, or is to go."""
        self.ended = True
        self.hub.activity.remove(self, self.member_of)
        self.hub.remove(self)
        self.rooms.clear()

    def end(self, *, reason: str) -> None:
        """The login behind this session has ended: nothing more is delivered."""
        self.stop()
        self.tell(SessionEnded(reason=reason))
        final = reason in FINAL_REASONS
        self._close(CloseCode.NO_LONGER_ALLOWED if final else CloseCode.NOT_LOGGED_IN)

    async def shut_down(self) -> None:
        """Let what is under way finish, then ask the client to come back."""
        # Nothing new is begun: it would be stored, and its ack would come after the close.
        self._shutting_down = True
        await self._idle.wait()
        self.cut(CloseCode.RESTARTING)

    def cut(self, code: CloseCode) -> None:
        """Close the connection: what the client has already sent is not looked at any more."""
        self.stop()
        self._close(code)

    # Rooms

    def become_member(self, rooms: dict[int, str], *, companion: int = 0) -> None:
        """Hear of these rooms (slugs by key) while they are not open here, and whether the
        `companion` (an id; 0: nobody) is here whom one of them is for."""
        if not self.ended and not self._meanwhile.holds(lambda: self._hear_of(rooms, companion)):
            self._hear_of(rooms, companion)

    def unless_member(self, room: int, hear: Callable[[], None]) -> None:
        """Let `hear` follow where one does not know of one's membership in a room (its key). Who
        is not greeted yet learns of most from the welcome."""
        again = partial(self.unless_member, room, hear)
        if not self._meanwhile.holds(again) and room not in self.member_of:
            hear()

    def _hear_of(self, rooms: dict[int, str], companion: int = 0) -> None:
        self.member_of.update(rooms)
        self.hub.activity.add(self, rooms)
        if companion:
            self.hub.companions.met(self, companion)

    def end_membership(self, room: int, room_id: str, *, reason: str) -> None:
        """The membership in a room that is not open here has ended."""
        if self._meanwhile.holds(lambda: self.end_membership(room, room_id, reason=reason)):
            return
        if self.member_of.pop(room, None) is not None:
            self.hub.activity.remove(self, [room])
            self.tell(MembershipEnded(room_id=room_id, reason=reason))

    def left_room(self, room: LiveRoom, *, reason: str) -> None:
        """The membership in an open room has ended."""
        self.member_of.pop(room.key, None)
        self.hub.activity.remove(self, [room.key])
        if self.rooms.pop(room.slug, None) is not None:
            self.hub.leases.leave(room.key, self, reason=reason)
            self.hub.close_room(self, room)
            self.note_in_register()
            self.tell(MembershipEnded(room_id=room.slug, reason=reason))

    def note_in_register(self) -> None:
        """Let the admin see this session with the rooms that it has open now."""
        if self.ended:
            return
        self.hub.register.note(
            LiveSession(
                session_id=self.id,
                user_id=self.user_id,
                username=self.username,
                login="token" if self.identity.token_digest else "browser",
                address=self.peer.address,
                agent=self.peer.agent,
                since=self.since,
                rooms=tuple(self.rooms),
            )
        )

    # Frames

    def tell(self, event: OutboundEvent) -> None:
        self.send(event_frame(event))

    def refuse(self, error: ChatError, ref: str | None = None) -> None:
        self.send(error_frame(error, ref))

    async def handle(self, raw: str | bytes) -> None:
        """Answer one frame; a `ref` gets exactly one `ack` or `error`."""
        if self.ended or self._shutting_down:
            return
        self._idle.clear()
        try:
            await answer(self, raw)
        finally:
            self._idle.set()

    def deliver_all(self, payloads: list[bytes]) -> None:
        """Send many frames in one write."""
        if payloads:
            self.deliver(Delivery(payloads))
