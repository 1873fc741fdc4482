"""Ends whatever a test run leaves behind, however the run ends.

Run as a program by `start`: it waits until its standard input closes, which happens at the latest
when the process that opened it is gone, then ends the servers recorded in the run's folder and
removes the folder.
"""

import json
import os
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

PATIENCE = 3000  # ms for a server to end by itself


def start(folder: Path) -> "subprocess.Popen[bytes]":
    """Guard `folder` until the returned process's standard input is closed."""
    return subprocess.Popen(
        [sys.executable, "-S", __file__, str(folder)],
        stdin=subprocess.PIPE,
        start_new_session=True,  # a terminal's Ctrl-C ends the tests, not their guard
    )


def servers(folder: Path) -> Iterator[int]:
    """The ids of the processes that keep a record in `folder` while they run."""
    for record in folder.glob("*/valkey/running.json"):
        yield int(json.loads(record.read_text())["pid"])
    for record in folder.glob("postgres/data/postmaster.pid"):
        yield int(record.read_text().split("\n", 1)[0])


def end(pid: int, politely: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        handle = os.pidfd_open(pid)
        ended = select.poll()
        ended.register(handle, select.POLLIN)
        for number in (politely, signal.SIGKILL):
            signal.pidfd_send_signal(handle, number)
            if ended.poll(PATIENCE):
                return


def main(folder: Path) -> None:
    sys.stdin.read()
    for pid in servers(folder):
        end(pid, signal.SIGINT)  # to PostgreSQL: without waiting for its clients
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
