"""All measurements, one after the other and again, so that what else the machine does befalls
all servers alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from . import results
from .load.process import LoadFailed
from .results import Run
from .running import measure
from .scenarios import Scenario
from .servers import Server

# Told what is done now, and the share of everything that is done, from 0 to 1.
Progress = Callable[[str, float], None]


class Turn(NamedTuple):
    """One measurement that is to be made."""

    number: int
    scenario: Scenario
    server: Server


def turns(scenarios: Sequence[Scenario], servers: Sequence[Server], *, times: int) -> list[Turn]:
    return [
        Turn(number, scenario, server)
        for number in range(1, times + 1)
        for scenario in scenarios
        for server in servers
        if server.name in scenario.servers
    ]


def measure_all(todo: Sequence[Turn], progress: Progress) -> list[Run]:
    """Raises `ServerFailed`, and `LoadFailed` where anything was lost."""
    progress("getting ready", 0.0)
    servers = {turn.server.name: turn.server for turn in todo}
    cookies = {name: server.prepare() for name, server in servers.items()}
    runs = []
    for place, (number, scenario, server) in enumerate(todo):
        what = f"{scenario.name}: {server.name}, run {number}"

        def tell(share: float, place: int = place, what: str = what) -> None:
            progress(what, (place + share) / len(todo))

        tell(0.0)
        try:
            measured = measure(scenario, server, cookies[server.name], tell)
        except LoadFailed as error:
            raise LoadFailed(f"{what}: {error}") from None
        runs.append(results.run(scenario, server.name, number, measured))
    return runs
