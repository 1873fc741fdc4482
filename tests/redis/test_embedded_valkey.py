"""The Valkey that stands in for Redis: one for all processes of a folder, and none left over."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis

from project import valkey
from project.valkey import EmbeddedValkey, ValkeyError
from tests.harness.correspondent import PATIENCE

ROOT = Path(__file__).parents[2]
HOLD = """
import sys
from pathlib import Path
from project.valkey import EmbeddedValkey

with EmbeddedValkey(Path(sys.argv[1])):
    print("ready", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is slow on a busy machine does not hang."""
    monkeypatch.setattr(valkey, "ANSWER_TIMEOUT", PATIENCE)


@pytest.fixture
def var_dir(tmp_path: Path, patient: None) -> Iterator[Path]:
    yield tmp_path
    # Whatever a failed test left running is adopted by this use, and ends with it.
    with EmbeddedValkey(tmp_path):
        pass


class Holder:
    """Another process that uses the Valkey of `var_dir`."""

    def __init__(self, var_dir: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", HOLD, str(var_dir)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._process.stdout
        assert self._process.stdout.readline() == b"ready\n"

    def leave(self) -> None:
        assert self._process.communicate(b"\n", timeout=PATIENCE)

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate(timeout=PATIENCE)


def client(var_dir: Path) -> "redis.Redis":
    return redis.Redis.from_url(valkey.url(var_dir), retry=None, socket_timeout=PATIENCE)


def pid(var_dir: Path) -> int:
    with client(var_dir) as connection:
        return int(connection.info("server")["process_id"])


def answers(var_dir: Path) -> bool:
    try:
        with client(var_dir) as connection:
            return bool(connection.ping())
    except redis.ConnectionError:
        return False


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_it_answers_inside_and_is_gone_after(var_dir: Path) -> None:
    assert not answers(var_dir)
    with EmbeddedValkey(var_dir):
        assert answers(var_dir)
    assert not answers(var_dir)
    assert sorted(path.name for path in (var_dir / "valkey").iterdir()) == [
        "log",
        "turn.lock",
        "use.lock",
    ]


def test_only_its_owner_can_reach_it(var_dir: Path) -> None:
    with EmbeddedValkey(var_dir), client(var_dir) as connection:
        assert connection.config_get("port") == {"port": "0"}
        assert (var_dir / "valkey").stat().st_mode & 0o077 == 0


def test_another_process_finds_it_by_the_folder_alone(var_dir: Path) -> None:
    holder = Holder(var_dir)
    with client(var_dir) as connection:
        connection.set("said", "there")
        assert connection.get("said") == b"there"
    holder.leave()
    assert not answers(var_dir)


def test_two_processes_share_it_and_the_last_one_stops_it(var_dir: Path) -> None:
    first = Holder(var_dir)
    shared = pid(var_dir)
    second = Holder(var_dir)
    assert pid(var_dir) == shared
    first.leave()
    assert pid(var_dir) == shared
    second.leave()
    assert not answers(var_dir)


def test_processes_that_start_together_start_one(var_dir: Path) -> None:
    starting = [
        subprocess.Popen(
            [sys.executable, "-c", HOLD, str(var_dir)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for _ in range(4)
    ]
    for process in starting:
        assert process.stdout
        assert process.stdout.readline() == b"ready\n"
    assert answers(var_dir)
    for process in starting:
        process.communicate(b"\n", timeout=PATIENCE)
    assert not answers(var_dir)


def test_after_a_kill_of_its_owner_the_next_one_adopts_it(var_dir: Path) -> None:
    holder = Holder(var_dir)
    orphan = pid(var_dir)
    holder.kill()
    assert pid(var_dir) == orphan
    with EmbeddedValkey(var_dir):
        assert pid(var_dir) == orphan
    assert not answers(var_dir)
    until(lambda: has_ended(orphan))


def has_ended(number: int) -> bool:
    """Whether there is no such process, or nobody has asked yet how it ended."""
    try:
        return f"{number} (valkey-server) Z" in Path(f"/proc/{number}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return True


def test_an_orphan_that_hangs_is_replaced(var_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(valkey, "ANSWER_TIMEOUT", 1.0)
    holder = Holder(var_dir)
    orphan = pid(var_dir)
    holder.kill()
    os.kill(orphan, signal.SIGSTOP)
    with EmbeddedValkey(var_dir):
        assert pid(var_dir) != orphan


def test_one_that_died_is_started_anew_though_others_use_it(var_dir: Path) -> None:
    holder = Holder(var_dir)
    os.kill(pid(var_dir), signal.SIGKILL)
    until(lambda: not answers(var_dir))
    with EmbeddedValkey(var_dir):
        assert answers(var_dir)
        holder.leave()
        assert answers(var_dir)


def test_it_outlives_the_ctrl_c_of_its_owners_terminal(var_dir: Path) -> None:
    with EmbeddedValkey(var_dir):
        assert os.getsid(pid(var_dir)) != os.getsid(0)


def test_a_deep_folder_gets_a_short_socket(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["a-rather-long-name-of-a-folder"] * 5)
    with EmbeddedValkey(deep):
        assert answers(deep)
        path = valkey.socket_path(deep)
        assert len(os.fsencode(path)) <= valkey.SOCKET_PATH_LIMIT
        assert path.parent.stat().st_mode & 0o077 == 0
        assert str(path) in (deep / "valkey" / "running.json").read_text()
    path.parent.rmdir()


def test_the_address_is_quoted(var_dir: Path) -> None:
    odd = var_dir / "a folder, with 100% odd; signs?"
    with EmbeddedValkey(odd):
        assert answers(odd)


def test_a_folder_of_somebody_elses_making_is_refused(var_dir: Path) -> None:
    (var_dir / "elsewhere").mkdir()
    (var_dir / "trap").mkdir()
    (var_dir / "trap" / "valkey").symlink_to(var_dir / "elsewhere")
    with pytest.raises(ValkeyError, match="belongs to somebody else"):
        EmbeddedValkey(var_dir / "trap").__enter__()


def test_a_start_that_fails_says_why(var_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(valkey, "_binary", lambda: Path("/bin/ls"))
        with pytest.raises(ValkeyError, match=r"did not start .*: .*--help"):
            EmbeddedValkey(var_dir).__enter__()
