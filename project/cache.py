"""The cache in Redis, which nothing may depend on: without Redis it is empty, never an error."""

import functools
import logging
import time
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

logger = logging.getLogger(__name__)

PAUSE = 2.0  # seconds without Redis once it failed, so that it does not slow every request


def _no_such_key(key: str, _delta: int) -> int:
    raise ValueError(f"Key {key!r} not found.")


# What an empty cache answers; `add` succeeds, so that limits and locks built on it stay open.
WITHOUT_REDIS: dict[str, Callable[..., Any]] = {
    "add": lambda key, value, timeout: True,
    "get": lambda key, default: default,
    "set": lambda key, value, timeout: None,
    "touch": lambda key, timeout: False,
    "delete": lambda key: False,
    "get_many": lambda keys: {},
    "has_key": lambda key: False,
    "incr": _no_such_key,
    "set_many": lambda data, timeout: None,
    "delete_many": lambda keys: None,
    "clear": lambda: False,
}


class FailOpenClient:
    """Django's Redis cache client, which raises when Redis is away, made to answer instead."""

    def __init__(self, servers: list[str], **options: Any) -> None:
        # One retry: a connection that idled through a restart of Redis fails on its first use.
        self._client = RedisCacheClient(servers, retry=Retry(NoBackoff(), 1), **options)
        self._away_until = 0.0

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return functools.partial(self._attempt, name)

    def _attempt(self, name: str, *arguments: Any) -> Any:
        if time.monotonic() >= self._away_until:
            try:
                return getattr(self._client, name)(*arguments)
            except RedisError as error:
                self._away_until = time.monotonic() + PAUSE
                logger.warning("Redis is away, going on without the cache: %s", error)
        return WITHOUT_REDIS[name](*arguments)


class FailOpenRedisCache(RedisCache):
    """Django's Redis cache on a client that fails open."""

    def __init__(self, server: str | list[str], params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = FailOpenClient
