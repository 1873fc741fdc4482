"""`serve --workers 2` with real processes on one port; test_supervisor.py has the rest."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.harness.client import Client
from tests.harness.correspondent import PATIENCE
from tests.harness.engine_io import poller
from tests.harness.fixtures import Person, make_person, make_place
from tests.harness.oracle import assert_promises_kept, in_database
from tests.harness.servers import START_PATIENCE, ServerProcess
from tests.harness.socketio_client import socket_io


def children(pid: int) -> set[int]:
    """The processes that `pid` has started and that have not ended."""
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return {int(child) for child in found if not has_ended(int(child))}


def has_ended(pid: int) -> bool:
    try:
        return f"{pid} (python" not in Path(f"/proc/{pid}/stat").read_text() or is_zombie(pid)
    except (FileNotFoundError, ProcessLookupError):
        return True


def is_zombie(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"


class Served(ServerProcess):
    """A parent with its workers."""

    def __init__(self, folder: Path, **changes: str) -> None:
        self._settings = folder / "settings"
        self.configure("")
        places = {"VAR_DIR": str(folder), "ENV_FILE": str(self._settings)}
        super().__init__({**places, **changes}, "--workers", "2")

    def configure(self, lines: str) -> None:
        """Change its file of settings."""
        self._settings.write_text(lines)

    @property
    def workers(self) -> set[int]:
        return children(self.process.pid)

    def says(self, words: str) -> int:
        """How often it has said so."""
        return sum(words in line for line in self.lines)

    async def until_said(self, words: str, times: int = 1) -> None:
        await until(lambda: self.says(words) >= times, f"{words} in {self.log}")

    async def both_serve(self) -> set[int]:
        """Wait until they do, and none besides, and it has said so; return their ids."""
        await self.ready()
        await until(lambda: self.count("parley_workers") == len(self.workers) == 2, self.log)
        for pid in self.workers:
            await self.until_said(f"Worker {pid} serves")
        return self.workers

    def count(self, name: str) -> float:
        connection = HTTPConnection(self.address, timeout=PATIENCE)
        connection.request("GET", "/metrics")
        families = text_string_to_metric_families(connection.getresponse().read().decode())
        connection.close()
        [value] = [
            sample.value for family in families for sample in family.samples if sample.name == name
        ]
        return value


async def until(condition: Callable[[], object], what: str = "") -> None:
    deadline = time.monotonic() + 4 * START_PATIENCE  # as many workers start one after the other
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain: {what}"
        await asyncio.sleep(0.02)


@pytest.fixture(scope="module")
def lasting(
    django_db_setup: None, valkey: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    server = Served(tmp_path_factory.mktemp("workers"))
    yield server
    server.forget()


@pytest.fixture
async def served(lasting: Served, transactional_db: None) -> Served:
    """Two workers, as other tests left them."""
    await lasting.both_serve()
    return lasting


@pytest.fixture
def start(transactional_db: None, tmp_path: Path) -> Iterator[Callable[..., Served]]:
    """Start two workers for this test alone, with the environment variables given."""
    started: list[Served] = []

    def start_with(**changes: str) -> Served:
        started.append(Served(tmp_path, **changes))
        return started[-1]

    yield start_with
    for server in started:
        server.forget()


class Talk:
    """People who talk without a pause, each over a connection that it opens again when it goes."""

    def __init__(self, room: str, clients: list[Client]) -> None:
        self.room = room
        self.clients = clients
        self.over = asyncio.Event()
        self.head = 0

    async def talk(self, client: Client) -> None:
        said = 0
        while not self.over.is_set():
            ack = await client.say(self.room, f"{client.name} says {said}")
            self.head = max(self.head, ack["sequence"])
            said += 1
            await asyncio.sleep(0.01)

    async def all_have_reconnected(self, times: int) -> None:
        await until(lambda: all(client.connects > times for client in self.clients))


@asynccontextmanager
async def talking(server: Served, *people: Person) -> AsyncIterator[Talk]:
    """Inside, `people` talk; after it everybody knows the same, and it is what the database has."""
    room = await in_database(make_place, *people)
    async with AsyncExitStack() as stack:
        clients = [
            await stack.enter_async_context(person.client(server, rooms=(room.slug,)))
            for person in people
        ]
        for client in clients:
            await client.settled()
        talk = Talk(room.slug, clients)
        async with asyncio.TaskGroup() as group:
            for client in clients:
                group.create_task(talk.talk(client))
            try:
                yield talk
            finally:
                talk.over.set()
        for client in clients:
            await client.stands_at(room.slug, talk.head)
        await in_database(assert_promises_kept, room.slug, clients)


@asynccontextmanager
async def asking(server: Served) -> AsyncIterator[list[int]]:
    """Inside, pages are asked for one after the other, each on a connection of its own."""
    answers: list[int] = []
    over = asyncio.Event()

    def ask() -> int:
        connection = HTTPConnection(server.address, timeout=PATIENCE)
        try:
            connection.request("GET", "/tests/inside/")
            response = connection.getresponse()
            response.read()
            return response.status
        finally:
            connection.close()

    async def go_on() -> None:
        while not over.is_set():
            answers.append(await asyncio.to_thread(ask))

    async with asyncio.TaskGroup() as group:
        group.create_task(go_on())
        try:
            yield answers
        finally:
            over.set()


async def four_people() -> list[Person]:
    return await in_database(lambda: [make_person() for _ in range(4)])


# --- Together ------------------------------------------------------------------------------------


async def test_connections_that_come_slowly_are_shared_out(served: Served) -> None:
    kept: list[HTTPConnection] = []

    def open_one() -> int:
        kept.append(HTTPConnection(served.address, timeout=PATIENCE))
        kept[-1].request("GET", "/tests/inside/")
        pid: int = json.loads(kept[-1].getresponse().read())["pid"]
        return pid

    takers = Counter(dict.fromkeys(served.workers, 0))
    # Who could not come in time is let go first from then on.
    while len(kept) < 20 or max(takers.values()) - min(takers.values()) > 6:
        assert len(kept) < 100, takers
        takers[await asyncio.to_thread(open_one)] += 1
    for connection in kept:
        connection.close()
    assert takers.keys() == served.workers


async def test_socket_io_comes_by_websocket_alone_where_polls_could_reach_another_worker(
    served: Served,
) -> None:
    alice, bob = await in_database(lambda: (make_person("alice"), make_person("bob")))
    room = await in_database(make_place, alice, bob)
    async with poller(served) as polling:
        refused = await polling.begin()
    assert refused.status_code == 400
    assert "websocket" in refused.json()["message"]
    async with AsyncExitStack() as stack:
        clients = [
            await stack.enter_async_context(socket_io(served, auth={"token": person.token}))
            for person in (alice, bob) * 3
        ]
        for client in clients:
            await client.ask("join_room", room_id=room.slug)
        await clients[0].ask("send_message", room_id=room.slug, message="to all of you")
        heard = [await client.hear("new_message") for client in clients]
    assert {message["message"] for message in heard} == {"to all of you"}


async def test_a_killed_worker_is_replaced_while_the_other_goes_on(served: Served) -> None:
    killed, other = served.workers
    async with talking(served, *await four_people()) as talk:
        await until(lambda: talk.head > 40)
        stored = served.count("parley_messages_stored_total")
        os.kill(killed, signal.SIGKILL)
        await until(lambda: killed not in served.workers)
        await served.both_serve()
        before = talk.head
        await until(lambda: talk.head > before + 20)
        assert other in served.workers
    # What the dead one had counted is still in the sum, and its sessions are not.
    assert served.count("parley_messages_stored_total") >= stored + 20
    await until(lambda: served.count("parley_connections") == 0)


# --- One by one ----------------------------------------------------------------------------------


async def test_two_hangups_in_a_row_under_load_bring_new_settings_and_lose_nothing(
    served: Served,
) -> None:
    old = served.workers
    began = served.says(" serves")
    async with talking(served, *await four_people()) as talk, asking(served) as answers:
        await until(lambda: talk.head > 20)
        served.configure("CHAT_TEXT_LIMIT=1234")
        served.process.send_signal(signal.SIGHUP)
        await served.until_said("replaced one by one")
        served.process.send_signal(signal.SIGHUP)
        await served.until_said("All workers are new", 2)
        await talk.all_have_reconnected(times=1)
        closes = [code for client in talk.clients for code in client.closes]
    assert not old & await served.both_serve()
    assert served.says(" serves") == began + 4
    assert len(answers) > 20
    assert set(answers) == {200}
    greetings = [client.heard("welcome") for client in talk.clients]
    assert {greeting[0]["limits"]["text"] for greeting in greetings} == {4000}
    assert {greeting[-1]["limits"]["text"] for greeting in greetings} == {1234}
    assert set(closes) == {1012}


# --- The end -------------------------------------------------------------------------------------


async def test_sigterm_drains_all_and_leaves_nobody(start: Callable[..., Served]) -> None:
    served = start(CHAT_DRAIN_SECONDS="600")  # nobody waits for the time to be over
    pids = await served.both_serve()
    people = await four_people()
    room = await in_database(make_place, *people)
    async with AsyncExitStack() as stack:
        clients = [
            await stack.enter_async_context(person.client(served, rooms=(room.slug,)))
            for person in people
        ]
        for client in clients:
            await client.settled()
        for client in clients:
            for number in range(20):
                client.begin_to_say(room.slug, f"{client.name} {number}")
        await until(lambda: any(client.outbox.acks for client in clients))
        served.ask_to_stop()
        assert await served.exit_code() == 0
        for client in clients:
            await client.is_closed()
        assert {client.closes[0] for client in clients} == {1012}
    assert all(map(has_ended, pids))
    assert not any("ERROR" in line for line in served.lines), served.log


async def test_workers_whose_parent_was_killed_end_by_themselves(
    start: Callable[..., Served],
) -> None:
    served = start()
    pids = await served.both_serve()
    served.kill()
    await until(lambda: all(map(has_ended, pids)))
