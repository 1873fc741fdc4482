"""The one exit of everything that live clients shall hear.

`announce` waits for the commit, `broadcast` does not. Both hand over to this process's hub if
there is one; plain processes (a shell, a task) publish to the other processes' hubs themselves.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import cache

import redis
from channels.layers import get_channel_layer
from django.conf import settings
from django.db import transaction

from .bus_items import BusItem, pack

logger = logging.getLogger(__name__)

Sink = Callable[[tuple[BusItem, ...]], None]
_sinks: list[Sink] = []


def attach(sink: Sink) -> None:
    """Let `sink` take everything from now on. It is called in any thread."""
    _sinks[:] = [sink]


def detach(sink: Sink) -> None:
    if sink in _sinks:
        _sinks.remove(sink)


def announce(*items: BusItem) -> None:
    """Tell `items` to the live clients once the current transaction has committed."""
    if items:
        # Robust: what is stored is stored, whether or not anybody could be told at once. Not a
        # partial: Django asks the failed function for its name, and a partial has none.
        transaction.on_commit(lambda: broadcast(*items), robust=True)


def broadcast(*items: BusItem) -> None:
    """Tell `items` to the live clients now."""
    if _sinks:
        _sinks[0](items)
    else:
        publish(items)


def bus_message(
    items: tuple[BusItem, ...], *, sender: str = "", sent_at: float = 0.0
) -> dict[str, str | bytes | float]:
    """The channel-layer message that carries `items`.

    `sender` is a hub's id and `sent_at` the time on its own steady clock, in seconds.
    """
    return {"type": "bus", "sender": sender, "sent_at": sent_at, "items": pack(items)}


def publish(items: tuple[BusItem, ...]) -> None:
    """Publish from plain synchronous code, in the channel layer's own format.

    Without Redis this only says so in the log: hubs find numbered changes by themselves. A Valkey
    of our own runs while a server does: without it there is nobody to be told.
    """
    layer = get_channel_layer()
    # The name that RedisPubSubLoopLayer gives a group; it can be asked only on a running loop.
    channel = f"{settings.CHAT_BUS_PREFIX}__group__{settings.CHAT_BUS_GROUP}"
    try:
        client().publish(channel, layer.serialize(bus_message(items)))
    except redis.RedisError:
        level = logging.DEBUG if settings.EMBEDDED_VALKEY else logging.WARNING
        logger.log(level, "Redis is away: what just happened is found by the hubs' own checks")


@cache
def client() -> redis.Redis:
    """The one synchronous client of this process, safe in every thread."""
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2, health_check_interval=15
    )
