"""Real server processes: `manage.py serve` on free ports, over the test's database and Redis."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from .correspondent import PATIENCE

ROOT = Path(__file__).parents[2]
SAYS_IT_LISTENS = "Parley is at http://"
LINES_SHOWN = 60
# Seconds for a process to start: on a machine that does much else it reads all of Django slowly.
START_PATIENCE = 3 * PATIENCE

# As in production but for TLS, with nothing that a busy test would run into; and what is checked
# now and then is checked often. Tests of limits set their own.
ORDINARY = {
    "DEBUG": "0",
    "HTTPS": "0",
    "ALLOWED_HOSTS": "127.0.0.1,localhost",
    "CHAT_EVENTS_PER_SECOND": "1000000",
    "CHAT_EVENT_BURST": "1000000",
    "CHAT_SOCKETS_PER_USER": "1000",
    "CHAT_AUTHENTICATE_TIMEOUT": str(PATIENCE),
    # What tests without a server have done in this minute counts too: the cache is the worker's.
    "CHAT_SEARCHES_PER_MINUTE": "1000000",
    "CHAT_UPLOADS_PER_MINUTE": "1000000",
    "TOKEN_TRIES_PER_ADDRESS": "1000000/min",
    "TOKEN_TRIES_PER_NAME": "1000000/min",
    "CHAT_BEAT_INTERVAL": "0.2",
    "CHAT_DEAF_AFTER": "0.7",
    "CHAT_HEAD_CHECK_INTERVAL": "1",
    "CHAT_ACCESS_CHECK_INTERVAL": "1",
}

# Every server that was started and not yet forgotten, for reports of failures.
servers: list[ServerProcess] = []


def environment(**changes: str) -> dict[str, str]:
    """The environment of a process beside the test: same database, same Redis, and `changes`."""
    return {
        **os.environ,
        **ORDINARY,
        "DJANGO_SETTINGS_MODULE": "tests.harness.server_settings",
        "PYTHONUNBUFFERED": "1",
        **changes,
    }


class ServerProcess:
    """One server, started at once; `await ready()` before talking to it."""

    def __init__(self, changes: Mapping[str, str], *arguments: str) -> None:
        self.lines: list[str] = []
        self.address = ""
        self._listens = threading.Event()
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "serve", "--port", "0", *arguments],
            cwd=ROOT,
            env=environment(**changes),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        servers.append(self)

    def _read(self) -> None:
        assert self.process.stdout
        with self.process.stdout as output:
            for line in output:
                self.lines.append(line.rstrip())
                if line.startswith(SAYS_IT_LISTENS):
                    self.address = line.removeprefix(SAYS_IT_LISTENS).strip()
                    self._listens.set()
        self._listens.set()

    def wait_until_ready(self) -> None:
        """Wait until it listens. Raises AssertionError, with its log, if it never will."""
        self._listens.wait(START_PATIENCE)
        assert self.address, f"a server did not start:\n{self.log}"

    async def ready(self) -> None:
        await asyncio.to_thread(self.wait_until_ready)

    @property
    def socket(self) -> str:
        """Where clients connect."""
        return f"ws://{self.address}/ws/chat/"

    @property
    def log(self) -> str:
        return "\n".join(self.lines[-LINES_SHOWN:])

    def inside(self) -> dict[str, Any]:
        """What the server has counted, and its memory."""
        connection = HTTPConnection(self.address, timeout=PATIENCE)
        try:
            connection.request("GET", "/tests/inside/")
            seen: dict[str, Any] = json.loads(connection.getresponse().read())
        finally:
            connection.close()
        return seen

    async def until(self, condition: Any, what: str = "") -> dict[str, Any]:
        """Return what is seen inside once `condition` holds of it."""
        seen: dict[str, Any] = {}
        try:
            async with asyncio.timeout(PATIENCE):
                while not condition(seen := await asyncio.to_thread(self.inside)):
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(f"waited in vain {what}: {seen}") from None
        return seen

    # Faults

    def kill(self) -> None:
        """End it as `kill -9` does."""
        self.process.kill()
        self.process.wait(PATIENCE)

    def pause(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def ask_to_stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    async def exit_code(self) -> int:
        """Wait for its end."""
        code = await asyncio.to_thread(self.process.wait, PATIENCE)
        await asyncio.to_thread(self._reader.join, PATIENCE)
        return code

    def forget(self) -> None:
        """End it for good, whatever state it is in."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        if self in servers:
            servers.remove(self)


async def ready(*starting: ServerProcess) -> None:
    for server in starting:
        await server.ready()


async def on_the_bus(*starting: ServerProcess) -> None:
    """Wait until all hear what happens elsewhere: they are ready before, whatever Redis does."""
    for server in starting:
        await server.ready()
        await server.until(lambda seen: seen["hears"], "for the bus")


def manage(*arguments: str, stdin: str = "", **changes: str) -> str:
    """Run another command of `manage.py` beside the servers and return what it printed."""
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment(**changes),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=START_PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
