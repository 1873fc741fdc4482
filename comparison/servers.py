"""Server processes: started, found, watched, ended; and who is in them."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import msgspec

from .scenarios import PARLEY

ROOT = Path(__file__).resolve().parent.parent
START_PATIENCE = 120.0  # seconds, on a busy machine
STOP_PATIENCE = 30.0
LISTENS = re.compile(r"(127\.0\.0\.1:\d+)")

# What Parley is measured with, besides its defaults; the report prints it.
RAISED = {
    "CHAT_EVENTS_PER_SECOND": "1000000",
    "CHAT_EVENT_BURST": "1000000",
    # Mail has a process of its own, which would only be in the way of the figures.
    "TASK_WORKER": "0",
}
PRODUCTION = {
    "DEBUG": "0",
    "HTTPS": "0",
    "ALLOWED_HOSTS": "127.0.0.1",
    "SECRET_KEY": "of the benchmark",
    "LOG_LEVEL": "WARNING",
}


class ServerFailed(Exception):
    """A server does not start; the message has what it said."""


class Server(Protocol):
    """One way to serve that can be measured."""

    name: str
    dialect: str

    def prepare(self) -> list[str]:
        """Make everything ready, once; return a cookie for each person, or none."""

    @contextmanager
    def serving(self) -> Iterator[Running]:
        """A fresh process, which ends with the context."""


class Running:
    """A server that has said where it listens."""

    def __init__(self, process: subprocess.Popen[bytes], address: str) -> None:
        self.pid = process.pid
        self.address = address


@contextmanager
def running(command: Sequence[str], environment: Mapping[str, str], log: Path) -> Iterator[Running]:
    """Start a server that prints its address, wait until it has. Raises `ServerFailed`."""
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - no shell, no input of others
            command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield Running(process, _address(process, log))
    finally:
        _end(process)


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + START_PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        if found := LISTENS.search(log.read_text()):
            return found[1]
        time.sleep(0.02)
    raise ServerFailed(f"{log.stem} did not start:\n{log.read_text()[-2000:]}")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class Parley:
    """The real application: `manage.py serve`, with an SQLite file or the database at `database`,
    with the embedded Valkey unless REDIS_URL names another, and everything on.

    `workers` and `settings` make it another one, which has a name of its own.
    """

    dialect = "parley"

    def __init__(
        self,
        folder: Path,
        database: str = "",
        *,
        name: str = PARLEY,
        workers: int = 0,
        settings: Mapping[str, str] = {},
    ) -> None:
        self.name = name
        self._folder = folder
        self._options = ["--workers", str(workers)] if workers else []
        self._environment = {
            **os.environ,
            **PRODUCTION,
            **RAISED,
            **settings,
            "VAR_DIR": str(folder),
            "DJANGO_SETTINGS_MODULE": "project.settings",
            "PYTHONUNBUFFERED": "1",
        }
        self._environment.pop("DATABASE_URL", None)
        if database:
            self._environment["DATABASE_URL"] = database

    def prepare(self) -> list[str]:
        """Migrate, and fill the database. Raises `ServerFailed`."""
        self._folder.mkdir(parents=True, exist_ok=True)
        for left in self._folder.glob("db.sqlite3*"):
            left.unlink()
        self._run("manage.py", "migrate", "--verbosity", "0")
        cookies = self._run("-m", "comparison.seeding")
        return msgspec.json.decode(cookies, type=list[str])

    @contextmanager
    def serving(self) -> Iterator[Running]:
        command = [sys.executable, "manage.py", "serve", "--port", "0", *self._options]
        with running(command, self._environment, self._folder / "server.log") as server:
            yield server

    def _run(self, *arguments: str) -> bytes:
        done = subprocess.run(  # noqa: S603 - no shell, no input of others
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self._environment,
            capture_output=True,
            check=False,
        )
        if done.returncode:
            raise ServerFailed(done.stderr.decode()[-2000:])
        return done.stdout


class Reference:
    """One of `comparison.references`, which knows nobody and keeps nothing."""

    def __init__(self, name: str, dialect: str, module: str, folder: Path) -> None:
        self.name = name
        self.dialect = dialect
        self._module = module
        self._folder = folder

    def prepare(self) -> list[str]:
        self._folder.mkdir(parents=True, exist_ok=True)
        return []

    @contextmanager
    def serving(self) -> Iterator[Running]:
        environment = {**os.environ, "VAR_DIR": str(self._folder), "PYTHONUNBUFFERED": "1"}
        command = [sys.executable, "-m", f"comparison.references.{self._module}"]
        with running(command, environment, self._folder / "server.log") as server:
            yield server
