"""How many connections each process behind one listening socket has: memory that they share."""

import mmap
import os
from typing import Self

PLACES = 256
NUMBER = 8  # bytes
# How many more than the one with the fewest a process may have before it lets others go first.
SLACK = 2
SLACK_SHARE = 20  # and a twentieth of what that one has


class Tally:
    """One process's place among all: its own number to write, the others' to compare with.

    Zero stands for a place where nobody takes connections, so the numbers kept are one higher.
    """

    def __init__(self, descriptor: int, place: int) -> None:
        self._numbers = memoryview(mmap.mmap(descriptor, PLACES * NUMBER)).cast("q")
        self._place = place
        self.connections = 0
        self._taking = False

    @classmethod
    def alone(cls) -> Self:
        """A tally of a process that shares its socket with nobody."""
        return cls(-1, 0)

    def begin(self) -> None:
        """Take connections from now on, as far as the others know."""
        self._taking = True
        self._write()

    def end(self) -> None:
        """Take no more: the others need not let this process go first."""
        self._taking = False
        self._write()

    def change(self, by: int) -> None:
        self.connections += by
        self._write()

    def _write(self) -> None:
        self._numbers[self._place] = self.connections + 1 if self._taking else 0

    def is_ahead(self) -> bool:
        """Whether another process has notably fewer connections than this one."""
        fewest = min(filter(None, self._numbers), default=1) - 1
        return self.connections > fewest + SLACK + fewest // SLACK_SHARE


def shared_memory() -> int:
    """Return the descriptor of memory for a tally, which child processes can inherit."""
    descriptor = os.memfd_create("parley-tally")
    os.ftruncate(descriptor, PLACES * NUMBER)
    return descriptor
