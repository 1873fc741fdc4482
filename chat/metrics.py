"""What Prometheus is told of the conversation in this process.

What is counted for every event is plain numbers in `chat.stats`, handed over once a second: the
library takes microseconds for each. The rest is counted here directly. Several workers leave
their counts in one folder (Prometheus's multiprocess mode, set up before this module is loaded).
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Literal

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from .stats import BOUNDS, Times, action_times, stats

if TYPE_CHECKING:
    from .hub import Hub

REFRESH_INTERVAL = 1.0

registry = CollectorRegistry()


def _gauge(
    name: str, words: str, *, among_workers: Literal["livesum", "livemax"] = "livesum"
) -> Gauge:
    return Gauge(f"parley_{name}", words, registry=registry, multiprocess_mode=among_workers)


def _counter(name: str, words: str) -> Counter:
    return Counter(f"parley_{name}", words, registry=registry)


WORKERS = _gauge("workers", "Processes that serve")
CONNECTIONS = _gauge("connections", "Live WebSocket sessions")
LIVE_ROOMS = _gauge("live_rooms", "Rooms that a process keeps live, summed over the processes")
BUS_LAG = _gauge(
    "bus_lag_seconds",
    "How long a process's own beat took over the bus, or has been awaited; the slowest process",
    among_workers="livemax",
)
BUS_DEAF = _gauge("bus_deaf", "Processes that do not hear the bus and ask the database instead")
STORED = _counter("messages_stored", "Messages stored, whatever door they came by")
DELIVERIES = _counter("deliveries", "Numbered frames handed to sessions")
REPAIRS = _counter("repairs", "Times a room read from the database what the bus had lost")
RESETS = _counter("resets", "Times a room was loaded anew and its sessions started afresh")
READERS_CUT = _counter("readers_cut", "Sessions closed for leaving too much unread")
ACTION_SECONDS = Histogram(
    "parley_action_seconds",
    "From a client's event to its answer",
    ["event"],
    registry=registry,
    buckets=BOUNDS,
)

_counted = {
    "deliveries": DELIVERIES,
    "repairs": REPAIRS,
    "resets": RESETS,
    "cut_readers": READERS_CUT,
}
_handed_over = dict.fromkeys(_counted, 0)
_times_handed_over = {event: Times() for event in action_times}


def refresh(hub: Hub) -> None:
    """Hand over the plain numbers, and how things stand now. On the loop only."""
    for name, counter in _counted.items():
        now = getattr(stats, name)
        counter.inc(now - _handed_over[name])
        _handed_over[name] = now
    for event, times in action_times.items():
        _hand_over(ACTION_SECONDS.labels(event), times, _times_handed_over[event])
    WORKERS.set(1)
    CONNECTIONS.set(len(hub.sessions))
    LIVE_ROOMS.set(len(hub.rooms))
    BUS_LAG.set(hub.bus.lag)
    BUS_DEAF.set(hub.bus.deaf)


def _hand_over(histogram: Histogram, now: Times, before: Times) -> None:
    # The library offers no way to add many observations but one by one.
    for bucket, (count, known) in enumerate(zip(now.counts, before.counts, strict=True)):
        if count != known:
            histogram._buckets[bucket].inc(count - known)  # noqa: SLF001
            before.counts[bucket] = count
    histogram._sum.inc(now.total - before.total)  # noqa: SLF001
    before.total = now.total


async def keep_fresh(hub: Hub) -> None:
    """Refresh until cancelled."""
    while True:
        refresh(hub)
        await asyncio.sleep(REFRESH_INTERVAL)
