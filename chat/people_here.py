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
        # In the order in which they came, as far as that was heard.
        self._people: dict[str, None] = {}
        # Since when Redis does not know of somebody whom nobody has seen going.
        self._missing: dict[str, float] = {}

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
        self.version += self.known
        self.known = False
        self._missing.clear()

    def came(self, person: str) -> bool:
        """Note that `person` is here; False if that was known."""
        new = person not in self._people
        self._people[person] = None
        self.version += new
        self._missing.pop(person, None)
        return new

    def went(self, person: str) -> bool:
        """Note that `person` has gone; False if that was known."""
        self._missing.pop(person, None)
        if person not in self._people:
            return False
        del self._people[person]
        self.version += 1
        return True

    def compare(
        self, people: Iterable[str], *, now: float, patience: float
    ) -> tuple[list[str], list[str]]:
        """Take over what Redis says; return who is new here and who has gone.

        Somebody has gone who is missing for `patience` s (`now` is of any steady clock): when
        Redis has lost its memory, leases come back with each process's next renewal, and nobody
        has left.
        """
        present = set(people)
        new = sorted(present - self._people.keys())
        missing = {
            person: self._missing.get(person, now)
            for person in self._people
            if person not in present
        }
        gone = [person for person, since in missing.items() if now - since >= patience]
        for person in gone:
            del self._people[person], missing[person]
        self._missing = missing
        self._people.update(dict.fromkeys(new))
        self.version += bool(new or gone or not self.known)
        self.known = True
        return new, gone


def person_key(user_id: int, name: str) -> str:
    return f"{user_id}:{name}"


def username(person: str) -> str:
    return person.partition(":")[2]
