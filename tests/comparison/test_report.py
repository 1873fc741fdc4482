"""What the runs say together, and how one asks for them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from comparison import chart, report, results
from comparison.__main__ import parser
from comparison.lineup import lineup
from comparison.load.job import Outcome
from comparison.measure import Measured, Snapshot
from comparison.results import Run, Spread
from comparison.scenarios import DELIVERIES, DELIVERY_CPU, SCENARIOS


def a_run(server: str, number: int, deliveries: float, *, others: float = 0.0) -> Run:
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
        others=others,
    )


def test_ratios_compare_runs_that_were_made_one_after_the_other() -> None:
    ours = [a_run("Parley", 1, 300.0), a_run("Parley", 2, 100.0), a_run("Parley", 3, 500.0)]
    theirs = [a_run("other", 2, 50.0), a_run("other", 3, 100.0), a_run("other", 1, 100.0)]
    assert results.ratio(ours, theirs, DELIVERIES.name) == Spread(2.0, 3.0, 5.0)


def test_figures_are_of_the_server_and_of_the_measured_time_alone() -> None:
    outcome = Outcome(seconds=2.0, said=100, deliveries=200_000)
    before = Snapshot(10.0, redis=1.0, load=5.0, memory=100, busy=50.0, available=90.0)
    after = Snapshot(11.0, redis=1.5, load=7.0, memory=300, busy=55.0, available=100.0)
    measured = Measured(outcome, before, after)
    assert DELIVERIES.of(measured) == 100_000
    assert DELIVERY_CPU.of(measured) == 0.5
    assert measured.memory_grown == 200
    assert measured.load_was_the_limit
    assert measured.others == pytest.approx((5.0 - 3.5) / 10.0)


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


def test_every_server_that_scenarios_name_takes_part(tmp_path: Path) -> None:
    named = {name for scenario in SCENARIOS for name in scenario.servers}
    assert named == {server.name for server in lineup(tmp_path, "")}


def test_the_picture_has_a_bar_for_each_server_and_figure() -> None:
    others = [a_run(f"<other {number}>", 1, 100.0) for number in range(5)]
    runs = [a_run("Parley", 1, 300.0), *others]
    [scenario] = [replace(each, figures=[DELIVERIES]) for each in SCENARIOS[:1]]
    picture = ElementTree.fromstring(chart.svg([scenario], runs))
    bars = picture.findall("{*}rect[@fill]")
    widths = [float(bar.get("width", "")) for bar in bars]
    assert widths == [chart.BARS, *[round(chart.BARS / 3, 1)] * 5]


def test_a_busy_machine_is_told_of() -> None:
    runs = [a_run("Parley", 1, 100.0, others=0.5), a_run("Parley", 2, 100.0)]
    [note] = report.notes(runs)
    assert note.startswith("Other programs had up to 50% of the machine")
    assert not [*report.notes(runs[1:])]
