"""The process that works on tasks; `project.task_worker` starts it, nobody else does."""

import logging
import os
import signal
import sys
import threading
import time
from types import FrameType

import django

logger = logging.getLogger("project.task_process")  # not __main__

LOOK_EVERY = 10.0  # seconds between looks for mails that are due again


class TaskLoop:
    """Looks for tasks until it shall stop; the one it is at then is finished first."""

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._looked = 0.0

    def stop(self, *_: int | FrameType | None) -> None:
        self._stopping.set()

    def run(self) -> None:
        from django.conf import settings
        from django.db import DatabaseError, close_old_connections

        while not self._stopping.is_set():
            close_old_connections()
            try:
                self.work()
            except DatabaseError as error:  # it may be back in a moment
                logger.warning("Tasks wait for the database: %s", str(error).strip())
            close_old_connections()
            self._stopping.wait(settings.TASK_POLL_INTERVAL)

    def work(self) -> None:
        """Do what there is to do."""
        from django_tasks_db.models import DBTaskResult

        # A look writes nothing. To take a task, the worker locks the whole of an SQLite file.
        while not self._stopping.is_set() and DBTaskResult.objects.ready().exists():
            self._take_one()
        if time.monotonic() - self._looked > LOOK_EVERY:
            from accounts.actions.mails import send_due_mails

            send_due_mails()
            self._looked = time.monotonic()

    def _take_one(self) -> None:
        from django_tasks_db.management.commands.db_worker import Worker

        Worker(
            queue_names=["*"],
            interval=0,
            batch=True,
            backend_name="default",
            startup_delay=False,
            max_tasks=1,
            worker_id=f"parley-{os.getpid()}",
            excluded_queue_names=[],
        ).run()


def _end_when_left_alone(loop: TaskLoop) -> None:
    """The other end of standard input is the parent's: it closes when that has gone."""
    sys.stdin.buffer.read()
    loop.stop()


def main() -> None:
    loop = TaskLoop()
    signal.signal(signal.SIGTERM, loop.stop)
    # A terminal's Ctrl-C and hang-up are for the parent, which ends this process in its own time.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    threading.Thread(target=_end_when_left_alone, args=(loop,), daemon=True).start()
    django.setup()
    loop.run()


if __name__ == "__main__":
    main()
