"""How far people have read in a live room. Pure."""

from __future__ import annotations

from .bus_items import Receipt
from .protocol.contents import Reader


class ReadMarks:
    """What was heard since the room was read: newer than what any query begun before has found."""

    def __init__(self) -> None:
        self._read_up_to: dict[str, int] = {}  # by username

    def hear(self, receipt: Receipt) -> None:
        known = self._read_up_to.get(receipt.username, 0)
        self._read_up_to[receipt.username] = max(known, receipt.read_sequence)

    def forget(self) -> None:
        """These numbers mean nothing any more."""
        self._read_up_to.clear()

    def added_to(self, readers: list[Reader] | None) -> list[Reader] | None:
        """`readers` as they were read, with what was heard since: nobody reads backwards."""
        if readers is None:
            return None
        return [
            Reader(
                username=reader.username,
                read_sequence=max(reader.read_sequence, self._read_up_to.get(reader.username, 0)),
            )
            for reader in readers
        ]
