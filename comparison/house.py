"""Who is there and in which rooms: the same for every server that is measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

# Messages that every room begins with: at least what a join shows, and what counts as unread.
PAST = 120


@dataclass(frozen=True, slots=True)
class Room:
    """A room by its slug, and its members by their places in the list of people."""

    name: str
    members: range


@dataclass(frozen=True, slots=True)
class House:
    """All people, called `person-0` and so on, and all rooms."""

    people: int
    rooms: Sequence[Room]


HALL = Room("hall", range(300))
CROWD = Room("crowd", range(1_000))
TEAMS = [Room(f"team-{n:02}", range(6 * n, 6 * n + 6)) for n in range(50)]

HOUSE = House(people=1_000, rooms=[HALL, CROWD, *TEAMS])
