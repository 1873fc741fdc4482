"""A worker as its parent sees it: started, ready, ended."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass
from json import dumps
from typing import Any

# -P: modules come from where this process found them, not from whatever folder it is in.
PROGRAM = ["-P", "-m", "project.worker"]


@dataclass(frozen=True)
class Assignment:
    """What a worker is told when it starts. Descriptors are inherited under the same numbers.

    Its place is no other living worker's; `metrics` is the folder where all leave their counts.
    """

    place: int
    listening: int
    tally: int
    control: int
    metrics: str


class WorkerProcess:
    """A fresh interpreter that runs `project.worker`. Must be made on a running event loop.

    `ready` is done once it serves, `ended` (with its exit code) once it is gone. Raises OSError
    where the system cannot start one.
    """

    def __init__(self, *, place: int, listening: int, tally: int, metrics: str) -> None:
        self._loop = asyncio.get_running_loop()
        self.place = place
        self.began = self._loop.time()
        self._asked_to_end = False
        self.ready: asyncio.Future[None] = self._loop.create_future()
        self.ended: asyncio.Future[int] = self._loop.create_future()
        # The worker says on it that it is ready, and ends when it closes: its parent has gone.
        self._control, theirs = socket.socketpair()
        with theirs:
            assignment = Assignment(place, listening, tally, theirs.fileno(), metrics)
            self._process = _start(assignment)
        self._handle = os.pidfd_open(self.pid)
        self._loop.add_reader(self._handle, self._has_ended)
        self._loop.add_reader(self._control, self._has_spoken)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def serves(self) -> bool:
        return self.ready.done() and not self.ended.done()

    @property
    def end(self) -> str:
        """How it ended, in words."""
        code = self.ended.result()
        return f"ended with exit code {code}" if code >= 0 else f"died of {_name(-code)}"

    async def started(self, *, patience: float) -> bool:
        """Wait until it serves; False if it does not within `patience` seconds."""
        either: set[asyncio.Future[Any]] = {self.ready, self.ended}
        await asyncio.wait(either, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
        return self.serves

    async def gone(self, *, patience: float | None = None) -> bool:
        """Wait until it has ended; False if it has not within `patience` seconds."""
        # Not by awaiting the future: who is cancelled then would cancel it for all.
        await asyncio.wait({self.ended}, timeout=patience)
        return self.ended.done()

    def terminate(self) -> None:
        """Ask it to drain and end; asking twice is asking once, where a server would hurry."""
        if not self._asked_to_end:
            self._asked_to_end = True
            self._signal(signal.SIGTERM)

    def kill(self) -> None:
        self._signal(signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        if not self.ended.done():
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._handle, number)

    def _has_spoken(self) -> None:
        self._loop.remove_reader(self._control)
        if self._control.recv(1) and not self.ready.done():
            self.ready.set_result(None)

    def _has_ended(self) -> None:
        self._loop.remove_reader(self._handle)
        self._loop.remove_reader(self._control)
        os.close(self._handle)
        self._control.close()
        self.ended.set_result(self._process.wait())


def _start(assignment: Assignment) -> "subprocess.Popen[bytes]":
    described = asdict(assignment)
    return subprocess.Popen(  # noqa: S603 - no shell, no input of others
        [sys.executable, *PROGRAM, dumps(described)],
        env=python_environment(),
        pass_fds=(assignment.listening, assignment.tally, assignment.control),
        stdin=subprocess.DEVNULL,
    )


def python_environment() -> dict[str, str]:
    """The environment of an interpreter that finds the modules of this one."""
    return os.environ | {"PYTHONPATH": os.pathsep.join(_paths())}


def _paths() -> list[str]:
    # As manage.py was named, so that a folder that a link stands for is looked up anew.
    inherited = os.environ.get("PYTHONPATH")
    return [sys.path[0], *([inherited] if inherited else [])]


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
