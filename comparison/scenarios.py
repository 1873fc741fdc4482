"""What is measured, as data: who sits where, what they do, which figures count."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .house import CROWD, HALL, TEAMS, Room
from .load.job import Act
from .measure import Measured

PARLEY = "Parley"
TWO_WORKERS = "Parley, two workers"
ONE_COMMIT = "Parley, a commit a message"
BROADCAST = "websockets.broadcast"
TUTORIAL = "Channels' tutorial"


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
    servers: Sequence[str] = (PARLEY,)


def seated(room: Room, *, speakers: int = 0) -> list[Place]:
    """Everybody of a room; the first of them speak."""
    return [
        Place(person, room.name, speaks=number < speakers)
        for number, person in enumerate(room.members)
    ]


DELIVERIES = Figure("deliveries/s", lambda it: it.outcome.deliveries / it.outcome.seconds)
DELIVERY_CPU = Figure(
    "CPU s per 100,000 deliveries",
    lambda it: it.server_cpu * 100_000 / it.outcome.deliveries,
    less=True,
)
MESSAGES = Figure("messages/s", lambda it: it.outcome.said / it.outcome.seconds)
MESSAGE_CPU = Figure(
    "CPU ms per message", lambda it: it.server_cpu * 1_000 / it.outcome.said, less=True
)
HALF = Figure("p50 ms", lambda it: it.outcome.latency_p50, less=True)
NEARLY_ALL = Figure("p99 ms", lambda it: it.outcome.latency_p99, less=True)
COMING = Figure("people/s", lambda it: it.outcome.came_in / it.outcome.seconds)
COMING_CPU = Figure(
    "CPU ms per person", lambda it: it.server_cpu * 1_000 / it.outcome.came_in, less=True
)
MEMORY = Figure(
    "KiB per person", lambda it: it.memory_grown / 1_024 / it.outcome.came_in, less=True
)

SCENARIOS = [
    Scenario(
        name="busy-room",
        about="300 members in one room, 8 of them speak as quickly as they are heard",
        act="talk",
        places=seated(HALL, speakers=8),
        figures=[DELIVERIES, DELIVERY_CPU, MESSAGES],
        servers=[PARLEY, TWO_WORKERS, BROADCAST, TUTORIAL],
    ),
    Scenario(
        name="busy-crowd",
        about="1,000 members in one room, 8 of them speak as quickly as they are heard",
        act="talk",
        places=seated(CROWD, speakers=8),
        figures=[DELIVERIES, DELIVERY_CPU, MESSAGES],
        servers=[PARLEY, BROADCAST],
    ),
    Scenario(
        name="teams",
        about="50 rooms of 6, everybody speaks as quickly as they are heard",
        act="talk",
        places=[place for team in TEAMS for place in seated(team, speakers=6)],
        figures=[MESSAGES, MESSAGE_CPU],
        servers=[PARLEY, ONE_COMMIT],
    ),
    Scenario(
        name="steady",
        about="60 messages a second to 300 members: until somebody has one, since it was due",
        act="talk",
        places=seated(HALL, speakers=8),
        rate=60.0,
        figures=[HALF, NEARLY_ALL, DELIVERY_CPU],
        servers=[PARLEY, BROADCAST],
    ),
    Scenario(
        name="connect",
        about="1,000 people connect, 20 at a time; they are logged in, welcomed, and stay",
        act="connect",
        places=seated(CROWD),
        figures=[COMING, COMING_CPU, MEMORY],
    ),
    Scenario(
        name="join",
        about="300 people open the same room, 20 at a time, and get its history",
        act="join",
        places=seated(HALL),
        figures=[COMING, COMING_CPU],
    ),
]
