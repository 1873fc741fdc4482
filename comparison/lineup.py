"""Who takes part: Parley, Parley otherwise, and what it is measured beside."""

from __future__ import annotations

from pathlib import Path

from .scenarios import BROADCAST, ONE_COMMIT, TUTORIAL, TWO_WORKERS
from .servers import Parley, Reference, Server


def of_two_workers(folder: Path, database: str) -> Parley:
    """Parley by two processes, so that everything said passes through Redis as well."""
    return Parley(folder / "workers", database, name=TWO_WORKERS, workers=2)


def one_commit_a_message(folder: Path, database: str) -> Parley:
    """Parley without storing together what comes together."""
    settings = {"CHAT_WRITE_BATCH": "1"}
    return Parley(folder / "commits", database, name=ONE_COMMIT, settings=settings)


def broadcast(folder: Path) -> Reference:
    """The least that can be done: raw frames by `websockets.broadcast`."""
    return Reference(BROADCAST, "broadcast", "broadcast", folder / "broadcast")


def tutorial(folder: Path) -> Reference:
    """Channels as in its tutorial, with the Redis layer, on Daphne."""
    return Reference(TUTORIAL, "tutorial", "tutorial", folder / "tutorial")


def lineup(folder: Path, database: str) -> list[Server]:
    """All servers that scenarios name. `database` is a URL; empty: an SQLite file for each."""
    return [
        Parley(folder / "parley", database),
        of_two_workers(folder, database),
        one_commit_a_message(folder, database),
        broadcast(folder),
        tutorial(folder),
    ]
