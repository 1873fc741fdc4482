"""The figures as tables in the terminal, and as a file for programs."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table

from . import cores, results
from .results import Run, Spread
from .scenarios import PARLEY, Figure, Scenario
from .servers import RAISED

OTHERS_ALLOWED = 0.1  # share of the machine


def tables(scenarios: Sequence[Scenario], runs: Sequence[Run]) -> Iterator[Table]:
    """One for each scenario: a row a server, and how ours compares with it."""
    for scenario in scenarios:
        of_it = [run for run in runs if run.scenario == scenario.name]
        if of_it:
            yield _table(scenario, of_it)


def _table(scenario: Scenario, runs: Sequence[Run]) -> Table:
    table = Table(title=f"{scenario.name}: {scenario.about}", title_justify="left")
    table.add_column("")
    for figure in scenario.figures:
        table.add_column(figure.name, justify="right")
    table.add_column("server, Redis, load: CPU s", justify="right")
    ours = [run for run in runs if run.server == PARLEY]
    for server in dict.fromkeys(run.server for run in runs):
        theirs = [run for run in runs if run.server == server]
        cells = [shown(results.figure(theirs, figure.name)) for figure in scenario.figures]
        table.add_row(server, *cells, _costs(theirs))
        if server != PARLEY and ours:
            against = [_against(ours, theirs, figure) for figure in scenario.figures]
            table.add_row(f"  {PARLEY} against it", *against, "", style="bold")
    return table


def _against(ours: Sequence[Run], theirs: Sequence[Run], figure: Figure) -> str:
    return f"{shown(results.ratio(ours, theirs, figure.name))} ×"  # noqa: RUF001 - it is meant


def _costs(runs: Sequence[Run]) -> str:
    server, redis, load = (
        results.spread([getattr(run, name) for run in runs]).middle
        for name in ("server_cpu", "redis_cpu", "load_cpu")
    )
    limit = " (the load was the limit)" if any(run.load_was_the_limit for run in runs) else ""
    return f"{server:.1f}, {redis:.1f}, {load:.1f}{limit}"


def shown(spread: Spread) -> str:
    """The middle, and the ends where they are others."""
    least, middle, most = (number(each) for each in (spread.least, spread.middle, spread.most))
    return middle if least == most else f"{middle} ({least} – {most})"  # noqa: RUF001 - a dash


def number(value: float) -> str:
    """With about three digits that count."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def surroundings(database: str) -> dict[str, str]:
    """What one has to know to read the figures."""
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, {platform.platform()}",
        "python": platform.python_version(),
        "database": database.partition(":")[0] if database else "SQLite",
        "redis": "REDIS_URL" if os.environ.get("REDIS_URL") else "embedded Valkey",
        "cores": _cores(),
        "settings": ", ".join(f"{name}={value}" for name, value in RAISED.items()),
    }


def _cores() -> str:
    if (found := cores.shares()) is None:
        return "one for everything"
    server, others = (", ".join(map(str, sorted(share))) for share in found)
    return f"{server} for the server; {others} for load and Redis"


def show(
    console: Console, scenarios: Sequence[Scenario], runs: Sequence[Run], about: dict[str, str]
) -> None:
    for name, value in about.items():
        console.print(f"{name}: {value}", highlight=False)
    for table in tables(scenarios, runs):
        console.print()
        console.print(table)
    for note in notes(runs):
        console.print(f"\n{note}", highlight=False)


def notes(runs: Sequence[Run]) -> Iterator[str]:
    """What keeps some of the figures from saying what they seem to."""
    if any(run.load_was_the_limit for run in runs):
        yield (
            "Where the load was the limit it used more CPU than the server: rates are then what the"
            " load can, and the server can more. CPU figures are not concerned."
        )
    if (others := max(run.others for run in runs)) > OTHERS_ALLOWED:
        yield (
            f"Other programs had up to {others:.0%} of the machine: rates and latencies are theirs"
            " as much as ours. Look at the CPU figures, and at ratios."
        )


def write(path: Path, runs: Sequence[Run], about: dict[str, str]) -> None:
    text = msgspec.json.encode({"about": about, "runs": runs})
    path.write_bytes(msgspec.json.format(text, indent=1) + b"\n")
