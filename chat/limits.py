"""How much one session may ask for. Pure; time is given, in seconds of any steady clock."""

from __future__ import annotations


class TokenBucket:
    """Lets `rate` things a second through, and `burst` at once after a rest."""

    def __init__(self, *, rate: float, burst: int, now: float) -> None:
        self._rate = rate
        self._burst = burst
        self._tokens = float(burst)
        self._filled_at = now

    def take(self, now: float) -> float:
        """Take one token; return 0, or without one the seconds until there is one."""
        grown = self._tokens + (now - self._filled_at) * self._rate
        self._tokens = min(float(self._burst), grown)
        self._filled_at = now
        if self._tokens >= 1:
            self._tokens -= 1
            return 0.0
        return (1 - self._tokens) / self._rate
