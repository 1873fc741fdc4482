"""Group commit: messages that come while one batch is stored are stored together in the next."""

from __future__ import annotations

import asyncio
import logging
from collections import deque

from django.conf import settings

from .actions.messages import Draft, Sent, send_messages
from .errors import ChatError, ErrorCode
from .models import Message
from .threads import in_writer_thread

logger = logging.getLogger(__name__)


class Writer:
    """Stores drafts in the order in which they come, one batch at a time."""

    def __init__(self) -> None:
        self._queue: deque[tuple[Draft, asyncio.Future[Sent]]] = deque()
        self._task: asyncio.Task[None] | None = None

    async def store(self, draft: Draft) -> Message:
        """Return the stored message once it is committed. Raises `ChatError`."""
        future: asyncio.Future[Sent] = asyncio.get_running_loop().create_future()
        self._queue.append((draft, future))
        if self._task is None:
            self._task = asyncio.create_task(self._drain())
        sent = await future
        if isinstance(sent, ChatError):
            raise sent
        return sent

    async def _drain(self) -> None:
        try:
            while self._queue:
                batch = [self._queue.popleft() for _ in range(self._batch_size())]
                for sent, (_, future) in zip(await self._stored(batch), batch, strict=True):
                    if not future.done():
                        future.set_result(sent)
        finally:
            self._task = None

    def _batch_size(self) -> int:
        return min(len(self._queue), settings.CHAT_WRITE_BATCH)

    async def _stored(self, batch: list[tuple[Draft, asyncio.Future[Sent]]]) -> list[Sent]:
        try:
            return await in_writer_thread(send_messages, [draft for draft, _ in batch])
        except Exception:
            # Each sender gets an answer, whatever went wrong.
            logger.exception("A batch of %d messages could not be stored", len(batch))
            return [ChatError(ErrorCode.UNAVAILABLE) for _ in batch]
