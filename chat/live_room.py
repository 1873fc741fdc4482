"""One room as this process serves it: its order, and the repair of what the bus lost."""

from __future__ import annotations

import asyncio
import logging

import msgspec
from django.conf import settings

from . import reads
from .audience import Audience
from .bus_items import Change, Head, Receipt
from .people_here import PeopleHere
from .protocol.codec import event_frame, frame
from .protocol.contents import RoomState
from .protocol.outbound import MessageRead, RoomChange
from .read_marks import ReadMarks
from .reads import LoadedRoom
from .repairs import Repairs
from .room_answers import RoomAnswers
from .room_memory import RoomMemory
from .stats import stats

logger = logging.getLogger(__name__)

EARLY_LIMIT = 1_000
REMEMBERED_CHANGES = 500
REFRESH_TRIES = 3

_room_change = msgspec.json.Decoder(RoomChange)


class SystemMessage(msgspec.Struct):
    """What a hub needs to know of a system message."""

    room_id: str
    act: str


read_system_message = msgspec.json.Decoder(SystemMessage).decode


def remember(loaded: LoadedRoom) -> RoomMemory:
    return RoomMemory(
        loaded.messages,
        position=loaded.position,
        has_more=loaded.has_more,
        window=settings.CHAT_HISTORY_PAGE,
        changes=REMEMBERED_CHANGES,
    )


class LiveRoom:
    """Applies the room's changes in order, each once, and reads what is missing.

    It lives on the event loop only; `key` is the room's primary key. Until `ready` has returned
    True, nothing but `key` and `audience` may be used.
    """

    slug: str
    epoch: str
    state: RoomState
    memory: RoomMemory

    def __init__(self, key: int) -> None:
        self.key = key
        self.audience = Audience()
        self.people = PeopleHere()
        self.read_marks = ReadMarks()
        self.answers = RoomAnswers(self)
        self.position = 0
        self._loaded = False
        self._reading = asyncio.Lock()
        # Changes that came before their turn, by number; also all that come while loading.
        self._early: dict[int, Change] = {}
        self._heard_of = 0
        # How far the room is by its epochs, as was heard while it was being read.
        self._hinted: dict[str, int] = {}
        # Another epoch was heard of since the last reading began.
        self._in_doubt = False
        self._repairs = Repairs(key, self._repair, self._is_whole)

    @property
    def is_repairing(self) -> bool:
        """Whether something is being read, or is about to be, that was not heard."""
        return not self._repairs.idle

    async def ready(self) -> bool:
        """Wait until the room was read; False if there is none. Raises what the database raises."""
        if not self._loaded:
            async with self._reading:
                if not self._loaded:
                    await self._load()
        return self._loaded

    # Order

    def hear(self, change: Change) -> None:
        """Take a change, from this process or from the bus, in whatever order they come."""
        if not self._loaded:
            self._keep_for_later(change)
        elif change.epoch != self.epoch:
            self._doubt()
        elif change.number == self.position + 1:
            self._apply(change)
            self._apply_early()
        elif change.number > self.position:
            self._keep_for_later(change)
            self._repairs.due_in(settings.CHAT_REPAIR_DELAY)

    def hint(self, head: Head, *, delay: float) -> None:
        """Learn how far the room is. If that is further than here, repair after `delay` s."""
        if not self._loaded:
            self._hinted[head.epoch] = max(head.number, self._hinted.get(head.epoch, 0))
        elif head.epoch != self.epoch:
            self._doubt()
        elif head.number > self.position:
            self._heard_of = max(self._heard_of, head.number)
            self._repairs.due_in(delay)

    def _keep_for_later(self, change: Change) -> None:
        if len(self._early) >= EARLY_LIMIT:
            # The repair that is due reads them anyhow.
            self._early.clear()
        self._early[change.number] = change
        self._heard_of = max(self._heard_of, change.number)

    def _apply(self, change: Change) -> None:
        self.position = change.number
        self.memory.apply(change)
        if not change.message_id:
            self.state = _room_change.decode(change.body).room
        self.audience.send(frame(change.event, change.body))
        if change.removed:
            reason = read_system_message(change.body).act
            self.take_out(change.removed, number=change.number, reason=reason)

    def _apply_early(self) -> None:
        while change := self._early.pop(self.position + 1, None):
            self._apply(change)
        if self._early:
            self._early = {n: held for n, held in self._early.items() if n > self.position}
        if self._heard_of <= self.position:
            self._repairs.call_off()

    def take_out(self, user_id: int, *, number: int, reason: str) -> None:
        """End the room for a person's sessions here, before anything later is delivered."""
        self.audience.flush()
        for listener in self.audience.members(user_id, older_than=number):
            self.audience.drop(listener)
            listener.left_room(self, reason=reason)

    def hear_receipt(self, receipt: Receipt) -> None:
        """Tell those who listen how far one of the others has read."""
        self.read_marks.hear(receipt)
        if self._loaded:
            event = MessageRead(
                room_id=self.slug,
                username=receipt.username,
                read_sequence=receipt.read_sequence,
            )
            self.audience.notice(event_frame(event), skip_user=receipt.user)

    # Repair

    def _doubt(self) -> None:
        """Ask the database at once whether these numbers still count."""
        self._in_doubt = True
        self._repairs.due_in(0.0)

    async def _repair(self) -> None:
        self._in_doubt = False
        await self.catch_up()

    def _is_whole(self) -> bool:
        return self._heard_of <= self.position and not self._in_doubt

    async def catch_up(self) -> None:
        """Read what happened since this position. Raises what the database raises."""
        async with self._reading:
            repair = await reads.repair(self.key, epoch=self.epoch, position=self.position)
            if repair is None:
                self._heard_of = self.position
            elif repair.changes is None:
                await self._load()
            else:
                self._apply_missed(repair.changes)

    def _apply_missed(self, changes: list[Change]) -> None:
        missed = [change for change in changes if change.number > self.position]
        stats.repairs += bool(missed)
        for change in missed:
            self._apply(change)
        self._apply_early()
        self.audience.settle()

    def check(self, head: Head, *, stood_at: int) -> None:
        """Compare with a head that was read from the database after this room `stood_at`."""
        if self._loaded and head.epoch == self.epoch and head.number < stood_at:
            # The database went back in time without a new epoch: only a reload can help.
            self._doubt()
        else:
            self.hint(head, delay=0.0)

    async def _load(self) -> None:
        anew, self._loaded = self._loaded, False
        loaded, strangers = None, set[int]()
        try:
            loaded = await reads.load(self.key)
            strangers = await self._strangers()
        finally:
            self._loaded = anew
        if loaded is None:
            return
        if anew and loaded.epoch != self.epoch:
            # Numbers of a lost time would look like reading ahead.
            self.read_marks.forget()
        self.slug, self.epoch, self.position = loaded.slug, loaded.epoch, loaded.position
        self.state = loaded.state
        self.memory = remember(loaded)
        self.answers.forget()
        self._loaded = True
        self._early = {n: held for n, held in self._early.items() if held.epoch == self.epoch}
        self._heard_of = max((self.position, *self._early))
        self.audience.discard_pending()
        for muted in self.audience.muted.values():
            muted.restart(self.position)
            muted.stale = anew
        for user_id in strangers:
            self.take_out(user_id, number=self.position + 1, reason="ended")
        if anew:
            stats.resets += 1
            self.audience.send(self.answers.snapshot(reset=True, readers=loaded.readers))
        self._apply_early()
        if self._heard_of > self.position:
            # What came while the room was read lacks something before it.
            self._repairs.due_in(settings.CHAT_REPAIR_DELAY)
        hinted, self._hinted = self._hinted, {}
        for epoch, number in hinted.items():
            self.hint(Head(self.key, epoch, number), delay=settings.CHAT_REPAIR_DELAY)
        self.audience.settle()

    async def refresh(self) -> None:
        """Show who comes now the people as they are called now. A busy room tries a few times."""
        for _ in range(REFRESH_TRIES):
            async with self._reading:
                loaded = await reads.load(self.key) if self._loaded else None
                if loaded is None:
                    return
                if (loaded.epoch, loaded.position) == (self.epoch, self.position):
                    self.memory = remember(loaded)
                    self.answers.forget()
                    return

    async def _strangers(self) -> set[int]:
        """Who is here and no member. What is loaded shows what is, not who left meanwhile."""
        people = [*self.audience.listeners, *self.audience.muted]
        seats = {(self.key, listener.user_id) for listener in people}
        return {user for _, user in seats - await reads.memberships_still_there(seats)}
