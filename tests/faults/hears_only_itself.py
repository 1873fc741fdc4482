"""Settings of servers whose bus works, as far as they can tell, but brings nothing of the others.

They hear their own beats, so that nothing makes them doubt; every signal of another process is
lost, and so is what is said there until a check of the database finds it.
"""

from __future__ import annotations

from typing import Any

from channels_redis.pubsub import RedisPubSubChannelLayer

from tests.harness.server_settings import *  # noqa: F403
from tests.harness.server_settings import CHANNEL_LAYERS as _LAYERS


class HearsOnlyItself(RedisPubSubChannelLayer):
    """Drops what others have sent to the group."""

    _itself = ""

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        self._itself = message["sender"]
        await super().group_send(group, message)

    async def receive(self, channel: str) -> dict[str, Any]:
        while True:
            message: dict[str, Any] = await super().receive(channel)
            if message["sender"] == self._itself:
                return message


CHANNEL_LAYERS = {
    "default": {**_LAYERS["default"], "BACKEND": f"{__name__}.{HearsOnlyItself.__name__}"}
}
