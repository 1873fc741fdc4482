"""Two processes' parts on one loop, a real Redis, and people who come and go without sockets."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from chat import fanout, leases
from chat.models import Room
from chat.presence import Presence
from chat.presence_store import PresenceStore, _keys
from tests.harness.correspondent import PATIENCE
from tests.harness.fixtures import Person, make_person, make_place
from tests.harness.in_process import LocalClient, Process, processes, visit
from tests.harness.switch import Switch
from tests.harness.valkey_control import OwnValkey

from .house import NEVER, until

_numbers = itertools.count(1)


@pytest.fixture
def quick(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What takes seconds in life takes hundredths here; nothing of other tests is in Redis, which
    is not away because this machine is slow."""
    monkeypatch.setattr(leases, "ANSWER_PATIENCE", PATIENCE)
    settings.CHAT_BUS_PREFIX = f"presence-{next(_numbers)}"
    settings.CHAT_PRESENCE_GRACE = 0.05
    settings.CHAT_PRESENCE_SWEEP = 0.02
    settings.CHAT_PRESENCE_RENEW = 0.06
    settings.CHAT_BEAT_INTERVAL = 0.1
    settings.CHAT_EVENTS_PER_SECOND = settings.CHAT_EVENT_BURST = 1_000_000
    return settings


@pytest.fixture
def people(transactional_db: None) -> list[Person]:
    return [make_person(name) for name in ("alice", "bob.o-b_1", "carol")]


@pytest.fixture
def place(people: list[Person]) -> Room:
    return make_place(*people)


@pytest.fixture
async def two(quick: Any, people: list[Person]) -> AsyncIterator[list[Process]]:
    switch = Switch()
    async with processes(switch.port(), switch.port(), seed="presence") as running:
        yield running


@pytest.fixture
async def redis(settings: Any) -> AsyncIterator[Redis]:
    async with Redis.from_url(settings.REDIS_URL) as client:
        yield client


@pytest.fixture
def own(tmp_path: Path, quick: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[OwnValkey]:
    """A Redis that can be taken away; not yet started."""
    monkeypatch.setattr(leases, "ANSWER_PATIENCE", 2.0)
    valkey = OwnValkey(tmp_path)
    quick.REDIS_URL = valkey.url
    fanout.client.cache_clear()  # it was made for another address
    yield valkey
    fanout.client.cache_clear()
    valkey.forget()


async def comes(person: Person, process: Process, room: Room) -> LocalClient:
    """Open the room in a new tab."""
    client = await visit(person, process)
    await client.open(room.slug)
    return client


def said(client: LocalClient, event: str) -> list[str]:
    """Of whom a client was told so."""
    return [data["username"] for data in client.heard(event)]


async def sees_come(client: LocalClient, person: Person) -> None:
    await client.until(lambda: person.name in said(client, "user_joined"), f"for {person}")


async def sees_go(client: LocalClient, person: Person) -> dict[str, Any]:
    """Wait until the client was told; return what. More than once is too often."""
    await client.until(lambda: person.name in said(client, "user_left"), f"for {person} to go")
    [left] = [data for data in client.heard("user_left") if data["username"] == person.name]
    return left


def keep(client: LocalClient, event: str) -> list[dict[str, Any]]:
    """The data of all events of this name from now on, also of those that go into a timeline."""
    kept: list[dict[str, Any]] = []
    take = client.take

    def take_and_keep(frame: dict[str, Any]) -> None:
        if frame["event"] == event:
            kept.append(frame["data"])
        take(frame)

    client.take = take_and_keep  # type: ignore[method-assign]
    return kept


def known_to(process: Process, room: Room) -> set[str] | None:
    """Who is there, as a process knows it."""
    names = process.hub.rooms[room.pk].people.usernames(1000)
    return None if names is None else set(names)


async def in_redis(redis: Redis, room: Room) -> set[str]:
    people = await PresenceStore(redis).people(room.pk)
    return {person.partition(":")[2] for person in people}


async def short_leases(redis: Redis, room: Room, *, within: float) -> set[str]:
    """Whose sessions' leases all end in less than `within` s."""
    members: Any = await redis.zrange(_keys(room.pk)[0], 0, -1, withscores=True)
    now = (await redis.time())[0] * 1000
    long = {member.decode().split(":")[1] for member, end in members if end - now >= within * 1000}
    return {member.decode().split(":")[1] for member, _ in members} - long


async def settled(*running: Process) -> None:
    """Wait until everybody who leaves has left, and everybody was told."""
    await until(
        lambda: not any(each.hub.leases._leaving or each.hub.bus._queue for each in running)
    )
    for _ in range(30):
        await asyncio.sleep(0)


async def renewed(*running: Process) -> None:
    """Let each process renew its leases, and ask who is there, once more, however often it does."""
    for process in running:
        await _renewed(process.hub.presence)


async def _renewed(presence: Presence) -> None:
    for _ in range(2):  # with the second, the first is over
        presence._renewed_at = -NEVER
        await until(lambda: presence._renewed_at > -NEVER)
