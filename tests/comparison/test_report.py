"""What the runs say together, and how one asks for them."""

from __future__ import annotations

import pytest

from comparison import report, results
from comparison.__main__ import parser
from comparison.load.job import Outcome
from comparison.measure import Measured, Snapshot
from comparison.results import Run, Spread
from comparison.scenarios import DELIVERIES, DELIVERY_CPU, SCENARIOS


def a_run(server: str, number: int, deliveries: float) -> Run:
    return Run(
        scenario="busy-room",
        server=server,
        number=number,
        figures={DELIVERIES.name: deliveries},
        seconds=1.0,
        server_cpu=1.0,
        redis_cpu=0.0,
        load_cpu=0.5,
        load_was_the_limit=False,
    )


def test_ratios_compare_runs_that_were_made_one_after_the_other() -> None:
    ours = [a_run("Parley", 1, 300.0), a_run("Parley", 2, 100.0), a_run("Parley", 3, 500.0)]
    theirs = [a_run("other", 2, 50.0), a_run("other", 3, 100.0), a_run("other", 1, 100.0)]
    assert results.ratio(ours, theirs, DELIVERIES.name) == Spread(2.0, 3.0, 5.0)


def test_figures_are_of_the_server_and_of_the_measured_time_alone() -> None:
    outcome = Outcome(seconds=2.0, said=100, deliveries=200_000)
    before = Snapshot(server=10.0, redis=1.0, load=5.0, memory=100)
    after = Snapshot(server=11.0, redis=1.5, load=7.0, memory=300)
    measured = Measured(outcome, before, after)
    assert DELIVERIES.of(measured) == 100_000
    assert DELIVERY_CPU.of(measured) == 0.5
    assert measured.memory_grown == 200
    assert measured.load_was_the_limit


@pytest.mark.parametrize(
    ("spread", "shown"),
    [
        (Spread(1.0, 1.0, 1.0), "1.00"),
        (Spread(0.25, 1.5, 12.25), "1.50 (0.25 – 12.2)"),
        (Spread(99_999.6, 123_456.0, 200_000.0), "123,456 (100,000 – 200,000)"),
    ],
)
def test_a_spread_shows_its_ends_where_they_differ(spread: Spread, shown: str) -> None:
    assert report.shown(spread) == shown


def test_the_help_names_every_scenario() -> None:
    text = parser().format_help()
    assert all(scenario.name in text and scenario.about in text for scenario in SCENARIOS)
