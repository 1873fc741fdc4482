"""A room as plain lists: what the real one must agree with, and what fakes of the database read."""

from dataclasses import dataclass, field, replace

import msgspec
from django.conf import settings

from chat.bus_items import Change, Head
from chat.protocol.contents import RoomState
from chat.protocol.outbound import HistoryPruned, RoomChange, RoomChanged
from chat.reads import LoadedRoom, Remembered, Repair

SLUG = "tea"


@dataclass(frozen=True)
class Row:
    """A message as it is now."""

    message_id: int
    sequence: int
    changed: int
    text: str
    joined: int = 0
    removed: int = 0

    @property
    def body(self) -> bytes:
        return msgspec.json.encode(
            {
                "room_id": SLUG,
                "message_id": self.message_id,
                "sequence": self.sequence,
                "changed_sequence": self.changed,
                "message": self.text,
                "act": "removed" if self.removed else "joined" if self.joined else None,
            }
        )

    @property
    def remembered(self) -> Remembered:
        return Remembered(self.message_id, self.sequence, self.body)


@dataclass
class NaiveRoom:
    """Changes itself as the actions do; every change returns what they would announce."""

    key: int = 1
    epoch: str = "first"
    head: int = 0
    floor: int = 1
    topic: str = ""
    rows: dict[int, Row] = field(default_factory=dict)

    # Changes

    def send(self, *, joined: int = 0, removed: int = 0) -> Change:
        self.head += 1
        number = self.head
        row = Row(1000 + number, number, number, "new", joined=joined, removed=removed)
        return self._put(row, "new_message")

    def edit(self, message_id: int) -> Change:
        self.head += 1
        row = replace(self.rows[message_id], changed=self.head, text=f"edit {self.head}")
        return self._put(row, "message_edited")

    def delete(self, message_id: int) -> Change:
        self.head += 1
        row = replace(self.rows[message_id], changed=self.head, text="")
        return self._put(row, "message_deleted")

    def prune(self, floor: int) -> Change:
        self.floor = max(self.floor, floor)
        self.rows = {key: row for key, row in self.rows.items() if row.sequence >= self.floor}
        return self._room_change(HistoryPruned)

    def rename(self) -> Change:
        self.topic = f"topic {self.head}"
        return self._room_change(RoomChanged)

    def restore(self, head: int, epoch: str) -> None:
        """Go back to a backup: `epoch` is the same where somebody forgot to renew it."""
        self.head, self.epoch = head, epoch
        self.rows = {key: row for key, row in self.rows.items() if row.changed <= head}

    def _put(self, row: Row, event: str) -> Change:
        self.rows[row.message_id] = row
        return self._change(row, event)

    def _change(self, row: Row, event: str) -> Change:
        return Change(
            room=self.key,
            epoch=self.epoch,
            number=row.changed,
            event=event,
            body=row.body,
            message_id=row.message_id,
            sequence=row.sequence,
            removed=row.removed,
        )

    def _room_change(self, event: type[RoomChange]) -> Change:
        self.head += 1
        return self._state_change(event, self.head)

    def _state_change(self, event: type[RoomChange], number: int) -> Change:
        body = msgspec.json.encode(event(changed_sequence=number, room=self.state))
        return Change(self.key, self.epoch, number, event.event, body, floor=self.floor)

    # What is in it

    @property
    def state(self) -> RoomState:
        return RoomState(
            room_id=SLUG,
            name="Tea",
            topic=self.topic,
            kind="public",
            closed=False,
            slow_mode=0,
            floor=self.floor,
        )

    @property
    def in_place(self) -> list[Row]:
        return sorted(self.rows.values(), key=lambda row: row.sequence)

    def changed_since(self, number: int, upto: int | None = None) -> list[Row]:
        upto = self.head if upto is None else upto
        rows = [row for row in self.rows.values() if number < row.changed <= upto]
        return sorted(rows, key=lambda row: row.changed)

    # As the hub reads it (chat/reads.py)

    def load(self) -> LoadedRoom:
        rows = self.in_place
        window = rows[-settings.CHAT_HISTORY_PAGE :]
        return LoadedRoom(
            slug=SLUG,
            epoch=self.epoch,
            position=self.head,
            floor=self.floor,
            state=self.state,
            messages=[row.remembered for row in window],
            has_more=len(rows) > len(window),
        )

    def repair(self, *, epoch: str, position: int) -> Repair:
        missed = self.head - position
        far = not 0 <= missed <= settings.CHAT_RESUME_LIMIT
        if far or epoch != self.epoch or position < self.floor - 1:
            return Repair(self.head, None)
        changes = [self._as_missed(row, position) for row in self.changed_since(position)]
        spare = set(range(position + 1, self.head + 1)) - {change.number for change in changes}
        if spare:
            changes.append(self._state_change(RoomChanged, max(spare)))
        return Repair(self.head, sorted(changes, key=lambda change: change.number))

    def _as_missed(self, row: Row, position: int) -> Change:
        if row.sequence > position:
            return self._change(row, "new_message")
        return self._change(row, "message_edited" if row.text else "message_deleted")

    def head_now(self) -> Head:
        return Head(self.key, self.epoch, self.head)
