"""What this process counts on its way: numbers to add to, and nothing that costs more.

`chat.metrics` tells Prometheus.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

from .protocol.inbound import INBOUND

# From a thread's hop to the ten seconds that a writer waits for SQLite.
BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


@dataclass
class Stats:
    """Counted since the process started."""

    deliveries: int = 0
    repairs: int = 0
    resets: int = 0
    cut_readers: int = 0


stats = Stats()


class Times:
    """How often something took up to each of BOUNDS, or longer, and the sum; in seconds."""

    __slots__ = ("counts", "total")

    def __init__(self) -> None:
        self.counts = [0] * (len(BOUNDS) + 1)
        self.total = 0.0

    def add(self, seconds: float) -> None:
        self.counts[bisect_left(BOUNDS, seconds)] += 1
        self.total += seconds


# From a client's event to its answer, by the event's name.
action_times = {event: Times() for event in INBOUND}
