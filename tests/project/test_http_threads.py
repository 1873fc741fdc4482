"""The threads for HTTP: few, and the same ones again and again."""

import asyncio
import threading
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings

from project.http_threads import BoundedThreads


class SyncWork:
    """An application that does what Django does: synchronous work in the thread it is given."""

    def __init__(self) -> None:
        self.threads: list[int] = []
        self.together = 0
        self.most_together = 0

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        self.together += 1
        self.most_together = max(self.most_together, self.together)
        if scope.get("fails"):
            self.together -= 1
            raise RuntimeError
        self.threads.append(await sync_to_async(threading.get_ident)())
        self.threads.append(await sync_to_async(threading.get_ident)())
        await asyncio.sleep(0.01)
        self.together -= 1


async def ask(application: BoundedThreads, **scope: Any) -> None:
    await application(scope, None, None)


async def test_no_more_requests_run_at_once_than_there_are_threads() -> None:
    work = SyncWork()
    application = BoundedThreads(work)
    await asyncio.gather(*(ask(application) for _ in range(50)))
    assert work.most_together == settings.HTTP_THREADS
    assert 1 < len(set(work.threads)) <= settings.HTTP_THREADS


async def test_requests_one_after_the_other_use_the_same_thread() -> None:
    work = SyncWork()
    application = BoundedThreads(work)
    for _ in range(5):
        await ask(application)
    assert len(set(work.threads)) == 1
    assert work.threads[0] != threading.get_ident()


async def test_a_failure_gives_its_thread_back() -> None:
    work = SyncWork()
    application = BoundedThreads(work)
    for _ in range(settings.HTTP_THREADS * 2):
        with pytest.raises(RuntimeError):
            await ask(application, fails=True)
    await ask(application)
