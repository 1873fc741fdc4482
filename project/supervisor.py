"""The parent of the workers: it starts, watches, replaces and drains them, and serves nothing."""

import asyncio
import logging
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from typing import Any

from django.conf import settings

from project import shared_counts
from project.listening import CannotServe, Listening, address_of
from project.server import CANCEL_SECONDS, STOP_SECONDS
from project.tally import Tally, shared_memory
from project.worker_process import WorkerProcess

logger = logging.getLogger(__name__)

START_PATIENCE = 60.0  # seconds for a worker to be ready
START_TRIES = 3  # in a row, while no worker serves, before the parent gives up
SETTLED_AFTER = 10.0  # seconds; a worker that served as long is replaced without a pause
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0  # seconds before the next try at a post
OVERTIME = 1.0  # seconds beyond its own limit that a draining worker has before it is killed


class Post:
    """One of the N that shall always be filled, by a worker that serves or is about to."""

    def __init__(self) -> None:
        self.worker: WorkerProcess | None = None
        self.pause = 0.0  # seconds before the next try to fill it

    @property
    def holder(self) -> WorkerProcess | None:
        """The living worker at this post."""
        return None if self.worker is None or self.worker.ended.done() else self.worker


class Supervisor:
    """Keeps this many workers on one listening socket until SIGTERM or SIGINT, then drains them.

    SIGHUP replaces them one by one. `ready` is called once the first one serves, `renewed` each
    time that all have been replaced.
    """

    def __init__(
        self,
        listening: Listening,
        *,
        workers: int,
        ready: Callable[[str], None],
        renewed: Callable[[], None] = lambda: None,
    ) -> None:
        self._listening = listening
        self._address = address_of(listening)
        self._ready: Callable[[str], None] | None = ready
        self._renewed = renewed
        self._posts = [Post() for _ in range(workers)]
        self._tally = shared_memory()
        self._metrics = ""
        self._living: dict[int, WorkerProcess] = {}
        self._failures = 0
        self._stopping = asyncio.Event()
        self._renewal = asyncio.Event()
        self._terminal = _terminal_is_there()

    async def run(self) -> bool:
        """Serve until the end; return whether a worker left something unfinished.

        Raises CannotServe if no worker can be started.
        """
        loop = asyncio.get_running_loop()
        nohup = signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
        loop.add_signal_handler(signal.SIGTERM, self.stop)
        loop.add_signal_handler(signal.SIGINT, self.stop)
        loop.add_signal_handler(signal.SIGHUP, self.hang_up, nohup)
        with shared_counts.folder_in(settings.VAR_DIR) as self._metrics:
            running: list[asyncio.Task[Any]] = [
                loop.create_task(self._stopping.wait()),
                loop.create_task(self._renew_when_asked()),
                *(loop.create_task(self._keep(post)) for post in self._posts),
            ]
            try:
                over, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                for task in over:
                    task.result()
            finally:
                for task in running:
                    task.cancel()
                await asyncio.gather(*running, return_exceptions=True)
                abandoned = await self._drain()
        return abandoned

    # --- Signals ---------------------------------------------------------------------------------

    def stop(self) -> None:
        """Drain and end; called again, end at once."""
        if self._stopping.is_set():
            for worker in self._living.values():
                worker.kill()
        self._stopping.set()

    def hang_up(self, nohup: bool = False) -> None:
        """Replace the workers; but where the terminal has gone, the signal means just that.

        Under nohup it never does.
        """
        if self._terminal and not nohup and not _terminal_is_there():
            self.stop()
        else:
            self._renewal.set()

    # --- Keeping the posts filled ----------------------------------------------------------------

    async def _keep(self, post: Post) -> None:
        while True:
            if post.holder is None:
                await self._fill(post)
            while holder := post.holder:  # after a hang-up, its successor
                await holder.gone()
                self._lost(post, holder)
            await asyncio.sleep(post.pause)

    async def _fill(self, post: Post) -> None:
        """Put a worker at the post, and wait until it serves or has failed to."""
        try:
            worker = post.worker = self._spawn()
        except OSError as error:
            self._failed(post, f"A worker could not be started: {error}")
            return
        if await worker.started(patience=START_PATIENCE):
            self._serves(worker)
            return
        await self._end(worker, patience=0.0)
        if post.worker is worker:
            self._failed(post, f"Worker {worker.pid} {worker.end} before it was ready")

    def _lost(self, post: Post, worker: WorkerProcess) -> None:
        if post.worker is worker:  # else a hang-up has replaced it
            logger.error("Worker %d %s", worker.pid, worker.end)
            settled = asyncio.get_running_loop().time() - worker.began > SETTLED_AFTER
            post.pause = 0.0 if settled else _longer(post.pause)

    def _failed(self, post: Post, reason: str) -> None:
        logger.error("%s", reason)
        self._failures += 1
        post.pause = _longer(post.pause)
        if self._failures >= START_TRIES and not self._somebody_serves:
            raise CannotServe(f"{reason}, {self._failures} times in a row. What it said is above.")

    def _serves(self, worker: WorkerProcess) -> None:
        self._failures = 0
        logger.info("Worker %d serves", worker.pid)
        if self._ready is not None:
            self._ready(self._address)
            self._ready = None

    @property
    def _somebody_serves(self) -> bool:
        return any(worker.serves for worker in self._living.values())

    def _spawn(self) -> WorkerProcess:
        place = next(number for number in count() if number not in self._living)
        worker = WorkerProcess(
            place=place,
            listening=self._listening.fileno(),
            tally=self._tally,
            metrics=self._metrics,
        )
        self._living[place] = worker
        worker.ended.add_done_callback(lambda _: self._clear(place))
        return worker

    def _clear(self, place: int) -> None:
        """Take what a worker that has gone said of itself out of the sums."""
        del self._living[place]
        Tally(self._tally, place).end()
        shared_counts.forget(self._metrics, place=place)

    # --- Replacing them --------------------------------------------------------------------------

    async def _renew_when_asked(self) -> None:
        while True:
            await self._renewal.wait()
            self._renewal.clear()  # a hang-up from here on means everybody once more
            logger.info("The workers are replaced one by one")
            if await self._renew():
                logger.info("All workers are new")
                self._renewed()
            else:
                logger.error("The new worker did not start. The others stay as they are")

    async def _renew(self) -> bool:
        for post in self._posts:
            if (old := post.holder) and not await self._replace(post, old):
                return False
        return True

    async def _replace(self, post: Post, old: WorkerProcess) -> bool:
        try:
            successor = self._spawn()
        except OSError:
            return False
        if not await successor.started(patience=START_PATIENCE):
            await self._end(successor, patience=0.0)
            return False
        self._serves(successor)
        if post.holder in (old, None):
            post.worker = successor
            await self._end(old)
        else:  # the old one died meanwhile, and somebody new is there already
            await self._end(successor)
        return True

    # --- The end ---------------------------------------------------------------------------------

    async def _drain(self) -> bool:
        logger.info("Draining the workers")
        self._listening.close()
        last = [worker for worker in self._living.values() if worker.serves]
        await asyncio.gather(*map(self._end, [*self._living.values()]))
        os.close(self._tally)
        return any(worker.ended.result() != 0 for worker in last)

    async def _end(self, worker: WorkerProcess, *, patience: float | None = None) -> None:
        """Let a worker finish what it does, and kill it if that takes longer than it may."""
        if patience is None:
            patience = settings.CHAT_DRAIN_SECONDS + STOP_SECONDS + CANCEL_SECONDS + OVERTIME
        if worker.ended.done():
            return
        worker.terminate()
        if not await worker.gone(patience=patience):
            logger.error("Worker %d did not end in time and is killed", worker.pid)
            worker.kill()
            await worker.gone()
        logger.info("Worker %d %s", worker.pid, worker.end)


def _longer(pause: float) -> float:
    return min(max(FIRST_PAUSE, pause * 2), LONGEST_PAUSE)


def _terminal_is_there() -> bool:
    """Whether this process has a controlling terminal, and it has not hung up."""
    with suppress(OSError):
        os.close(os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY))
        return True
    return False
