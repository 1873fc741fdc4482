"""One measurement: a fresh server, the load, and what both cost meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from . import cores
from .load.job import Job, Seat
from .load.process import Load
from .measure import Measured, Watched, family, is_redis
from .scenarios import Scenario
from .servers import Server


def measure(
    scenario: Scenario,
    server: Server,
    cookies: Sequence[str],
    progress: Callable[[float], None],
) -> Measured:
    """Raises `ServerFailed`, and `LoadFailed` where anything was lost."""
    with server.serving() as running:
        job = _job(scenario, server.dialect, running.address, cookies)
        with Load(job) as load:
            processes = family(running.pid)
            watched = Watched(
                server=[pid for pid in processes if not is_redis(pid)],
                redis=[pid for pid in processes if is_redis(pid)],
                load=load.pid,
            )
            _pin(watched)
            load.ready()
            before = watched.snapshot()
            outcome = load.go(progress)
            return Measured(outcome, before, watched.snapshot())


def _job(scenario: Scenario, dialect: str, address: str, cookies: Sequence[str]) -> Job:
    return Job(
        address=address,
        dialect=dialect,
        act=scenario.act,
        seats=[
            Seat(
                room=place.room,
                cookie=cookies[place.person] if cookies else "",
                speaks=place.speaks,
            )
            for place in scenario.places
        ],
        seconds=scenario.seconds,
        rate=scenario.rate,
    )


def _pin(watched: Watched) -> None:
    if shares := cores.shares():
        ours, others = shares
        cores.pin(watched.server, ours)
        cores.pin([*watched.redis, watched.load], others)
