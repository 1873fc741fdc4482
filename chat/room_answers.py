"""What a session hears that opens a room: the last messages, or what changed since it left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from msgspec import Raw

from . import reads
from .protocol.codec import event_frame
from .protocol.contents import Reader
from .protocol.outbound import RoomHistory

if TYPE_CHECKING:
    from .live_room import LiveRoom


class RoomAnswers:
    """Answers from the memory of one live room, and from the database where that is too short."""

    def __init__(self, room: LiveRoom) -> None:
        self._room = room
        self._snapshot: tuple[object, bytes] = (None, b"")

    def forget(self) -> None:
        """The room looks otherwise, though it stands at the same number."""
        self._snapshot = (None, b"")

    def snapshot(self, *, reset: bool, readers: list[Reader] | None = None) -> bytes:
        """The frame of a fresh `room_history`, from memory; made once for all who come now."""
        room = self._room
        readers = room.read_marks.added_to(readers)
        key = (room.epoch, room.position, room.people.version, reset, readers)
        if self._snapshot[0] != key:
            bodies = room.memory.newest_bodies()
            made = self.history(
                bodies, sequence=room.position, more=False, reset=reset, readers=readers
            )
            self._snapshot = (key, made)
        return self._snapshot[1]

    def history(
        self,
        bodies: list[bytes],
        *,
        sequence: int,
        more: bool,
        reset: bool,
        readers: list[Reader] | None = None,
    ) -> bytes:
        room = self._room
        return event_frame(
            RoomHistory(
                room_id=room.slug,
                room=room.state,
                messages=[Raw(body) for body in bodies],
                sequence=sequence,
                epoch=room.epoch,
                has_more=room.memory.has_more,
                more=more,
                reset=reset,
                active_users=room.people.usernames(settings.CHAT_ACTIVE_USERS_SHOWN),
                active_count=room.people.count,
                readers=readers,
            )
        )

    def leads_from(self, number: int) -> bool:
        """Whether changes lead from `number` to here, or only a fresh snapshot does."""
        missed = self._room.position - number
        within = 0 <= missed <= settings.CHAT_RESUME_LIMIT
        return within and number >= self._room.state.floor - 1

    async def changes_since(self, number: int, *, upto: int) -> list[tuple[int, bytes]]:
        """Number and body of what changed in (number, upto], in order; from memory if it can."""
        room = self._room
        remembered = room.memory.changes_after(number, floor=room.state.floor)
        if remembered is not None and upto == room.position:
            return remembered
        return await reads.changes(
            room.key, slug=room.slug, floor=room.state.floor, after=number, upto=upto
        )
