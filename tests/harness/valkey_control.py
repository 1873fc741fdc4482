"""A Valkey of a test's own that can be stopped, killed, started again and emptied."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import time
from pathlib import Path

import redis

from project import valkey

from .correspondent import PATIENCE


class OwnValkey:
    """Listens at a socket in `folder`, always the same one; starts when `start` is called."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = valkey.socket_path(folder)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return valkey.url(self._folder)

    def start(self) -> None:
        """Start it, empty. It may need a moment until it answers."""
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        options = {"port": "0", "unixsocket": str(self._path), "save": "", "appendonly": "no"}
        self._process = subprocess.Popen(
            [
                str(valkey._binary()),
                *(part for name, value in options.items() for part in (f"--{name}", value)),
            ],
            cwd=self._path.parent,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while not valkey._answers(self._path):
            assert time.monotonic() < deadline, "Valkey does not answer"
            time.sleep(0.01)

    async def answers(self) -> None:
        """Wait until it does."""
        await asyncio.to_thread(self.wait_until_it_answers)

    @property
    def _pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def pause(self) -> None:
        """Take connections and answer nothing (SIGSTOP)."""
        os.kill(self._pid, signal.SIGSTOP)

    def go_on(self) -> None:
        os.kill(self._pid, signal.SIGCONT)

    def kill(self) -> None:
        """End it at once; connections break, new ones are refused."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(PATIENCE)
            self._process = None

    def empty(self) -> None:
        """Forget everything (FLUSHALL)."""
        with redis.Redis.from_url(self.url) as client:
            client.flushall()

    def drop_clients(self) -> None:
        """Break every connection, and stay up."""
        with redis.Redis.from_url(self.url) as client:
            for kind in ("normal", "pubsub"):
                client.execute_command("CLIENT", "KILL", "TYPE", kind, "SKIPME", "yes")

    def forget(self) -> None:
        self.kill()
        self._path.unlink(missing_ok=True)
