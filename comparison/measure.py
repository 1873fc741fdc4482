"""What processes cost, as Linux counts it (proc(5)), and one measurement from all that."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from .load.job import Outcome

TICKS: int = os.sysconf("SC_CLK_TCK")
PAGE: int = os.sysconf("SC_PAGE_SIZE")
PROC = Path("/proc")
REDIS_NAMES = ("valkey-server", "redis-server")


def _fields(pid: int) -> list[str]:
    """The fields of stat from the third on: the second holds a name, which may hold anything."""
    return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()


def family(pid: int) -> list[int]:
    """A process and all that it started, as far as they live."""
    children: dict[int, list[int]] = {}
    for entry in PROC.iterdir():
        if entry.name.isdecimal():
            try:
                children.setdefault(int(_fields(int(entry.name))[1]), []).append(int(entry.name))
            except (FileNotFoundError, ProcessLookupError):
                continue  # it has just ended
    found, new = [], [pid]
    while new:
        found += new
        new = [child for parent in new for child in children.get(parent, ())]
    return found


def is_redis(pid: int) -> bool:
    return (PROC / str(pid) / "comm").read_text().strip() in REDIS_NAMES


def cpu_seconds(pids: Iterable[int]) -> float:
    """What they have used so far, in user and system mode."""
    return sum(sum(map(int, _fields(pid)[11:13])) for pid in pids) / TICKS


def memory(pids: Iterable[int]) -> int:
    """Bytes that are resident."""
    statm = ((PROC / str(pid) / "statm").read_text().split() for pid in pids)
    return PAGE * sum(int(fields[1]) for fields in statm)


def machine() -> tuple[float, float]:
    """CPU seconds in which anything ran, and all that there were, of all cores."""
    counts = [int(field) for field in (PROC / "stat").read_text().split("\n")[0].split()[1:9]]
    idle = counts[3] + counts[4]  # with what waits for disks
    return (sum(counts) - idle) / TICKS, sum(counts) / TICKS


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What was used until one moment: CPU seconds, and bytes of the server.

    `busy` is what everything on the machine used together, `available` what there was.
    """

    server: float
    redis: float
    load: float
    memory: int
    busy: float = 0.0
    available: float = 0.0


@dataclass(frozen=True, slots=True)
class Watched:
    """The processes of one measurement."""

    server: list[int]
    redis: list[int]
    load: int

    def snapshot(self) -> Snapshot:
        busy, available = machine()
        return Snapshot(
            server=cpu_seconds(self.server),
            redis=cpu_seconds(self.redis),
            load=cpu_seconds([self.load]),
            memory=memory(self.server),
            busy=busy,
            available=available,
        )


@dataclass(frozen=True, slots=True)
class Measured:
    """One measurement: what came of the load, and what that cost. CPU is in seconds."""

    outcome: Outcome
    before: Snapshot
    after: Snapshot

    @property
    def server_cpu(self) -> float:
        """Of the server alone, without Redis."""
        return self.after.server - self.before.server

    @property
    def redis_cpu(self) -> float:
        return self.after.redis - self.before.redis

    @property
    def load_cpu(self) -> float:
        return self.after.load - self.before.load

    @property
    def memory_grown(self) -> int:
        return self.after.memory - self.before.memory

    @property
    def others(self) -> float:
        """The share of the machine, from 0 to 1, that went to what has nothing to do with it."""
        busy = self.after.busy - self.before.busy
        ours = self.server_cpu + self.redis_cpu + self.load_cpu
        return max(busy - ours, 0.0) / ((self.after.available - self.before.available) or 1.0)

    @property
    def load_was_the_limit(self) -> bool:
        """Whether the load had more to do than the server: then rates say what the load can."""
        return self.load_cpu >= self.server_cpu
