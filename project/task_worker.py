"""Keeps one process at work on tasks beside a server, whatever the number of its workers."""

import logging
import subprocess
import sys
import threading
from types import TracebackType
from typing import Self

from django.conf import settings

from project.worker_process import python_environment

logger = logging.getLogger(__name__)

PROGRAM = ["-P", "-m", "project.task_process"]
# Seconds to finish a task, after the server has ended. A mail that takes longer is sent anew.
END_PATIENCE = 2.0
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0  # seconds before one that ended is started anew
SETTLED_AFTER = 60.0  # seconds; one that worked as long is replaced after the first pause


class TaskWorker:
    """Context manager: inside, a process works on tasks, and is started anew if it ends.

    It ends by itself when this process is gone, however that came. Where `TASK_WORKER` is off,
    somebody else runs one, and nothing is done here.
    """

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._is_renewed = False
        self._lock = threading.Lock()
        self._keeper = threading.Thread(target=self._keep, name="task-worker", daemon=True)

    @property
    def pid(self) -> int | None:
        """The process that works now."""
        return self._process.pid if self._process else None

    def __enter__(self) -> Self:
        if settings.TASK_WORKER:
            self._keeper.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with self._lock:
            self._stopping.set()
        if self._process is not None:
            _end(self._process)
        if self._keeper.is_alive():
            self._keeper.join()

    def renew(self) -> None:
        """Let a fresh process take over, with new code and settings, once this one has finished."""
        with self._lock:
            if self._process is not None and self._process.stdin:
                self._is_renewed = True
                self._process.stdin.close()

    def _keep(self) -> None:
        pause = 0.0
        while not self._stopping.wait(pause):
            with self._lock:
                if self._stopping.is_set():
                    return
                self._is_renewed = False
                self._process = _start()
            pause = self._watch(self._process, pause) if self._process else _longer(pause)

    def _watch(self, process: "subprocess.Popen[bytes]", pause: float) -> float:
        """Wait until it ends; return how long to wait before the next."""
        try:
            process.wait(SETTLED_AFTER)
        except subprocess.TimeoutExpired:
            pause = 0.0
            process.wait()
        if process.stdin:
            process.stdin.close()
        if self._stopping.is_set() or self._is_renewed:
            return 0.0
        logger.error("The process that works on tasks ended with %d", process.returncode)
        return _longer(pause)


def _start() -> "subprocess.Popen[bytes] | None":
    try:
        return subprocess.Popen(  # noqa: S603 - no shell, no input of others
            [sys.executable, *PROGRAM],
            env=python_environment(),
            stdin=subprocess.PIPE,
            start_new_session=True,  # a terminal's Ctrl-C is for its parent
        )
    except OSError as error:
        logger.error("No process could be started to work on tasks: %s", error)
        return None


def _end(process: "subprocess.Popen[bytes]") -> None:
    if process.stdin:
        process.stdin.close()
    try:
        process.wait(END_PATIENCE)
    except subprocess.TimeoutExpired:
        logger.error("The process that works on tasks did not end in time and is killed")
        process.kill()
        process.wait()


def _longer(pause: float) -> float:
    return min(max(FIRST_PAUSE, pause * 2), LONGEST_PAUSE)
