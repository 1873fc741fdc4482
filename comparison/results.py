"""What several runs say together: the middle of them, and how far apart they are."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from msgspec import Struct

from .measure import Measured
from .scenarios import Scenario


class Run(Struct, frozen=True):
    """One measurement, as the report and its file have it. CPU is in seconds."""

    scenario: str
    server: str
    number: int
    figures: dict[str, float]
    seconds: float
    server_cpu: float
    redis_cpu: float
    load_cpu: float
    load_was_the_limit: bool
    others: float  # share of the machine, from 0 to 1, that other programs had


class Spread(Struct, frozen=True):
    """Least, middle and most of some numbers."""

    least: float
    middle: float
    most: float


def run(scenario: Scenario, server: str, number: int, measured: Measured) -> Run:
    return Run(
        scenario=scenario.name,
        server=server,
        number=number,
        figures={figure.name: figure.of(measured) for figure in scenario.figures},
        seconds=measured.outcome.seconds,
        server_cpu=measured.server_cpu,
        redis_cpu=measured.redis_cpu,
        load_cpu=measured.load_cpu,
        load_was_the_limit=measured.load_was_the_limit,
        others=measured.others,
    )


def spread(numbers: Sequence[float]) -> Spread:
    return Spread(min(numbers), median(numbers), max(numbers))


def figure(runs: Sequence[Run], name: str) -> Spread:
    return spread([each.figures[name] for each in runs])


def ratio(ours: Sequence[Run], theirs: Sequence[Run], name: str) -> Spread:
    """How many times as much ours is as theirs.

    Run by run, as they were made one after the other: what else the machine did is in both.
    """
    by_number = {each.number: each.figures[name] for each in theirs}
    return spread(
        [each.figures[name] / by_number[each.number] for each in ours if by_number.get(each.number)]
    )
