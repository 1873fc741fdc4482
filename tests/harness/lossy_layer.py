"""A channel layer that does to messages what a bad day does: all of it, and by a seed.

It wraps a good one, on the side of the receiver, so that each process loses others.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.utils.module_loading import import_string

Message = dict[str, Any]


@dataclass(frozen=True)
class Weather:
    """How likely each fault is for a message, and how long things take (seconds)."""

    lost: float = 0.15
    repeated: float = 0.10
    # Overtaken by those that are not, also by other processes'.
    late: float = 0.25
    lateness: float = 0.15
    # Lost if it is the last of a burst: if nothing follows it for a while.
    lost_if_last: float = 0.15
    silence: float = 0.03
    # The connection is gone for a while, and nobody says so.
    deaf: float = 0.02
    deafness: float = 0.8


class LossyLayer:
    """The part of the channel layers' interface that the bus uses, over `inner`: another layer,
    or the BACKEND and CONFIG of one. The same seed makes the same decisions, message by message.
    """

    def __init__(self, *, seed: str, inner: Any, weather: Weather = Weather()) -> None:
        if isinstance(inner, dict):
            inner = import_string(inner["BACKEND"])(**inner["CONFIG"])
        self._inner = inner
        self._random = random.Random(seed)
        self._weather = weather
        self._inboxes: dict[str, Inbox] = {}
        # What has happened to messages, by the names of `Weather`.
        self.fates: Counter[str] = Counter()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def new_channel(self, prefix: str = "specific.") -> str:
        channel: str = await self._inner.new_channel(prefix)
        self._inboxes[channel] = Inbox(
            self._inner, channel, self._random, self._weather, self.fates
        )
        return channel

    async def receive(self, channel: str) -> Message:
        inbox = self._inboxes[channel]
        try:
            return await inbox.next()
        except asyncio.CancelledError:
            # As the real one: whoever stops receiving has given the channel up.
            del self._inboxes[channel]
            await inbox.close()
            raise

    async def flush(self) -> None:
        inboxes, self._inboxes = self._inboxes, {}
        for inbox in inboxes.values():
            await inbox.close()
        await self._inner.flush()


class Inbox:
    """What arrives on one channel, after the weather."""

    def __init__(
        self,
        inner: Any,
        channel: str,
        chance: random.Random,
        weather: Weather,
        fates: Counter[str],
    ) -> None:
        self._inner = inner
        self._channel = channel
        self._random = chance
        self._weather = weather
        self._fates = fates
        self._arrived: asyncio.Queue[Message | Exception] = asyncio.Queue()
        self._deaf_until = 0.0
        self._waiting_for_another: Message | None = None
        self._loop = asyncio.get_running_loop()
        self._timers: set[asyncio.TimerHandle] = set()
        self._pump = asyncio.create_task(self._receive())

    async def next(self) -> Message:
        arrived = await self._arrived.get()
        if isinstance(arrived, Exception):
            raise arrived
        return arrived

    async def close(self) -> None:
        for timer in self._timers:
            timer.cancel()
        self._pump.cancel()
        await asyncio.gather(self._pump, return_exceptions=True)

    async def _receive(self) -> None:
        try:
            while True:
                self._meet_weather(await self._inner.receive(self._channel))
        except Exception as error:  # noqa: BLE001 - whatever it is, the bus shall meet it
            self._arrived.put_nowait(error)

    def _meet_weather(self, message: Message) -> None:
        weather = self._weather
        if self._waiting_for_another is not None:
            self._arrived.put_nowait(self._waiting_for_another)
            self._waiting_for_another = None
        if self._happens("deaf", weather.deaf):
            span = self._random.uniform(0.2, 1) * weather.deafness
            self._deaf_until = self._loop.time() + span
        if self._loop.time() < self._deaf_until:
            self._fates["unheard"] += 1
        elif self._happens("lost", weather.lost):
            return
        elif self._happens("lost_if_last", weather.lost_if_last):
            self._waiting_for_another = message
            self._later(weather.silence, self._lose_the_last, message)
        elif self._happens("late", weather.late):
            self._later(self._random.random() * weather.lateness, self._arrive, message)
        else:
            self._arrive(message)
            if self._happens("repeated", weather.repeated):
                self._later(self._random.random() * weather.lateness, self._arrive, message)

    def _happens(self, fate: str, chance: float) -> bool:
        happens = self._random.random() < chance
        self._fates[fate] += happens
        return happens

    def _later(self, delay: float, call: Any, message: Message) -> None:
        self._timers.add(self._loop.call_later(delay, call, message))

    def _arrive(self, message: Message) -> None:
        self._arrived.put_nowait(message)

    def _lose_the_last(self, message: Message) -> None:
        if self._waiting_for_another is message:
            self._waiting_for_another = None
