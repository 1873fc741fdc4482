"""The load's process, as the benchmark sees it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from types import TracebackType
from typing import Self

import msgspec

from .job import Job, Outcome


class LoadFailed(Exception):
    """The load could not do its job; the message says what happened."""


class Load:
    """Context manager: `ready` waits until it may begin, `go` lets it, and tells what came of it.

    Until the context ends, everybody who came in stays.
    """

    def __init__(self, job: Job) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "comparison.load"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._tell(msgspec.json.encode(job).decode())

    @property
    def pid(self) -> int:
        return self._process.pid

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is not None:
            self._process.kill()
        self._process.communicate()  # the end of its input is the word to leave

    def _tell(self, line: str) -> None:
        assert self._process.stdin  # noqa: S101 - a pipe was asked for
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()

    def _line(self) -> str:
        assert self._process.stdout  # noqa: S101 - a pipe was asked for
        line = self._process.stdout.readline().strip()
        if not line:
            raise LoadFailed("The load ended without a word; its error stands above.")
        return line

    def ready(self) -> None:
        """Wait until everybody is where the job begins. Raises `LoadFailed`."""
        line = self._line()
        if line != "ready":
            raise LoadFailed(" ".join(msgspec.json.decode(line, type=Outcome).astray))

    def go(self, progress: Callable[[float], None]) -> Outcome:
        """Let it work; `progress` is told the share that is done. Raises `LoadFailed`.

        A run in which anything was lost is none: there is no outcome of it.
        """
        self._tell("go")
        while (line := self._line()).startswith("progress "):
            progress(float(line.removeprefix("progress ")))
        outcome = msgspec.json.decode(line, type=Outcome)
        if outcome.astray:
            raise LoadFailed(" ".join(outcome.astray))
        return outcome
