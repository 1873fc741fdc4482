"""The register of live sessions: what the admin sees is what is connected, whatever happens."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from chat import fanout, live_sessions, tasks
from chat.live_sessions import LiveSession, Register, _keys
from tests.harness.correspondent import PATIENCE
from tests.harness.valkey_control import OwnValkey

_numbers = itertools.count(1)
START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def quick(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    settings.CHAT_BUS_PREFIX = f"register-{next(_numbers)}"
    settings.CHAT_PRESENCE_RENEW = 0.05
    monkeypatch.setattr(live_sessions, "FLUSH_INTERVAL", 0.01)
    monkeypatch.setattr(live_sessions, "STOP_PATIENCE", PATIENCE)
    return settings


@pytest.fixture
async def redis(settings: Any) -> AsyncIterator[Redis]:
    async with Redis.from_url(settings.REDIS_URL) as client:
        yield client


def entry(name: str, *rooms: str, minutes: int = 0) -> LiveSession:
    return LiveSession(
        session_id=name,
        user_id=7,
        username="bob",
        login="browser",
        address="2001:db8::1",
        agent="Browser/1.0 “quoted” \N{SNOWMAN}",
        since=START + timedelta(minutes=minutes),
        rooms=rooms,
    )


@asynccontextmanager
async def running() -> AsyncIterator[Register]:
    """A process's register, which stops as the process does."""
    register = Register()
    task = asyncio.create_task(register.run())
    try:
        yield register
        assert not task.done(), task
    finally:
        await tasks.end([task])
        await register.stop()


async def shown(*expected: LiveSession) -> None:
    """Wait until exactly these are shown, in this order."""
    seen: list[LiveSession] | RedisError = []
    try:
        async with asyncio.timeout(PATIENCE):
            while (seen := await asyncio.to_thread(seen_now)) != [*expected]:
                await asyncio.sleep(0.01)
    except TimeoutError:
        raise AssertionError(f"shown is {seen}, expected was {expected}") from None


def seen_now() -> list[LiveSession] | RedisError:
    try:
        return live_sessions.live_sessions()
    except RedisError as slow:  # it may be held up
        return slow


async def test_sessions_of_all_processes_are_shown_oldest_first() -> None:
    async with running() as one, running() as other:
        one.note(entry("b", "tea", "lobby", minutes=2))
        other.note(entry("a", minutes=1))
        one.note(entry("c", minutes=3))
        await shown(
            entry("a", minutes=1), entry("b", "tea", "lobby", minutes=2), entry("c", minutes=3)
        )


async def test_a_session_is_shown_with_the_rooms_it_has_open_now() -> None:
    async with running() as register:
        register.note(entry("a", "tea"))
        await shown(entry("a", "tea"))
        register.note(entry("a", "tea", "lobby"))
        await shown(entry("a", "tea", "lobby"))


async def test_who_is_gone_is_not_shown(redis: Redis) -> None:
    async with running() as register:
        register.note(entry("a"))
        register.note(entry("b"))
        await shown(entry("a"), entry("b"))
        register.forget("a")
        register.forget("nobody")
        await shown(entry("b"))
    assert not await redis.exists(*_keys())


async def test_who_came_and_went_between_two_writes_was_never_there(redis: Redis) -> None:
    async with running() as register:
        register.note(entry("a"))
        register.forget("a")
        register.note(entry("b"))
        await shown(entry("b"))
        assert await redis.hlen(_keys()[1]) == 1


async def test_who_goes_while_it_is_written_does_not_stop_the_writing() -> None:
    async with running() as register:
        asked = asyncio.Event()
        read = register._client.zrangebyscore

        async def forget_meanwhile(*arguments: Any) -> Any:
            answer = await read(*arguments)
            if not asked.is_set():
                asked.set()
                register.forget("a")
            return answer

        register._client.zrangebyscore = forget_meanwhile  # type: ignore[assignment, method-assign]
        register.note(entry("a"))
        await asked.wait()
        register.note(entry("b"))
        await shown(entry("b"))


async def test_sessions_of_a_killed_process_are_gone_with_their_lease(
    quick: Any, redis: Redis
) -> None:
    quick.CHAT_PRESENCE_LEASE = 0.3
    killed = Register()
    killed.note(entry("killed"))
    await killed._flush()
    await killed._client.aclose()
    async with running() as register:
        register.note(entry("lives"))
        await shown(entry("lives"))
        async with asyncio.timeout(PATIENCE):  # what is not shown is not kept either
            while await redis.hlen(_keys()[1]) > 1:
                await asyncio.sleep(0.01)


async def test_a_lease_is_renewed_for_as_long_as_the_process_lives(quick: Any) -> None:
    quick.CHAT_PRESENCE_LEASE = 0.3
    async with running() as register:
        register.note(entry("a"))
        await shown(entry("a"))
        await asyncio.sleep(0.5)  # longer than the lease
        await shown(entry("a"))


async def test_what_redis_forgot_is_there_again_after_a_renewal(redis: Redis) -> None:
    async with running() as register:
        register.note(entry("a"))
        await shown(entry("a"))
        await redis.delete(*_keys())
        await shown(entry("a"))


@pytest.fixture
def own(tmp_path: Path, quick: Any) -> Iterator[OwnValkey]:
    valkey = OwnValkey(tmp_path)
    quick.REDIS_URL = valkey.url
    fanout.client.cache_clear()  # it was made for another address
    yield valkey
    fanout.client.cache_clear()
    valkey.forget()


async def test_without_redis_the_register_waits_and_its_readers_are_told(own: OwnValkey) -> None:
    async with running() as register:
        register.note(entry("a"))
        await asyncio.sleep(0.1)  # for a few attempts
        with pytest.raises(RedisError):
            live_sessions.live_sessions()
        own.start()
        await own.answers()
        await shown(entry("a"))
        own.kill()
        register.note(entry("b", minutes=1))
        register.forget("a")
        own.start()
        await own.answers()
        await shown(entry("b", minutes=1))


@pytest.mark.parametrize("fails", [RuntimeError, ValueError])
async def test_one_bad_moment_does_not_end_the_register(
    fails: Callable[[str], Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running() as register:
        flush, failed = register._flush, asyncio.Event()

        async def fail_once() -> None:
            if not failed.is_set():
                failed.set()
                raise fails("a bad moment")
            await flush()

        monkeypatch.setattr(register, "_flush", fail_once)
        await failed.wait()
        register.note(entry("a"))
        await shown(entry("a"))
