"""Fixtures for tests over real server processes; a folder's conftest.py imports what it uses."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest

from accounts.actions.tokens import create_token
from accounts.identity import Identity
from chat.models import Room
from tests.factories import make_room, make_user

from .client import Client
from .servers import ServerProcess, servers
from .valkey_control import OwnValkey

Serve = Callable[..., ServerProcess]
_numbers = itertools.count(1)


class Person:
    """Somebody with a token, who can be given a client."""

    def __init__(self, name: str) -> None:
        self.user = make_user(name)
        row, self.token = create_token(user=self.user)
        self.identity = Identity(self.user, self.user.access_version, token_digest=row.digest)

    def __repr__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return self.user.username

    def client(self, *through: ServerProcess, rooms: tuple[str, ...] = (), seed: int = 0) -> Client:
        """A client that connects to these servers in turn and opens `rooms`."""
        addresses = [server.socket for server in through]
        return Client(self.name, self.token, addresses, rooms, seed=seed)


def make_person(name: str = "") -> Person:
    return Person(name)


def make_place(*people: Person) -> Room:
    """A public room of the first of `people` that the others have joined. No other test has a room
    of this name: servers that outlive a test remember what slugs stand for."""
    users = [person.user for person in people]
    return make_room(*users, name=f"Place {next(_numbers)}")


@pytest.fixture(scope="session")
def lasting_pair(
    django_db_setup: None, valkey: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[ServerProcess]]:
    """Two servers that last for all tests of this worker which do them no harm."""
    folder = str(tmp_path_factory.mktemp("servers"))
    # With every message on its way, a gap is only somebody's slowness: no reason to repair.
    pair = [ServerProcess({"VAR_DIR": folder}) for _ in range(2)]
    yield pair
    for server in pair:
        server.forget()


@pytest.fixture
def pair(lasting_pair: list[ServerProcess], transactional_db: None) -> list[ServerProcess]:
    """Two servers over one database and one Redis, as other tests left them."""
    for server in lasting_pair:
        server.wait_until_ready()
        assert server.process.poll() is None, f"it died in an earlier test:\n{server.log}"
    return lasting_pair


@pytest.fixture
def serve(transactional_db: None, tmp_path: Path) -> Iterator[Serve]:
    """Start servers for this test alone, with the environment variables given."""
    started: list[ServerProcess] = []

    def start(**changes: str) -> ServerProcess:
        started.append(ServerProcess({"VAR_DIR": str(tmp_path), **changes}))
        return started[-1]

    yield start
    for server in started:
        server.forget()


@pytest.fixture
def own_valkey(tmp_path: Path) -> Iterator[OwnValkey]:
    """A Valkey for this test alone, which answers."""
    own = OwnValkey(tmp_path)
    own.start()
    own.wait_until_it_answers()
    yield own
    own.forget()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show what the servers said where a test failed."""
    report = yield
    if report.failed:
        for number, server in enumerate(servers, 1):
            report.sections.append((f"server {number}, {server.address}", server.log))
    return report
