"""A server sends the mail that its pages write: a process beside it lives and ends with it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from accounts.actions.mails import queue_mail
from accounts.models import Mail
from tests.harness.correspondent import PATIENCE
from tests.harness.servers import ServerProcess

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    """Where mail arrives."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    return tmp_path / "mails"


@pytest.fixture(params=[[], ["--workers", "2"]], ids=["alone", "two workers"])
def server(request: pytest.FixtureRequest, folder: Path) -> Iterator[ServerProcess]:
    changes = {
        "TASK_WORKER": "1",
        "TASK_POLL_INTERVAL": "0.1",
        "EMAIL_URL": f"filemail:///{folder}",
    }
    server = ServerProcess(changes, *request.param)
    try:
        server.wait_until_ready()
        yield server
    finally:
        server.forget()


def write() -> None:
    queue_mail(recipient="alice@example.org", subject="Hello", text="Hello.", html="")


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def children(server: ServerProcess) -> list[int]:
    """The processes that work on tasks for this server."""
    listed = Path(f"/proc/{server.process.pid}/task").glob("*/children")
    pids = [int(pid) for path in listed for pid in read_or_nothing(path).split()]
    return [pid for pid in pids if "project.task_process" in command_of(pid)]


def command_of(pid: int) -> str:
    return read_or_nothing(Path(f"/proc/{pid}/cmdline"))


def read_or_nothing(path: Path) -> str:
    """What the system tells of a process or thread, which may end meanwhile."""
    try:
        return path.read_text()
    except OSError:
        return ""


def test_mail_is_sent_once_by_the_one_process_beside_it(
    server: ServerProcess, folder: Path
) -> None:
    write()
    until(lambda: not Mail.objects.exists())
    [arrived] = folder.iterdir()
    assert arrived.read_text().count("Subject: Hello") == 1
    assert len(children(server)) == 1


def test_it_is_gone_when_the_server_is_killed(server: ServerProcess) -> None:
    until(lambda: bool(children(server)))
    [pid] = children(server)
    server.kill()
    until(lambda: "project.task_process" not in command_of(pid))
