"""The test run's own PostgreSQL, stopped and started again: only where no other worker uses it."""

from __future__ import annotations

import os
import select
import signal
import subprocess

from tests import postgres, run

from .correspondent import PATIENCE

FOLDER = run.FOLDER / "postgres"
DATA = FOLDER / "data"
# Ended by the guard of the run, not by whoever happens to hold it.
_started: subprocess.Popen[bytes] | None = None


def stop() -> None:
    """Stop it as an administrator does: without waiting for its clients."""
    pid = int((DATA / "postmaster.pid").read_text().split("\n", 1)[0])
    handle = os.pidfd_open(pid)
    try:
        ended = select.poll()
        ended.register(handle, select.POLLIN)
        signal.pidfd_send_signal(handle, signal.SIGINT)
        assert ended.poll(PATIENCE * 1000), "PostgreSQL does not end"
    finally:
        os.close(handle)


def start() -> None:
    """Start it again on the same data; it may need a moment until it answers."""
    global _started  # noqa: PLW0603 - one a run
    owner, is_root = DATA.stat(), os.geteuid() == 0
    installed = FOLDER / "install" / "bin"
    binaries = installed if installed.exists() else postgres._binaries()
    options = [f"--{name}={value}" for name, value in postgres.OPTIONS.items()]
    with (FOLDER / "log").open("ab") as log:
        _started = subprocess.Popen(
            [str(binaries / "postgres"), "-D", str(DATA), "-k", str(FOLDER), *options],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd="/",
            start_new_session=True,
            user=owner.st_uid if is_root else None,
            group=owner.st_gid if is_root else None,
        )
