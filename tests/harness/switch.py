"""A channel layer inside one process: what is sent to a group reaches every port, at once."""

from __future__ import annotations

import asyncio
import itertools
from collections import defaultdict
from typing import Any


class Switch:
    """The wire between the ports."""

    def __init__(self) -> None:
        self.groups: dict[str, dict[str, asyncio.Queue[dict[str, Any]]]] = defaultdict(dict)

    def port(self) -> Port:
        """Return one process's end of the wire: a channel layer of its own."""
        return Port(self)


class Port:
    """Loses nothing, repeats nothing, keeps the order."""

    _numbers = itertools.count(1)

    def __init__(self, switch: Switch) -> None:
        self._switch = switch
        self._channels: dict[str, asyncio.Queue[dict[str, Any]]] = {}

    async def new_channel(self, prefix: str = "specific.") -> str:
        name = f"{prefix}{next(self._numbers)}"
        self._channels[name] = asyncio.Queue()
        return name

    async def receive(self, channel: str) -> dict[str, Any]:
        return await self._channels[channel].get()

    async def group_add(self, group: str, channel: str) -> None:
        self._switch.groups[group][channel] = self._channels[channel]

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        for queue in self._switch.groups[group].values():
            queue.put_nowait(message)

    async def flush(self) -> None:
        for group in self._switch.groups.values():
            for channel in self._channels:
                group.pop(channel, None)
        self._channels.clear()
