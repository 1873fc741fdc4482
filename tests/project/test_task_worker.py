"""The process beside a server that works on tasks."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives

from project import task_worker
from project.mail_folder import EmailBackend
from project.task_worker import TaskWorker
from tests.harness.correspondent import PATIENCE
from tests.harness.servers import ROOT, environment

BEATS = """
import sys
from pathlib import Path
Path(sys.argv[1]).open("a").write("began\\n")
sys.stdin.read()
Path(sys.argv[1]).open("a").write("ended\\n")
"""


def until(condition: Callable[[], Any]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


@pytest.fixture
def diary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Path:
    """What a stand-in for the process writes of its life."""
    path = tmp_path / "diary"
    path.touch()
    settings.TASK_WORKER = True
    monkeypatch.setattr(task_worker, "PROGRAM", ["-c", BEATS, str(path)])
    monkeypatch.setattr(task_worker, "FIRST_PAUSE", 0.05)
    monkeypatch.setattr(task_worker, "END_PATIENCE", PATIENCE)
    return path


def test_it_lives_as_long_as_the_server(diary: Path) -> None:
    with TaskWorker():
        until(diary.read_text)
        assert diary.read_text() == "began\n"
    assert diary.read_text() == "began\nended\n"


def test_one_that_dies_is_started_anew(diary: Path) -> None:
    with TaskWorker() as worker:
        until(lambda: diary.read_text() and worker.pid)
        assert worker.pid
        os.kill(worker.pid, signal.SIGKILL)
        until(lambda: diary.read_text() == "began\nbegan\n")


def test_new_code_is_taken_over_by_a_new_one(diary: Path) -> None:
    with TaskWorker() as worker:
        until(diary.read_text)
        worker.renew()
        until(lambda: diary.read_text() == "began\nended\nbegan\n")


def test_it_is_left_to_others_where_the_setting_says_so(diary: Path, settings: Any) -> None:
    settings.TASK_WORKER = False
    with TaskWorker() as worker:
        assert worker.pid is None


def test_it_ends_when_its_server_is_killed() -> None:
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "project.task_process"],
        cwd=ROOT,
        env=environment(PYTHONPATH=str(ROOT)),
        stdin=subprocess.PIPE,
    )
    assert process.stdin
    process.stdin.close()  # as the system does for a process that is gone
    assert process.wait(PATIENCE) == 0


def test_mail_in_development_is_printed_and_kept(
    tmp_path: Path, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.MAIL_FOLDER = tmp_path / "mails"
    long_link = "http://testserver/" + "x" * 200
    message = EmailMultiAlternatives("Hello", long_link, to=["alice@example.org"])
    message.attach_alternative("<p>Hello.</p>", "text/html")
    EmailBackend().send_messages([message])
    printed = capsys.readouterr().out
    assert long_link in printed
    texts, pages = (sorted(settings.MAIL_FOLDER.glob(f"*.{kind}")) for kind in ("txt", "html"))
    assert [path.read_text() for path in pages] == ["<p>Hello.</p>"]
    assert "To: alice@example.org" in texts[0].read_text()
    assert long_link in texts[0].read_text()
