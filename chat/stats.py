"""What this process counts on its way: numbers to add to, and nothing that costs more.

`chat.metrics` tells Prometheus.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Stats:
    """Counted since the process started."""

    deliveries: int = 0
    repairs: int = 0
    resets: int = 0
    cut_readers: int = 0


stats = Stats()
