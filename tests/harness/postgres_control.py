"""The test run's own PostgreSQL, stopped and started again: only where no other worker uses it."""

from __future__ import annotations

import os
import select
import signal
import subprocess
from pathlib import Path

from tests import postgres, run

from .correspondent import PATIENCE

FOLDER = run.FOLDER / "postgres"
DATA = FOLDER / "data"


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
    installed = FOLDER / "install" / "bin"
    binaries = installed if installed.exists() else postgres._binaries()
    options = [part for name, value in postgres.OPTIONS.items() for part in ("-c", f"{name}={value}")]
    with (FOLDER / "log").open("ab") as log:
        subprocess.Popen(
            [str(binaries / "postgres"), "-D", str(DATA), "-k", str(FOLDER), *options],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd="/",
            start_new_session=True,
            **_its_user(),
        )


def _its_user() -> dict[str, int]:
    status = Path(DATA).stat()
    return {"user": status.st_uid, "group": status.st_gid} if os.geteuid() == 0 else {}
