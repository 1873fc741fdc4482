"""Client ids on which a server dies, by SIGKILL, at an exact place of a message's road.

The first server that comes by such a place dies there; the mark is then used up, so that a retry
on another server goes through. What is used up is noted in files: the processes share nothing else.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

from django.conf import settings

from chat import answering, fanout
from chat.bus_items import BusItem, Change
from chat.protocol import codec
from chat.protocol.replies import Reply, Stored

# Stored and committed, told to nobody: neither this server's clients nor the bus.
BEFORE_ANNOUNCING = "dies-before-announcing"
# Announced, but the sender has not heard that it is stored.
BEFORE_THE_ACK = "dies-before-the-ack"


def install() -> None:
    broadcast, ack_frame = fanout.broadcast, codec.ack_frame

    def deadly_broadcast(*items: BusItem) -> None:
        for item in items:
            if isinstance(item, Change) and BEFORE_ANNOUNCING.encode() in item.body:
                die_once(BEFORE_ANNOUNCING)
        broadcast(*items)

    def deadly_ack_frame(reply: Reply, ref: str) -> bytes:
        if isinstance(reply, Stored) and BEFORE_THE_ACK in (reply.client_id or ""):
            die_once(BEFORE_THE_ACK)
        return ack_frame(reply, ref)

    replace(fanout, "broadcast", deadly_broadcast)
    replace(answering, "ack_frame", deadly_ack_frame)


def replace(module: Any, name: str, function: Any) -> None:
    """Raises AttributeError where the module makes no use of that name (any more)."""
    getattr(module, name)
    setattr(module, name, function)


def die_once(mark: str) -> None:
    """End this process as kill -9 does, unless a server has already died of `mark` here."""
    used: Path = settings.VAR_DIR / f"used-{mark}"
    try:
        used.touch(exist_ok=False)
    except FileExistsError:
        return
    os.kill(os.getpid(), signal.SIGKILL)
