"""What a hub remembers of a live room, encoded: enough to answer joins without a query."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from .bus_items import Change
from .reads import Remembered


class RoomMemory:
    """The newest messages of a room, and its last changes in order.

    The window holds every living message placed at or above its oldest one; it is shorter than
    `window` only where no older message exists.
    """

    def __init__(
        self,
        messages: Iterable[Remembered],
        *,
        position: int,
        has_more: bool,
        window: int,
        changes: int,
    ) -> None:
        self.has_more = has_more
        self._window = window
        self._messages = {message.message_id: message for message in messages}
        self._changes: deque[Change] = deque(maxlen=changes)
        # Every change with a higher number than this is in `_changes`.
        self._changes_from = position

    def apply(self, change: Change) -> None:
        """Take in the next change of the room."""
        if len(self._changes) == self._changes.maxlen:
            self._changes_from = self._changes[0].number
        self._changes.append(change)
        if change.message_id:
            self._remember(Remembered(change.message_id, change.sequence, change.body))
        else:
            self._forget_below(change.floor)

    def _remember(self, message: Remembered) -> None:
        if message.message_id in self._messages:
            self._messages[message.message_id] = message
            return
        full = len(self._messages) >= self._window
        if full and message.sequence < self._oldest().sequence:
            self.has_more = True
            return
        newest = next(reversed(self._messages.values()), None)
        self._messages[message.message_id] = message
        if newest is not None and message.sequence < newest.sequence:
            # Only repairs bring messages out of place: they come in order of change.
            ordered = sorted(self._messages.values(), key=lambda held: held.sequence)
            self._messages = {held.message_id: held for held in ordered}
        if full:
            del self._messages[self._oldest().message_id]
            self.has_more = True

    def _forget_below(self, floor: int) -> None:
        if self._messages and self._oldest().sequence <= floor:
            self.has_more = False
            self._messages = {
                held.message_id: held for held in self._messages.values() if held.sequence >= floor
            }

    def _oldest(self) -> Remembered:
        return next(iter(self._messages.values()))

    def newest_bodies(self) -> list[bytes]:
        """The bodies of the window, oldest first."""
        return [message.body for message in self._messages.values()]

    def changes_after(self, number: int, *, floor: int) -> list[tuple[int, bytes]] | None:
        """Number and body of each message's last change after `number`, in order of change.

        None if the memory does not reach back so far.
        """
        if number < self._changes_from:
            return None
        latest = {
            change.message_id: (change.number, change.body)
            for change in self._changes
            if change.number > number and change.message_id and change.sequence >= floor
        }
        return sorted(latest.values())
