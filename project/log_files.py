"""A log file that several processes write and any of them renames when it has grown."""

import logging
import os
from contextlib import suppress
from pathlib import Path

from project.locks import try_lock


class SharedRotatingFile(logging.Handler):
    """Appends lines to `path`; beyond `size` bytes it becomes `path.1`, and so on to `path.count`.

    The standard library's handler would have each process rename under the others' feet. Here a
    line is one write in append mode, which Linux keeps whole and apart from other processes'; only
    renaming takes a lock, and whoever does not get it leaves it be. So a process that is stopped
    or killed in the middle holds up nobody, and a line that meets a renaming is in the older file.
    """

    def __init__(self, path: str, *, size: int, count: int) -> None:
        super().__init__()
        self._path = Path(path).absolute()
        self._size = size
        self._count = count
        self._file = self._open()

    def _open(self) -> int:
        return os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o640)

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = f"{self.format(record)}\n".encode(errors="backslashreplace")
            self._follow()
            os.write(self._file, line)
            if os.fstat(self._file).st_size >= self._size:
                self._rotate()
        except Exception:  # noqa: BLE001 - as every handler: a log that fails must not fail its user
            self.handleError(record)

    def _follow(self) -> None:
        """Write to what has the name now, not to what another process has renamed."""
        with suppress(FileNotFoundError):
            if os.path.samestat(self._path.stat(), os.fstat(self._file)):
                return
        os.close(self._file)
        self._file = self._open()

    def _rotate(self) -> None:
        lock = try_lock(self._path.with_name(f"{self._path.name}.lock"), shared=False)
        if lock is None:
            return
        try:
            if self._path.stat().st_size >= self._size:  # else another process has just done it
                self._rename()
        finally:
            os.close(lock)

    def _rename(self) -> None:
        for number in range(self._count - 1, 0, -1):
            with suppress(FileNotFoundError):
                self._numbered(number).rename(self._numbered(number + 1))
        self._path.rename(self._numbered(1))

    def _numbered(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{number}")

    def close(self) -> None:
        with suppress(OSError):
            os.close(self._file)
        super().close()
