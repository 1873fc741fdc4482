"""How a client behaves: how quick it is, and how often it cannot be read."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings

from .limits import TokenBucket

# Refusals for being too quick that a client may collect at once before it is cut.
FLOOD_PATIENCE = 100
STRIKES_FORGIVEN_PER_SECOND = 0.1


class Conduct:
    """One session's account. Every call counts. `time` tells the seconds of a steady clock."""

    def __init__(self, time: Callable[[], float]) -> None:
        self._time = time
        now, rate = time(), settings.CHAT_EVENTS_PER_SECOND
        self._events = TokenBucket(rate=rate, burst=settings.CHAT_EVENT_BURST, now=now)
        self._patience = TokenBucket(rate=rate, burst=FLOOD_PATIENCE, now=now)
        self._strikes = TokenBucket(
            rate=STRIKES_FORGIVEN_PER_SECOND, burst=settings.CHAT_STRIKES, now=now
        )

    def wait(self) -> float:
        """Seconds until the next frame may come; 0 if this one may."""
        return self._events.take(self._time())

    def floods(self) -> bool:
        """Whether one that had to wait came too often."""
        return self._patience.take(self._time()) > 0

    def is_malformed(self) -> bool:
        """Whether a frame that could not be read is one too many."""
        return self._strikes.take(self._time()) > 0
