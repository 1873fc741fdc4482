"""The figures as a picture (SVG): bars, and a line from the least to the most of all runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from itertools import count, cycle

from . import results
from .report import number
from .results import Run, Spread
from .scenarios import Figure, Scenario

WIDTH, LABELS, BARS = 900, 220, 560  # of the picture, its names, its longest bar
LINE = 24
COLOURS = ("#2f6fde", "#8fb1ee", "#9aa4b2", "#c9a227")
STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#1f2933}.name{font-weight:600}"
    ".less{fill:#66707c}rect.paper{fill:#fff}"
)


def svg(scenarios: Sequence[Scenario], runs: Sequence[Run]) -> str:
    """Return the picture of all figures of all scenarios that have runs."""
    places = count()
    drawn = [
        line
        for scenario in scenarios
        if (of_it := [run for run in runs if run.scenario == scenario.name])
        for line in _scenario(scenario, of_it, places)
    ]
    height = LINE * (next(places) + 1)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}">',
            f'<style>{STYLE}</style><rect class="paper" width="{WIDTH}" height="{height}"/>',
            *drawn,
            "</svg>\n",
        ]
    )


def _scenario(scenario: Scenario, runs: Sequence[Run], places: Iterator[int]) -> Iterator[str]:
    next(places)  # an empty line above
    yield _text(12, next(places), f"{scenario.name}: {scenario.about}", "name")
    servers = list(dict.fromkeys(run.server for run in runs))
    for figure in scenario.figures:
        spreads = {
            server: results.figure([run for run in runs if run.server == server], figure.name)
            for server in servers
        }
        yield from _bars(figure, spreads, places)


def _bars(figure: Figure, spreads: dict[str, Spread], places: Iterator[int]) -> Iterator[str]:
    better = "less is better" if figure.less else "more is better"
    yield _text(12, next(places), f"{figure.name} ({better})", "less")
    longest = max(spread.most for spread in spreads.values()) or 1.0
    for colour, (server, spread) in zip(cycle(COLOURS), spreads.items(), strict=False):
        place = next(places)
        top = LINE * place + 4
        least, middle, most = (
            BARS * value / longest for value in (spread.least, spread.middle, spread.most)
        )
        yield _text(24, place, server)
        yield (
            f'<rect x="{LABELS}" y="{top}" width="{middle:.1f}" height="{LINE - 8}"'
            f' fill="{colour}"/>'
        )
        yield (
            f'<path d="M{LABELS + least:.1f} {top + 8}H{LABELS + most:.1f}" stroke="#1f2933"'
            ' stroke-width="2"/>'
        )
        yield _text(LABELS + round(most) + 8, place, number(spread.middle))


def _text(left: int, place: int, text: str, kind: str = "") -> str:
    return f'<text x="{left}" y="{LINE * place + 17}" class="{kind}">{escape(text)}</text>'
