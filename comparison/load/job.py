"""What the load is told, and what it tells: JSON between two processes."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

# `talk`: everybody is in their rooms, and speakers speak. `connect`: everybody connects and is
# welcomed. `join`: everybody, welcomed before, joins.
Act = Literal["talk", "connect", "join"]


class Seat(Struct, frozen=True):
    """One person's place: the session cookie (empty: none is sent) and the room's slug."""

    room: str
    cookie: str = ""
    speaks: bool = False


class Job(Struct, frozen=True):
    """`address` is host:port. With a `rate` (messages a second, of all together) speakers keep to
    it; without, each says the next thing when they have heard their last one. Times in seconds.
    """

    address: str
    dialect: str
    act: Act
    seats: list[Seat]
    seconds: float = 5.0
    warm_up: float = 1.0
    rate: float = 0.0
    at_once: int = 20  # who connect or join at the same time


class Outcome(Struct, frozen=True):
    """What came of it. Every delivery is counted once, by the number that its text bears.

    `seconds` end with the last delivery, or the last who came in. `astray` says who heard too
    little, too much, or was cut off: of a sound run it is empty. Latencies are milliseconds from
    the moment at which a message was due until somebody had it.
    """

    seconds: float
    came_in: int = 0
    said: int = 0
    deliveries: int = 0
    latency_p50: float = 0.0
    latency_p99: float = 0.0
    astray: list[str] = []
