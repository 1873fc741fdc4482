"""A server from inside: what it has counted, and how much memory it holds."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path

from django.http import HttpRequest, JsonResponse

from chat import runtime
from chat.stats import stats


def inside(request: HttpRequest) -> JsonResponse:
    """Its counters, its process id, its open sessions, its resident memory in bytes; whether it has
    heard itself on the bus, and whether it does not any more."""
    parts = runtime._runtime
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return JsonResponse(
        {
            **asdict(stats),
            "pid": os.getpid(),
            "sessions": len(parts.hub.sessions) if parts else 0,
            "hears": bool(parts and parts.hub.bus._last_lag),
            "deaf": parts.hub.bus.deaf if parts else True,
            "memory": pages * os.sysconf("SC_PAGE_SIZE"),
        }
    )


def broken(request: HttpRequest, key: str) -> JsonResponse:
    """A fault of ours."""
    raise RuntimeError("broken on purpose")
