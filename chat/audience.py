"""Who listens to a room here, and how frames leave for all of them in few writes."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol

from django.conf import settings

from .protocol.codec import Delivery
from .stats import stats

if TYPE_CHECKING:
    from .live_room import LiveRoom

HELD_LIMIT = 1_000


class Listener(Protocol):
    """What a room needs of a session."""

    @property
    def id(self) -> str: ...
    @property
    def user_id(self) -> int: ...
    def deliver(self, delivery: Delivery) -> None: ...
    def left_room(self, room: LiveRoom, *, reason: str) -> None: ...


class Muted:
    """A joining session. Frames after `since` are held for it until its answer has gone out."""

    def __init__(self, since: int) -> None:
        self.since = since
        self.held: list[bytes] = []
        # The room was read anew, or too much is held: only a fresh snapshot can be the answer.
        self.stale = False
        # The number at which the membership began; until that is known, any removal may end it.
        self.member_since = -1

    def hold(self, payload: bytes) -> None:
        if len(self.held) >= HELD_LIMIT:
            self.stale = True
        if not self.stale:
            self.held.append(payload)

    def restart(self, since: int) -> None:
        """Hold from here on: what came before is in an answer that is read now."""
        self.since = since
        self.held.clear()
        self.stale = False


class Audience:
    """The first frame leaves at once; those of the next milliseconds share one write."""

    def __init__(self) -> None:
        # Each listener with the room's number of its membership's beginning.
        self.listeners: dict[Listener, int] = {}
        self.muted: dict[Listener, Muted] = {}
        self._pending: list[bytes] = []
        self._timer: asyncio.TimerHandle | None = None

    def __bool__(self) -> bool:
        return bool(self.listeners or self.muted)

    def mute(self, listener: Listener, *, since: int) -> Muted:
        if listener in self.listeners:
            # What waits to be sent is for it as well, and need not be in the answer.
            self.flush()
            del self.listeners[listener]
        muted = self.muted[listener] = Muted(since)
        return muted

    def unmute(self, listener: Listener, *, member_since: int) -> None:
        """Let `listener` hear what comes from now on; what was held is its caller's to send."""
        self.flush()
        del self.muted[listener]
        self.listeners[listener] = member_since

    def drop(self, listener: Listener) -> None:
        self.listeners.pop(listener, None)
        self.muted.pop(listener, None)

    def members(self, user_id: int, *, older_than: int) -> list[Listener]:
        """The sessions of a person here whose membership began before number `older_than`."""
        joining = ((listener, muted.member_since) for listener, muted in self.muted.items())
        return [
            listener
            for listener, since in (*self.listeners.items(), *joining)
            if listener.user_id == user_id and since < older_than
        ]

    def send(self, payload: bytes) -> None:
        """Queue a numbered frame for everybody; `settle` or `flush` lets it go."""
        self._pending.append(payload)
        for muted in self.muted.values():
            muted.hold(payload)

    def settle(self) -> None:
        """Let what is queued go, unless the last write is only milliseconds ago."""
        if self._timer is None and self._pending:
            self.flush()
            delay = settings.CHAT_BATCH_DELAY
            self._timer = asyncio.get_running_loop().call_later(delay, self._settle_again)

    def _settle_again(self) -> None:
        self._timer = None
        self.settle()

    def flush(self) -> None:
        """Let what is queued go now."""
        if self._pending:
            pending, self._pending = self._pending, []
            delivery = Delivery(pending)
            stats.deliveries += len(pending) * len(self.listeners)
            for listener in self.listeners:
                listener.deliver(delivery)

    def discard_pending(self) -> None:
        self._pending.clear()

    def notice(self, payload: bytes, *, skip: str = "", skip_user: int = 0) -> None:
        """Deliver a frame without a number, to all who listen but the session `skip` and those of
        the person `skip_user`."""
        delivery = Delivery((payload,))
        for listener in self.listeners:
            if listener.id != skip and listener.user_id != skip_user:
                listener.deliver(delivery)
