"""Which of the people one has direct rooms with are connected, wherever in Parley that is.

They are present in a place of their own that every session enters: it has no messages, no history
and nobody who hears all of it. A session hears of its own companions only, and always of all.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple, Protocol

from django.conf import settings

from .people_here import PeopleHere, person_key
from .protocol.outbound import DirectPresence, OutboundEvent

# No room has this key.
EVERYWHERE = 0


class Caller(NamedTuple):
    """A session as it enters this place: by id alone, since people change their names."""

    id: str
    user_id: int
    username: str = ""


class Companion(Protocol):
    """What this needs of a session; `companions` are the ids of the people it hears of."""

    @property
    def id(self) -> str: ...
    @property
    def user_id(self) -> int: ...

    companions: set[int]

    def tell(self, event: OutboundEvent) -> None: ...


class Companions:
    """Everybody who is connected, and which sessions of this process care about whom."""

    key = EVERYWHERE

    def __init__(self) -> None:
        self.people = PeopleHere()
        # By the id of whom they care about.
        self._sessions: dict[int, set[Companion]] = defaultdict(set)
        self._stale: set[Companion] = set()
        self._known = False

    def add(self, session: Companion, people: Iterable[int]) -> None:
        """Let `session` hear of these people (ids) too, from now on."""
        session.companions.update(people)
        for person in people:
            self._sessions[person].add(session)

    def met(self, session: Companion, person: int) -> None:
        """There is a direct room with somebody from now on."""
        self.add(session, [person])
        self._tell_soon([session])

    def remove(self, session: Companion) -> None:
        self._stale.discard(session)
        for person in session.companions:
            self._sessions[person].discard(session)
            if not self._sessions[person]:
                del self._sessions[person]

    def present(self, session: Companion) -> list[int] | None:
        """The ids of the session's companions who are connected; None while that is unknown."""
        if not self.people.known:
            return None
        return sorted(who for who in session.companions if person_key(who, "") in self.people)

    # What presence tells

    def moved(self, person: str) -> None:
        """Somebody came or went."""
        self._tell_soon(self._sessions.get(int(person.partition(":")[0]), ()))

    def settle(self) -> None:
        """Tell everybody if it has become known who is there, or unknown."""
        if self._known is not self.people.known:
            self._known = self.people.known
            for sessions in self._sessions.values():
                self._tell_soon(sessions)

    def _tell_soon(self, sessions: Iterable[Companion]) -> None:
        """Once for all who come and go within a moment: a restart brings everybody back."""
        if sessions and not self._stale:
            asyncio.get_running_loop().call_later(settings.CHAT_ACTIVITY_INTERVAL, self._tell)
        self._stale.update(sessions)

    def _tell(self) -> None:
        stale, self._stale = self._stale, set()
        for session in stale:
            session.tell(DirectPresence(present=self.present(session)))
