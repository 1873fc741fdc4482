"""The bounded pool in which sockets reach the database: one hop an event, none on fan-out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from typing import ParamSpec, TypeVar

from django.conf import settings
from django.db import close_old_connections

P = ParamSpec("P")
R = TypeVar("R")


@cache
def socket_threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(settings.CHAT_SOCKET_THREADS, thread_name_prefix="chat-socket")


@cache
def writer_thread() -> ThreadPoolExecutor:
    """A thread of the writer's own: slow reads never keep a message from being stored."""
    return ThreadPoolExecutor(1, thread_name_prefix="chat-writer")


async def in_thread(call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run `call` in the sockets' pool, with the care of connections that a request gets."""
    return await _in_pool(socket_threads(), partial(call, *args, **kwargs))


async def in_writer_thread(call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    return await _in_pool(writer_thread(), partial(call, *args, **kwargs))


async def _in_pool(pool: ThreadPoolExecutor, call: Callable[[], R]) -> R:
    return await asyncio.get_running_loop().run_in_executor(pool, _with_fresh_connections, call)


def _with_fresh_connections(call: Callable[[], R]) -> R:
    """Connections belong to threads: a broken or expired one is dropped in its own thread."""
    close_old_connections()
    try:
        return call()
    finally:
        close_old_connections()
