"""The bus over a real Redis that stops, breaks, restarts and forgets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from channels_redis.pubsub import RedisPubSubChannelLayer

from chat import bus as bus_module
from chat.bus import Bus
from chat.bus_items import AccessEnded, BusItem, Change, Head, RoomNotice
from tests.harness.correspondent import PATIENCE
from tests.harness.switch import Port, Switch
from tests.harness.valkey_control import OwnValkey


@pytest.fixture(autouse=True)
def quick(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.CHAT_BEAT_INTERVAL = 0.05
    settings.CHAT_DEAF_AFTER = 0.3
    monkeypatch.setattr(bus_module, "RESUBSCRIBE_AFTER", 0.3)
    monkeypatch.setattr(bus_module, "PAUSE_AFTER_FAILURE", 0.05)


class Hearer:
    """A bus and what it has heard."""

    def __init__(self, name: str, layer: Any) -> None:
        self.heard: list[BusItem] = []
        self.bus = Bus(name, self.heard.extend)
        self.bus._layer = layer

    def said(self) -> list[bytes]:
        return [item.frame for item in self.heard if isinstance(item, RoomNotice)]


@asynccontextmanager
async def running(*layers: Any) -> AsyncIterator[list[Hearer]]:
    hearers = [Hearer(str(number), layer) for number, layer in enumerate(layers)]
    for hearer in hearers:
        hearer.bus.start()
    try:
        yield hearers
    finally:
        for hearer in hearers:
            await hearer.bus.stop()


def layer_on(valkey: OwnValkey, **options: Any) -> RedisPubSubChannelLayer:
    patience = {"socket_timeout": 0.3, "socket_connect_timeout": 0.3, **options}
    return RedisPubSubChannelLayer(hosts=[{"address": valkey.url, **patience}], prefix="test")


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0.01)


async def repeat_until_heard(speaker: Hearer, listener: Hearer, word: bytes) -> None:
    """A notice may be lost while the bus is broken: say it until it arrives."""
    async with asyncio.timeout(PATIENCE):
        while word not in listener.said():
            speaker.bus.publish((RoomNotice(1, word),))
            await asyncio.sleep(0.05)


async def hear_each_other(first: Hearer, second: Hearer, word: bytes) -> None:
    await repeat_until_heard(first, second, word)
    await repeat_until_heard(second, first, word)
    await until(lambda: not (first.bus.deaf or second.bus.deaf))


def change(number: int, *, room: int = 1) -> Change:
    return Change(room=room, epoch="e", number=number, event="new_message", body=b"{}")


async def test_a_pause_is_noticed_and_overcome(own_valkey: OwnValkey) -> None:
    async with running(layer_on(own_valkey), layer_on(own_valkey)) as (first, second):
        await hear_each_other(first, second, b"before")
        own_valkey.pause()
        await until(lambda: first.bus.deaf and second.bus.deaf)
        own_valkey.go_on()
        await hear_each_other(first, second, b"after")


async def test_a_restart_is_noticed_and_overcome(own_valkey: OwnValkey) -> None:
    async with running(layer_on(own_valkey), layer_on(own_valkey)) as (first, second):
        await hear_each_other(first, second, b"before")
        own_valkey.kill()
        await until(lambda: first.bus.deaf and second.bus.deaf)
        own_valkey.start()
        await hear_each_other(first, second, b"after")


async def test_flushall_disturbs_nothing(own_valkey: OwnValkey) -> None:
    async with running(layer_on(own_valkey), layer_on(own_valkey)) as (first, second):
        await hear_each_other(first, second, b"before")
        own_valkey.empty()
        await hear_each_other(first, second, b"after")


async def test_broken_connections_are_made_again(own_valkey: OwnValkey) -> None:
    async with running(layer_on(own_valkey), layer_on(own_valkey)) as (first, second):
        await hear_each_other(first, second, b"before")
        own_valkey.drop_clients()
        await hear_each_other(first, second, b"after")


async def test_a_redis_that_comes_later_is_found(own_valkey: OwnValkey) -> None:
    own_valkey.kill()
    async with running(layer_on(own_valkey), layer_on(own_valkey)) as (first, second):
        await until(lambda: first.bus.deaf and second.bus.deaf)
        own_valkey.start()
        await hear_each_other(first, second, b"at last")


async def test_a_subscription_that_is_lost_in_silence_is_made_anew(own_valkey: OwnValkey) -> None:
    await own_valkey.answers()
    layer = layer_on(own_valkey)
    async with running(layer, layer_on(own_valkey)) as (first, second):
        await hear_each_other(first, second, b"before")
        # Redis says nothing, the connection lives, the layer believes that it is subscribed.
        shard = layer._get_layer()._shards[0]
        await shard._pubsub.unsubscribe()
        await until(lambda: first.bus.deaf)
        await hear_each_other(first, second, b"after")


async def test_what_cannot_be_told_is_kept_as_how_far_rooms_are(
    own_valkey: OwnValkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    # While Redis only stands still, both stay subscribed.
    monkeypatch.setattr(bus_module, "RESUBSCRIBE_AFTER", 60.0)
    async with running(layer_on(own_valkey), layer_on(own_valkey)) as (first, second):
        await hear_each_other(first, second, b"before")
        own_valkey.pause()
        await until(lambda: first.bus.deaf and first.bus._broken)
        second.heard.clear()
        ended = AccessEnded(user=7, session_key="", token_digest="", reason="logged_out")
        notices = [RoomNotice(1, b"stale by then")] * bus_module.QUEUE_LIMIT
        first.bus.publish([change(number) for number in range(1, 50)])
        first.bus.publish([change(3, room=2), ended, *notices])
        own_valkey.go_on()
        await until(lambda: ended in second.heard)
        await until(lambda: {Head(1, "e", 49), Head(2, "e", 3)} <= set(heads(second)))
        assert b"stale by then" not in second.said()


def heads(hearer: Hearer) -> list[Head]:
    """All heads that were heard of, in beats too."""
    told: list[Head] = []
    for item in hearer.heard:
        told.extend([item] if isinstance(item, Head) else getattr(item, "heads", ()))
    return told


class SlowPort(Port):
    """Takes its time to send."""

    def __init__(self, switch: Switch) -> None:
        super().__init__(switch)
        self.under_way = b""

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        self.under_way = message["items"]
        await asyncio.sleep(0.2)
        await super().group_send(group, message)


async def test_what_is_under_way_when_the_bus_stops_still_arrives(settings: Any) -> None:
    settings.CHAT_BEAT_INTERVAL = 60.0  # no beat comes to keep the queue full
    switch = Switch()
    slow = SlowPort(switch)
    async with running(switch.port()) as [listener]:
        async with running(slow) as [speaker]:
            speaker.bus._hub_id = "speaker"
            await until(lambda: slow.under_way)
            speaker.bus.publish((RoomNotice(1, b"last words"),))
            await until(lambda: b"last words" in slow.under_way)
        await until(lambda: b"last words" in listener.said())
