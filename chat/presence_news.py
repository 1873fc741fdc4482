"""How a room's listeners hear who came and went: at once, or, where many are, once a second."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from django.conf import settings

from .live_room import LiveRoom
from .people_here import username
from .protocol.codec import event_frame
from .protocol.outbound import UserJoined, UserLeft


class PresenceNews:
    """Frames for one process's rooms. A crowd's comings share one frame each way."""

    def __init__(self) -> None:
        self._came: dict[LiveRoom, list[str]] = {}
        self._went: dict[LiveRoom, list[str]] = {}

    def came(self, room: LiveRoom, person: str) -> None:
        if self._crowded(room):
            self._collect(self._came, room, person)
        else:
            self._tell(UserJoined, room, [person])

    def went(self, room: LiveRoom, person: str, *, reason: str) -> None:
        if self._crowded(room):
            self._collect(self._went, room, person)
        else:
            self._tell(UserLeft, room, [person], reason=reason)

    def _crowded(self, room: LiveRoom) -> bool:
        return (room.people.count or 0) > settings.CHAT_PRESENCE_CROWD

    def _collect(self, news: dict[LiveRoom, list[str]], room: LiveRoom, person: str) -> None:
        if not (room in self._came or room in self._went):
            loop = asyncio.get_running_loop()
            loop.call_later(settings.CHAT_PRESENCE_CROWD_INTERVAL, self._tell_collected, room)
        news.setdefault(room, []).append(person)

    def _tell_collected(self, room: LiveRoom) -> None:
        if came := self._came.pop(room, []):
            self._tell(UserJoined, room, came)
        if went := self._went.pop(room, []):
            self._tell(UserLeft, room, went)

    def _tell(
        self,
        kind: type[UserJoined | UserLeft],
        room: LiveRoom,
        people: list[str],
        *,
        reason: str | None = None,
    ) -> None:
        if not room.audience.listeners:
            # Nobody to tell, and a room that nobody could enter was never read.
            return
        event = kind(
            room_id=room.slug,
            username=username(people[-1]),
            message=sentence(people, "joined" if kind is UserJoined else "left"),
            active_users=room.people.usernames(settings.CHAT_ACTIVE_USERS_SHOWN),
            active_count=room.people.count,
            timestamp=datetime.now(UTC),
            reason=reason,
        )
        room.audience.notice(event_frame(event))


def sentence(people: list[str], act: str) -> str:
    """The wire's own words, for logs and plain clients; pages say it in theirs."""
    last, others = username(people[-1]), len(people) - 1
    return f"{last} and {others} more {act}" if others else f"{last} {act}"
