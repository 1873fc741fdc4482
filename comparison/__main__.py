"""`python -m comparison`: measures Parley on this machine (docs/bench.md)."""

from __future__ import annotations

import argparse
import os
import resource
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from . import chart, report
from .lineup import lineup
from .load.process import LoadFailed
from .results import Run
from .rounds import Turn, measure_all, turns
from .scenarios import SCENARIOS
from .servers import ROOT, ServerFailed

FOLDER = ROOT / "var" / "bench"
QUICK = 2.0  # seconds
NUMBERS, PICTURE = "bench.json", "bench.svg"


def parser() -> argparse.ArgumentParser:
    names = "\n".join(f"  {scenario.name:<14} {scenario.about}" for scenario in SCENARIOS)
    made = argparse.ArgumentParser(
        prog="python -m comparison",
        description="Measure Parley's own core on this machine.",
        epilog=f"Scenarios (all, if none is named):\n{names}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("scenarios", nargs="*", metavar="scenario", help="which, by name")
    made.add_argument("--runs", type=int, default=3, help="of everything, in turn (3)")
    made.add_argument("--seconds", type=float, help="for which a measurement talks (5)")
    made.add_argument("--quick", action="store_true", help="one short run: a look, no figures")
    made.add_argument("--folder", type=Path, default=FOLDER, help="for what is written (var/bench)")
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what is asked for; 1 where a server or the load failed."""
    made = parser()
    options = made.parse_args(arguments)
    if unknown := set(options.scenarios) - {scenario.name for scenario in SCENARIOS}:
        made.error(f"no such scenario: {', '.join(sorted(unknown))}")
    chosen = [each for each in SCENARIOS if not options.scenarios or each.name in options.scenarios]
    if seconds := QUICK if options.quick else options.seconds:
        chosen = [replace(scenario, seconds=seconds) for scenario in chosen]
    database = os.environ.get("DATABASE_URL", "")
    folder: Path = options.folder.resolve()
    servers = lineup(folder, database)
    _let_many_sockets_be_open()
    console = Console()
    try:
        runs = _measured(
            turns(chosen, servers, times=1 if options.quick else options.runs), console
        )
    except (ServerFailed, LoadFailed) as error:
        console.print(f"[bold red]Failed:[/] {error}")
        return 1
    about = report.surroundings(database)
    report.show(console, chosen, runs, about)
    report.write(folder / NUMBERS, runs, about)
    (folder / PICTURE).write_text(chart.svg(chosen, runs), encoding="utf-8")
    console.print(f"\nWritten to {folder}: {NUMBERS}, {PICTURE}")
    return 0


def _measured(todo: Sequence[Turn], console: Console) -> list[Run]:
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bars:
        task = bars.add_task("", total=1.0)
        return measure_all(
            todo, lambda what, share: bars.update(task, description=what, completed=share)
        )


def _let_many_sockets_be_open() -> None:
    """For this process and those that it starts."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


if __name__ == "__main__":
    sys.exit(main())
