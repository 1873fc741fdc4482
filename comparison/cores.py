"""Which process runs on which core: the server has one that nothing else of ours disturbs."""

from __future__ import annotations

import os
from collections.abc import Iterable


def shares() -> tuple[set[int], set[int]] | None:
    """The server's core, and the others; None on a machine with one core."""
    first, *others = sorted(os.sched_getaffinity(0))
    return ({first}, set(others)) if others else None


def pin(pids: Iterable[int], cores: set[int]) -> None:
    """Keep processes, with all their threads, on `cores`."""
    for pid in pids:
        for thread in os.listdir(f"/proc/{pid}/task"):  # noqa: PTH208 - names are all it takes
            os.sched_setaffinity(int(thread), cores)
