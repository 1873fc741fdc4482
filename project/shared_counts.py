"""Prometheus's multiprocess mode: workers count in one folder, and any of them can sum."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from prometheus_client import CollectorRegistry, values
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # where the library looks for it, in the environment


@contextmanager
def folder_in(place: Path) -> Iterator[str]:
    """A new folder for the workers of this process. What killed parents left there is removed."""
    mine = place / f"metrics-{os.getpid()}"
    for folder in place.glob("metrics-*"):
        pid = folder.name.partition("-")[2]
        if folder == mine or not Path("/proc", pid).exists():
            shutil.rmtree(folder, ignore_errors=True)
    mine.mkdir(mode=0o700)
    try:
        yield str(mine)
    finally:
        shutil.rmtree(mine, ignore_errors=True)


def join(folder: str, *, place: int) -> None:
    """Count there from now on, going on from what was counted at this place before.

    To be called before anything that counts is loaded.
    """

    def identifier() -> int:
        return place

    os.environ[FOLDER] = folder
    values.ValueClass = values.MultiProcessValue(identifier)  # type: ignore[no-untyped-call]


def forget(folder: str, *, place: int) -> None:
    """Take out what the worker at this place said of the moment. What it counted stays."""
    mark_process_dead(place, folder)  # type: ignore[no-untyped-call]


def sums() -> CollectorRegistry | None:
    """The counts of all workers; None where this process is not one of several."""
    if FOLDER not in os.environ:
        return None
    everybody = CollectorRegistry()
    MultiProcessCollector(everybody)  # type: ignore[no-untyped-call]
    return everybody
