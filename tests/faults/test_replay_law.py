"""The replay law: a snapshot and the changes since equal a fresh snapshot, whatever happened.

Real actions, hubs, rooms and sessions, in one thread: the history decides what happens during each
read of the database, and what becomes of every message of the bus. A failure shrinks to the
shortest history that shows it.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from chat import fanout, live_room, threads
from chat.actions import attachments, memberships, messages, moderation, retention, rooms
from chat.bus_items import BusItem
from chat.errors import ChatError
from chat.models import Membership, Message, Role, Room
from tests.factories import make_room
from tests.harness.correspondent import PATIENCE, Disconnected
from tests.harness.fixtures import Person, make_person
from tests.harness.in_process import LocalClient, Process
from tests.harness.oracle import assert_promises_kept
from tests.harness.outbox import Refused
from tests.harness.switch import Switch

Step = tuple[Any, ...]
HUBS = CLIENTS = 2

which = st.integers(0, 9)
# What becomes of a change on its way to a hub.
fate = st.sampled_from(["arrives"] * 6 + ["waits", "is_lost"])
# How often in a hundred changes.
KINDS = {"say": 26, "reply": 14, "edit": 22, "react": 14, "pin": 6, "delete": 10, "rename": 4}
KINDS |= {"prune": 4, "come_or_go": 3, "remove": 2, "close_or_reopen": 2, "new_epoch": 1}
KINDS["attach"] = 6
kind = st.sampled_from([name for name, share in KINDS.items() for _ in range(share)])
change = st.tuples(kind, which, st.tuples(*[fate] * HUBS))
bus = st.tuples(st.sampled_from(["deliver"] * 3 + ["repeat"]), which, which)
# What happens while the database is read, before and after each question.
asides = st.lists(change | change | bus, min_size=4, max_size=6)
absence = st.tuples(
    st.just("be_away"), which, which, st.lists(change, min_size=2, max_size=14), asides
)
step = (
    change
    | bus
    | st.tuples(st.just("check"), which)
    | st.tuples(st.just("join"), which, which, asides)
    | absence
    | st.tuples(st.just("page"), which, asides)
    | st.tuples(st.just("cut"), which)
)


@pytest.fixture
def small(settings: Any, monkeypatch: pytest.MonkeyPatch, attachments: Path) -> None:
    """Every bound so low that short histories pass it."""
    settings.CHAT_HISTORY_PAGE = 4
    settings.CHAT_CHANGE_PAGE = 3
    settings.CHAT_RESUME_LIMIT = 9
    settings.CHAT_RETENTION_MINIMUM = 0
    settings.CHAT_UPLOADS_PER_MINUTE = 1_000_000
    settings.CHAT_BATCH_DELAY = settings.CHAT_PRESENCE_GRACE = 0
    settings.CHAT_EVENTS_PER_SECOND = settings.CHAT_EVENT_BURST = 1_000_000
    monkeypatch.setattr(live_room, "REMEMBERED_CHANGES", 2)
    # One thread for everything: its turns are the history's to give.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")


@pytest.fixture
def people(transactional_db: None) -> list[Person]:
    return [make_person() for _ in range(CLIENTS + 1)]


def histories(length: int, examples: int) -> Callable[[Any], Any]:
    def decorate(test: Any) -> Any:
        bounded = settings(
            max_examples=examples, suppress_health_check=[HealthCheck.function_scoped_fixture]
        )
        return bounded(
            given(steps=st.lists(step, min_size=10, max_size=length), patient=st.booleans())(test)
        )

    return decorate


@histories(length=40, examples=80)
def test_snapshot_and_changes_equal_a_fresh_snapshot(
    small: None, people: list[Person], settings: Any, steps: list[Step], patient: bool
) -> None:
    check_law(people, settings, steps, patient=patient)


@pytest.mark.soak
@histories(length=120, examples=1_000)
def test_snapshot_and_changes_equal_a_fresh_snapshot_for_long(
    small: None, people: list[Person], settings: Any, steps: list[Step], patient: bool
) -> None:
    check_law(people, settings, steps, patient=patient)


def check_law(people: list[Person], settings: Any, steps: list[Step], *, patient: bool) -> None:
    """`patient` hubs wait for what is missing until they are told to check."""
    settings.CHAT_REPAIR_DELAY = 1_000.0 if patient else 0.0
    asyncio.run(History(people).play(steps))


class History:
    """A room, two hubs that hear of its changes by a bus, and the clients on them."""

    def __init__(self, people: Sequence[Person]) -> None:
        self.people = people
        self.room = make_room(*(person.user for person in people), name="Law")
        self.asides: list[Step] = []
        self.number = 0

    async def play(self, steps: Sequence[Step]) -> None:
        self.hubs = [self.process() for _ in range(HUBS)]
        # What the bus has still to deliver to each hub.
        self.wires: list[list[BusItem]] = [[] for _ in range(HUBS)]
        self.fates: tuple[str, ...] = ("arrives",) * HUBS
        self.clients = [LocalClient(person) for person in self.people[:CLIENTS]]
        with self.in_one_thread():
            for client, process in zip(self.clients, self.hubs, strict=True):
                await self.join(client, process)
            for name, *arguments in steps:
                await self.act(name, arguments)
                await settle()
            await self.come_to_rest()
            await self.judge()

    def process(self) -> Process:
        process = Process(Switch().port())
        process.hub.leases.away = True  # no Redis: nobody knows who is here
        return process

    @contextlib.contextmanager
    def in_one_thread(self) -> Iterator[None]:
        async def inline(pool: object, call: Callable[[], Any]) -> Any:
            self.step_aside()
            try:
                return call()
            finally:
                self.step_aside()
                await asyncio.sleep(0)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(threads, "_in_pool", inline)
            fanout.attach(self.carry)
            try:
                yield
            finally:
                fanout.detach(self.carry)

    def carry(self, items: tuple[BusItem, ...]) -> None:
        for process, wire, fate in zip(self.hubs, self.wires, self.fates, strict=True):
            if fate == "arrives":
                process.hub.hearing.hear(items)
            elif fate == "waits":
                wire.extend(items)

    def step_aside(self) -> None:
        """Let happen what the history has for this moment of a read."""
        if self.asides:
            name, *arguments = self.asides.pop(0)
            self.happen(name, arguments)

    # Steps

    async def act(self, name: str, arguments: list[Any]) -> None:
        match name, arguments:
            case "check", [hub]:
                await self.hubs[hub % HUBS].hub.checks.heads()
            case "join", [client, hub, asides]:
                await self.join(self.clients[client % CLIENTS], self.hubs[hub % HUBS], asides)
            case "be_away", [client, hub, changes, asides]:
                self.clients[client % CLIENTS].cut()
                for change in changes:
                    self.happen(change[0], list(change[1:]))
                    await settle()
                await self.join(self.clients[client % CLIENTS], self.hubs[hub % HUBS], asides)
            case "page", [client, asides]:
                await self.fetch_page(self.clients[client % CLIENTS], asides)
            case "cut", [client]:
                self.clients[client % CLIENTS].cut()
            case _:
                self.happen(name, arguments)

    def happen(self, name: str, arguments: list[Any]) -> None:
        """Do what needs no waiting: a change, or something on the bus."""
        match name, arguments:
            case (("deliver" | "repeat"), [hub, place]):
                self.on_the_wire(hub % HUBS, place, again=name == "repeat")
            case change, [number, fates]:
                self.fates = fates
                with contextlib.suppress(ChatError):
                    getattr(self, change)(number)
                self.fates = ("arrives",) * HUBS

    def on_the_wire(self, hub: int, place: int, *, again: bool) -> None:
        """Deliver one of the messages that wait, in whatever order; `again`: and keep it."""
        wire = self.wires[hub]
        if wire:
            item = wire[place % len(wire)]
            if not again:
                wire.remove(item)
            self.hubs[hub].hub.hearing.hear([item])

    async def join(
        self, client: LocalClient, process: Process, asides: Sequence[Step] = ()
    ) -> None:
        """Join where it is connected, or connect it first."""
        self.asides = list(asides)
        with contextlib.suppress(Refused, Disconnected):
            if client.disconnected:
                await client.connect(process)
            await client.open(self.room.slug)
        self.asides = []

    async def fetch_page(self, client: LocalClient, asides: Sequence[Step] = ()) -> None:
        self.asides = list(asides)
        timeline = client.follow(self.room.slug)
        before = timeline.oldest
        with contextlib.suppress(Refused, Disconnected):
            page = await client.ask("fetch_history", room_id=self.room.slug, before=before)
            timeline.add_page(before, page)
        self.asides = []

    # Writes

    def author(self, number: int) -> Person:
        return self.people[number % len(self.people)]

    def some_message(self, number: int) -> Message | None:
        known = list(Message.objects.filter(room=self.room).order_by("sequence"))
        return known[number % len(known)] if known else None

    def calling(self) -> str:
        """Every third text mentions somebody."""
        return f" @{self.people[self.number % 2]}" if self.number % 3 == 0 else ""

    def say(self, number: int) -> None:
        self.number += 1
        messages.send_message(
            room=self.room.pk,
            sender=self.author(number).user,
            text=f"said {self.number}{self.calling()}",
        )

    def attach(self, number: int) -> None:
        author = self.author(number).user
        content = io.BytesIO(b"Milk, eggs.")
        file = attachments.attach_file(
            room=self.room.pk, by=author, name="notes.txt", source=content, size=11
        )
        messages.send_message(room=self.room.pk, sender=author, text="", attachments=[file.pk])

    def reply(self, number: int) -> None:
        self.number += 1
        if message := self.some_message(number):
            messages.send_message(
                room=self.room.pk,
                sender=self.author(number).user,
                text=f"answered {self.number}",
                reply_to=message.pk,
            )

    def react(self, number: int) -> None:
        """React, or take it back: so that every time something changes."""
        if message := self.some_message(number):
            user, emoji = self.author(number).user, "🎉👍"[number % 2]
            on = not message.reactions.filter(user=user, emoji=emoji).exists()
            messages.react(room=self.room.pk, user=user, message_id=message.pk, emoji=emoji, on=on)

    def pin(self, number: int) -> None:
        if message := self.some_message(number):
            messages.pin_message(
                room=self.room.pk,
                user=self.owner(),
                message_id=message.pk,
                on=message.pinned_at is None,
            )

    def edit(self, number: int) -> None:
        self.number += 1
        if message := self.some_message(number):
            messages.edit_message(
                room=self.room.pk,
                user=message.sender,
                message_id=message.pk,
                text=f"meant {self.number}{self.calling()}",
            )

    def delete(self, number: int) -> None:
        if message := self.some_message(number):
            messages.delete_message(room=self.room.pk, user=message.sender, message_id=message.pk)

    def prune(self, number: int) -> None:
        Room.objects.filter(pk=self.room.pk).update(history_limit=number)
        retention.prune_messages(room=self.room.pk)

    def come_or_go(self, number: int) -> None:
        person = self.author(number)
        if Membership.objects.filter(room=self.room, user=person.user).exists():
            memberships.end_membership(room=self.room.pk, user=person.user)
        else:
            memberships.join_room(room=self.room.pk, user=person.user)
            for client in self.clients:
                if client.name == person.name:
                    client.let_in_again(self.room.slug)

    def rename(self, number: int) -> None:
        rooms.change_room(room=self.room.pk, by=self.owner(), topic=f"topic {number}")

    def remove(self, number: int) -> None:
        moderation.remove_member(
            room=self.room.pk, by=self.owner(), user=self.author(number).user, reason="law"
        )

    def close_or_reopen(self, number: int) -> None:
        if Room.objects.get(pk=self.room.pk).closed_at is None:
            moderation.close_room(room=self.room.pk, by=self.owner())
        else:
            moderation.reopen_room(room=self.room.pk, by=self.owner())

    def owner(self) -> User:
        """Whoever owns the room now; where nobody is left in it, somebody who may do nothing."""
        found = Membership.objects.filter(room=self.room, role=Role.OWNER).first()
        return found.user if found else self.people[0].user

    def new_epoch(self, number: int) -> None:
        retention.renew_epochs()

    # The end

    async def come_to_rest(self) -> None:
        """Whoever is not in the room joins, the bus falls silent, hubs check their heads."""
        for client in self.clients:
            if not client.has_open(self.room.slug):
                await self.join(client, self.hubs[0])
        for process in self.hubs:
            await process.hub.checks.heads()
            await settle()
            # One that failed, or was in doubt, tries again after a while. Whoever had read all
            # there is would be reset by it, and read no further.
            async with asyncio.timeout(PATIENCE):
                while any(room.is_repairing for room in process.hub.rooms.values()):
                    await asyncio.sleep(0.01)

    async def judge(self) -> None:
        """What clients have put together is what newcomers are given: by a hub that remembers
        the history, and by one that reads it from the database."""
        newcomers = [await self.newcomer(process) for process in [*self.hubs, self.process()]]
        witnesses = [
            client
            for client in [*newcomers, *self.clients]
            # In a closed room that has lost a member, that one has no say.
            if client.has_open(self.room.slug)
        ]
        truth = assert_promises_kept(self.room.slug, witnesses, no_resets=False)
        for client in newcomers:
            if client in witnesses:
                assert list(client.timelines[self.room.slug].shown) == list(truth.bodies)

    async def newcomer(self, process: Process) -> LocalClient:
        """Somebody who joins afresh and reads all there is."""
        client = LocalClient(self.people[0])
        await self.join(client, process)
        timeline = client.follow(self.room.slug)
        while timeline.has_more:
            await self.fetch_page(client)
        return client


async def settle() -> None:
    """Let everything that is ready run."""
    for _ in range(30):
        await asyncio.sleep(0)
