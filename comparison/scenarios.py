"""What is measured, as data: who sits where, what they do, which figures count."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from .house import HALL, Room
from .load.job import Act
from .measure import Measured

HUNDRED_THOUSAND = 100_000


@dataclass(frozen=True, slots=True)
class Place:
    """Where a person sits, by their place in the list of people."""

    person: int
    room: str
    speaks: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of a measurement, and whether less of it is better."""

    name: str
    of: Callable[[Measured], float]
    less: bool = False


@dataclass(frozen=True, slots=True)
class Scenario:
    """`rate` is messages a second of all together; 0: each speaks again once they were heard."""

    name: str
    about: str
    act: Act
    places: Sequence[Place]
    figures: Sequence[Figure]
    rate: float = 0.0
    seconds: float = 5.0
    servers: Sequence[str] = ("Parley",)

    def quicker(self) -> Scenario:
        return replace(self, seconds=self.seconds / 2.5)


def seated(room: Room, *, speakers: int = 0) -> list[Place]:
    """Everybody of a room; the first of them speak."""
    return [
        Place(person, room.name, speaks=number < speakers)
        for number, person in enumerate(room.members)
    ]


DELIVERIES = Figure("deliveries/s", lambda it: it.outcome.deliveries / it.outcome.seconds)
DELIVERY_CPU = Figure(
    "CPU s per 100,000 deliveries",
    lambda it: it.server_cpu * HUNDRED_THOUSAND / it.outcome.deliveries,
    less=True,
)
MESSAGES = Figure("messages/s", lambda it: it.outcome.said / it.outcome.seconds)

SCENARIOS = [
    Scenario(
        name="busy-room",
        about="300 members in one room, 8 of them speak as quickly as they are heard",
        act="talk",
        places=seated(HALL, speakers=8),
        figures=[DELIVERIES, DELIVERY_CPU, MESSAGES],
    ),
]


def by_name(name: str) -> Scenario:
    return next(scenario for scenario in SCENARIOS if scenario.name == name)
