"""What a session hears first: who one is, what one may ask for, and what waits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple

from django.conf import settings

from accounts.identity import Identity, still_valid
from accounts.models import User
from accounts.queries.notifications import unread_count

from . import queries, shapes
from .protocol.contents import Limits
from .protocol.inbound import INBOUND
from .protocol.outbound import Welcome

PROTOCOL_VERSION = 1


class Waits(NamedTuple):
    """The person's memberships, with what waits in each, and how many notifications wait."""

    members: list[queries.CountedMembership]
    notifications: int


class Meanwhile:
    """What concerns somebody while their welcome is read, which may know less: it comes after."""

    def __init__(self) -> None:
        self._held: list[Callable[[], None]] | None = []

    def holds(self, hear: Callable[[], None]) -> bool:
        """Keep `hear` for then, and say so; False once the welcome is out."""
        if self._held is None:
            return False
        self._held.append(hear)
        return True

    def end(self) -> None:
        """The welcome is out: let what was held be heard, in its order."""
        held, self._held = self._held or [], None
        for hear in held:
            hear()


def what_waits(identity: Identity) -> Waits | None:
    """What waits for whoever logged in so; None if that login does not hold."""
    if identity not in still_valid([identity]):
        return None
    return Waits(queries.memberships_with_unread(identity.user), unread_count(identity.user))


def welcome(waits: Waits, *, session_id: str, user: User, present: list[int] | None) -> Welcome:
    """`present`: the ids of those who are here of the people whom `user` writes to directly."""
    return Welcome(
        protocol=PROTOCOL_VERSION,
        session_id=session_id,
        user=shapes.person(user),
        capabilities=list(INBOUND),
        limits=Limits(
            text=settings.CHAT_TEXT_LIMIT,
            frame=settings.CHAT_FRAME_LIMIT,
            open_rooms=settings.CHAT_OPEN_ROOMS,
            history=settings.CHAT_HISTORY_PAGE,
        ),
        rooms=queries.room_summaries(waits.members),
        notifications=waits.notifications,
        present=present,
        server_time=datetime.now(UTC),
    )
