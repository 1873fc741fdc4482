"""Listening sockets: binding them, and taking connections from one that processes share."""

import asyncio
import errno
import logging
import os
import socket
import stat
from contextlib import suppress
from pathlib import Path
from typing import Any

from twisted.internet import reactor

from project.tally import Tally

logger = logging.getLogger(__name__)

Listening = socket.socket
BACKLOG = 2048  # connections the kernel holds for us: everybody returns at once after a restart
BURST = 16  # connections taken in one turn of the loop
STEP_BACK = 0.005  # seconds in which a process with fewer connections may take the next one
FULL_PAUSE = 1.0  # seconds without taking any, when this process can open no more files
FULL = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})


class CannotServe(Exception):
    """The server did not come up; the message says why."""


def bind(host: str, port: int) -> Listening:
    """Return a socket that listens at a TCP port (0: any free one). Raises CannotServe."""
    host = host.strip("[]")
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    return _listen(listening, (host, port), f"{host}:{port}")


def bind_unix(path: Path) -> Listening:
    """Return a socket that listens at `path`; whoever may write there may connect.

    What a server that was killed has left there is replaced. Raises CannotServe.
    """
    with suppress(FileNotFoundError):
        if stat.S_ISSOCK(path.stat().st_mode) and not _somebody_listens(path):
            path.unlink()
    return _listen(socket.socket(socket.AF_UNIX), str(path), str(path))


def _listen(listening: Listening, address: Any, name: str) -> Listening:
    try:
        listening.bind(address)
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        raise CannotServe(f"Cannot listen on {name}: {error.strerror or error}") from error
    listening.setblocking(False)
    return listening


def _somebody_listens(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(path)) == 0


def address_of(listening: Listening) -> str:
    """Return where a socket listens, as an address for people."""
    name = listening.getsockname()
    if listening.family == socket.AF_UNIX:
        return f"unix:{name}"
    return f"http://[{name[0]}]:{name[1]}" if ":" in name[0] else f"http://{name[0]}:{name[1]}"


class Door:
    """Takes connections from a listening socket, alone or by turns with other processes.

    The kernel wakes every process for every connection, and on a quiet machine the same one would
    be first each time; its sockets then last for hours. So who has more than others steps back for
    a moment, and takes only what nobody else has taken by then.
    """

    def __init__(self, listening: Listening, factory: Any, tally: Tally) -> None:
        self._listening = listening
        self._factory = factory
        self._tally = tally
        self._loop = asyncio.get_running_loop()
        self._waiting: asyncio.TimerHandle | None = None

    def open(self) -> None:
        self._factory.doStart()
        self._tally.begin()
        self._loop.add_reader(self._listening, self._take)

    def stopListening(self) -> None:
        """Take no more connections. Those that the kernel still holds are for the others."""
        self._tally.end()
        self._loop.remove_reader(self._listening)
        if self._waiting is not None:
            self._waiting.cancel()
        self._listening.close()
        self._factory.doStop()

    def _take(self) -> None:
        for _ in range(BURST):
            if self._tally.is_ahead():
                self._pause(STEP_BACK)
                return
            if not self._take_one():
                return

    def _pause(self, seconds: float) -> None:
        self._loop.remove_reader(self._listening)
        self._waiting = self._loop.call_later(seconds, self._return)

    def _return(self) -> None:
        self._waiting = None
        self._loop.add_reader(self._listening, self._take)
        for _ in range(BURST):
            if not self._take_one():
                return

    def _take_one(self) -> bool:
        """Whether there was a connection to take."""
        try:
            connection, _ = self._listening.accept()
        except BlockingIOError:
            return False
        except OSError as error:
            if error.errno in FULL:
                logger.error("No more connections for now: %s", os.strerror(error.errno))
                self._pause(FULL_PAUSE)
                return False
            return True  # whoever it was has gone
        with connection, suppress(OSError):  # the same, a moment later
            connection.setblocking(False)
            reactor.adoptStreamConnection(connection.fileno(), connection.family, self._factory)
        return True
