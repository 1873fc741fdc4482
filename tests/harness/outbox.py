"""What one client has said and not yet heard the end of. Pure: no socket."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


class Refused(Exception):
    """The server said no; `code` is its error code."""

    def __init__(self, error: Mapping[str, Any]) -> None:
        self.code: str = error["code"]
        self.error = dict(error)
        super().__init__(f"{error['code']}: {error['message']}")


@dataclass
class Pending:
    """A message under way: sent again after every reconnect until it is acknowledged."""

    room_id: str
    message: str
    client_id: str
    done: asyncio.Future[dict[str, Any]] = field(repr=False)

    @property
    def event(self) -> dict[str, Any]:
        data = {"room_id": self.room_id, "message": self.message, "client_id": self.client_id}
        return {"event": "send_message", "data": data, "ref": f"send:{self.client_id}"}


class Outbox:
    """Keeps messages until they are acknowledged, and every acknowledgement that came."""

    TEMPORARY = frozenset({"unavailable", "rate_limited"})

    def __init__(self) -> None:
        self.pending: dict[str, Pending] = {}
        # All acks by client id; a resent message may be acknowledged more than once.
        self.acks: dict[str, list[dict[str, Any]]] = {}
        self.refused: dict[str, Refused] = {}
        # How often the server asked for another try, and whom to tell of it.
        self.postponed = 0
        self.on_postponed: Callable[[], None] = lambda: None
        self.room_of: dict[str, str] = {}

    def put(self, room_id: str, message: str, client_id: str) -> Pending:
        self.room_of[client_id] = room_id
        future: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        pending = self.pending[client_id] = Pending(room_id, message, client_id, future)
        return pending

    def of(self, room_id: str) -> list[Pending]:
        """What waits for an ack in a room, in the order in which it was said."""
        return [pending for pending in self.pending.values() if pending.room_id == room_id]

    def acknowledge(self, client_id: str, reply: dict[str, Any]) -> None:
        self.acks.setdefault(client_id, []).append(reply)
        pending = self.pending.pop(client_id, None)
        if pending is not None and not pending.done.done():
            pending.done.set_result(reply)

    def refuse(self, client_id: str, error: Mapping[str, Any]) -> Pending | None:
        """Note a refusal; return the message if it is worth another try."""
        if error["code"] in self.TEMPORARY:
            self.postponed += 1
            self.on_postponed()
            return self.pending.get(client_id)
        refusal = self.refused[client_id] = Refused(error)
        pending = self.pending.pop(client_id, None)
        if pending is not None and not pending.done.done():
            pending.done.set_exception(refusal)
        return None
