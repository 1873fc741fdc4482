"""What Prometheus is told of the conversation in this process.

Where it counts on the fan-out path it is a plain number in `chat.stats`, which is handed over
once a second; everything else is counted here directly. Several workers leave their counts in
one folder (Prometheus's multiprocess mode, set up before this module is loaded).
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Literal

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from .protocol.inbound import INBOUND
from .stats import stats

if TYPE_CHECKING:
    from .hub import Hub

REFRESH_INTERVAL = 1.0
# From a thread's hop to the ten seconds that a writer waits for SQLite.
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

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
    buckets=BUCKETS,
)
# Found once: on the way of every event in.
action_seconds = {event: ACTION_SECONDS.labels(event) for event in INBOUND}

_counted = {
    "deliveries": DELIVERIES,
    "repairs": REPAIRS,
    "resets": RESETS,
    "cut_readers": READERS_CUT,
}
_handed_over = dict.fromkeys(_counted, 0)


def refresh(hub: Hub) -> None:
    """Hand over the plain numbers, and how things stand now. On the loop only."""
    for name, counter in _counted.items():
        now = getattr(stats, name)
        counter.inc(now - _handed_over[name])
        _handed_over[name] = now
    WORKERS.set(1)
    CONNECTIONS.set(len(hub.sessions))
    LIVE_ROOMS.set(len(hub.rooms))
    BUS_LAG.set(hub.bus.lag)
    BUS_DEAF.set(hub.bus.deaf)


async def keep_fresh(hub: Hub) -> None:
    """Refresh until cancelled."""
    while True:
        refresh(hub)
        await asyncio.sleep(REFRESH_INTERVAL)
