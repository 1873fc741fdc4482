"""Who is in a room, as one process knows it. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice


class PeopleHere:
    """The people present in one room, or that it is unknown who is.

    Kept by what hubs hear, and compared now and then with Redis. A person is an "id:username".
    """

    def __init__(self) -> None:
        self.known = False
        # Rises with every change.
        self.version = 0
        self._people: dict[str, None] = {}
        self._missed: set[str] = set()

    def __contains__(self, person: str) -> bool:
        return person in self._people

    @property
    def count(self) -> int | None:
        return len(self._people) if self.known else None

    def usernames(self, limit: int) -> list[str] | None:
        """Up to `limit` usernames; None while it is unknown who is here."""
        if not self.known:
            return None
        return [username(person) for person in islice(self._people, limit)]

    def forget(self) -> None:
        """Redis is away: nobody can say who is here."""
        self.known = False
        self.version += 1

    def came(self, person: str) -> bool:
        """Note that `person` is here; False if that was known."""
        new = person not in self._people
        self._people[person] = None
        self.version += new
        self._missed.discard(person)
        return new

    def went(self, person: str) -> bool:
        """Note that `person` has gone; False if that was known."""
        self._missed.discard(person)
        if person not in self._people:
            return False
        del self._people[person]
        self.version += 1
        return True

    def compare(self, people: Iterable[str]) -> tuple[list[str], list[str]]:
        """Take over what Redis says; return who is new here and who has gone.

        Somebody must be missing twice in a row to have gone: after a FLUSHALL the leases of the
        other processes come back one renewal later, and nobody has left.
        """
        present = set(people)
        absent = [person for person in self._people if person not in present]
        gone = [person for person in absent if person in self._missed or not self.known]
        for person in gone:
            del self._people[person]
        self._missed = set(absent) - set(gone)
        new = [person for person in present if person not in self._people]
        self._people.update(dict.fromkeys(sorted(new)))
        self.version += bool(new or gone or not self.known)
        self.known = True
        return new, gone


def person_key(user_id: int, name: str) -> str:
    return f"{user_id}:{name}"


def username(person: str) -> str:
    return person.partition(":")[2]
