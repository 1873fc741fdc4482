"""The parent of the workers, with workers of a few lines; tests/sockets has it with real ones."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from pytest_django import Settings

from project import supervisor, worker_process
from project.listening import CannotServe, bind
from project.supervisor import Supervisor
from tests.harness.correspondent import PATIENCE


class Workers:
    """Two tiny workers and their supervisor, run as a task of the test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.addresses: list[str] = []
        self.supervisor = Supervisor(bind("127.0.0.1", 0), workers=2, ready=self.addresses.append)
        self.running = asyncio.create_task(self.supervisor.run())

    def pids(self) -> list[int]:
        """Those that serve."""
        living = self.supervisor._living.values()
        return sorted(worker.pid for worker in living if worker.serves)

    def started(self) -> int:
        return len(list(self.folder.glob("started-*")))

    async def until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not condition():
                assert not self.running.done(), self.running
                await asyncio.sleep(0.01)

    async def both_serve(self) -> list[int]:
        await self.until(lambda: len(self.pids()) == 2)
        return self.pids()

    async def end(self) -> bool:
        self.supervisor.stop()
        async with asyncio.timeout(PATIENCE):
            return await self.running

    def make(self, how: str) -> None:
        """Let workers that start from now on be broken, deaf to SIGTERM, or slow to start."""
        (self.folder / how).touch()

    def heal(self, how: str) -> None:
        (self.folder / how).unlink()


@asynccontextmanager
async def two(folder: Path) -> AsyncIterator[Workers]:
    workers = Workers(folder)
    try:
        yield workers
    finally:
        for process in [*workers.supervisor._living.values()]:
            process.kill()
        if not workers.running.done():
            await workers.end()


@pytest.fixture(autouse=True)
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    program = Path(__file__).with_name("tiny_worker.py")
    monkeypatch.setattr(worker_process, "PROGRAM", ["-S", "-E", str(program)])
    monkeypatch.setattr(supervisor, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(supervisor, "STOP_SECONDS", 0.0)
    monkeypatch.setattr(supervisor, "CANCEL_SECONDS", 0.0)
    monkeypatch.setattr(supervisor, "OVERTIME", 0.2)
    monkeypatch.setenv("TINY_WORKERS", str(tmp_path))
    settings.CHAT_DRAIN_SECONDS = PATIENCE
    settings.VAR_DIR = tmp_path


def metrics_in(folder: Path) -> list[str]:
    return [path.name for path in folder.glob("metrics-*")]


def is_alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


async def test_it_says_where_it_is_once_and_ends_with_all_its_workers(tmp_path: Path) -> None:
    async with two(tmp_path) as workers:
        pids = await workers.both_serve()
        assert await workers.end() is False
        assert len(workers.addresses) == 1
        assert workers.addresses[0].startswith("http://127.0.0.1:")
    assert not any(map(is_alive, pids))


async def test_a_worker_that_dies_is_replaced_and_the_other_is_left_alone(tmp_path: Path) -> None:
    async with two(tmp_path) as workers:
        killed, other = await workers.both_serve()
        os.kill(killed, signal.SIGKILL)
        await workers.until(lambda: killed not in workers.pids() and len(workers.pids()) == 2)
        assert other in workers.pids()
        assert workers.started() == 3


async def test_workers_that_cannot_start_are_given_up_with_a_word(tmp_path: Path) -> None:
    async with two(tmp_path) as workers:
        workers.make("broken")
        with pytest.raises(
            CannotServe, match=r"ended with exit code 3 before it was ready, [34] times"
        ):
            await asyncio.wait_for(workers.running, PATIENCE)
        assert workers.started() <= 4


async def test_while_one_serves_the_other_is_tried_again_more_and_more_seldom(
    tmp_path: Path,
) -> None:
    async with two(tmp_path) as workers:
        killed, other = await workers.both_serve()
        workers.make("broken")
        os.kill(killed, signal.SIGKILL)
        await workers.until(lambda: workers.started() >= 7)
        assert workers.pids() == [other]
        assert max(post.pause for post in workers.supervisor._posts) >= 0.16
        workers.heal("broken")
        await workers.both_serve()


async def test_a_hangup_replaces_all_one_after_the_other(tmp_path: Path) -> None:
    async with two(tmp_path) as workers:
        old = set(await workers.both_serve())
        fewest = [2]

        def all_new() -> bool:
            fewest.append(len(workers.pids()))
            return len(workers.pids()) == 2 and not old & set(workers.pids())

        workers.supervisor.hang_up()
        await workers.until(all_new)
        assert min(fewest) == 2
        assert max(fewest) <= 3


async def test_a_second_hangup_meanwhile_replaces_all_once_more(tmp_path: Path) -> None:
    async with two(tmp_path) as workers:
        await workers.both_serve()
        workers.make("slow")
        workers.supervisor.hang_up()
        await workers.until(lambda: workers.started() == 3)
        workers.supervisor.hang_up()
        workers.supervisor.hang_up()
        workers.heal("slow")
        await workers.until(
            lambda: workers.started() == 6 and not workers.supervisor._renewal.is_set()
        )
        await workers.both_serve()
        assert workers.started() == 6


async def test_a_new_version_that_does_not_start_leaves_the_old_one_serving(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with two(tmp_path) as workers:
        old = await workers.both_serve()
        workers.make("broken")
        workers.supervisor.hang_up()
        await workers.until(lambda: "The others stay as they are" in caplog.text)
        assert workers.pids() == old
        assert workers.started() == 3


async def test_workers_that_die_during_their_replacement_leave_no_one_too_many(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with two(tmp_path) as workers:
        old = await workers.both_serve()
        workers.make("slow")
        workers.supervisor.hang_up()
        await workers.until(lambda: workers.started() == 3)
        for pid in old:
            os.kill(pid, signal.SIGKILL)
        await workers.until(lambda: workers.started() == 5)
        workers.heal("slow")
        await workers.until(lambda: "All workers are new" in caplog.text)
        # One of them was put at its post meanwhile, and may not serve yet.
        await workers.both_serve()
        assert len(workers.pids()) == len(workers.supervisor._living) == 2


async def test_a_worker_that_hangs_on_its_drain_is_killed_after_the_limit(
    tmp_path: Path, settings: Settings
) -> None:
    async with two(tmp_path) as workers:
        workers.make("deaf")
        pids = await workers.both_serve()
        settings.CHAT_DRAIN_SECONDS = 0.1
        assert await workers.end() is True
    assert not any(map(is_alive, pids))


async def test_told_to_stop_twice_it_ends_at_once(tmp_path: Path) -> None:
    async with two(tmp_path) as workers:
        workers.make("deaf")
        await workers.both_serve()
        workers.supervisor.stop()
        await workers.until(lambda: workers.supervisor._listening.fileno() == -1)
        assert await workers.end() is True


async def test_signals_reach_it(tmp_path: Path) -> None:
    async with two(tmp_path) as workers:
        await workers.both_serve()
        os.kill(os.getpid(), signal.SIGHUP)
        await workers.until(lambda: workers.started() == 4)
        os.kill(os.getpid(), signal.SIGTERM)
        assert await asyncio.wait_for(workers.running, PATIENCE) is False


async def test_it_ends_with_its_terminal_unless_nohup_says_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = True
    monkeypatch.setattr(supervisor, "_terminal_is_there", lambda: there)
    async with two(tmp_path) as workers:
        await workers.both_serve()
        there = False
        workers.supervisor.hang_up(nohup=True)
        await workers.until(lambda: workers.started() == 4)
        workers.supervisor.hang_up()
        assert await asyncio.wait_for(workers.running, PATIENCE) is False


async def test_what_a_killed_parent_left_of_its_counts_is_removed(tmp_path: Path) -> None:
    (tmp_path / "metrics-999999999").mkdir()
    async with two(tmp_path) as workers:
        await workers.both_serve()
        assert metrics_in(tmp_path) == [f"metrics-{os.getpid()}"]
    assert metrics_in(tmp_path) == []


async def test_a_worker_learns_that_its_parent_has_gone(tmp_path: Path) -> None:
    async with two(tmp_path) as workers:
        pid, _other = await workers.both_serve()
        [worker] = [w for w in workers.supervisor._living.values() if w.pid == pid]
        worker._control.shutdown(2)
        await workers.until((tmp_path / f"alone-{pid}").exists)
