"""Answering one frame of a session: within its limits, by the verb it names, exactly once."""

from __future__ import annotations

import logging
from math import ceil
from time import perf_counter
from typing import TYPE_CHECKING

from django.db import DatabaseError, InterfaceError

from .errors import ChatError, ErrorCode
from .protocol.close_codes import CloseCode
from .protocol.codec import ack_frame, read_envelope, read_event
from .stats import action_times
from .verbs import VERBS

if TYPE_CHECKING:
    from .protocol.inbound import InboundEvent
    from .session import ChatSession

logger = logging.getLogger(__name__)


async def answer(session: ChatSession, raw: str | bytes) -> None:
    """Do what a frame asks for; a `ref` gets exactly one `ack` or `error`."""
    try:
        envelope = read_envelope(raw)
    except ChatError as error:
        _strike(session, error)
        return
    if not _admit(session, envelope.ref):
        return
    try:
        event = read_event(envelope)
    except ChatError as error:
        _strike(session, error, envelope.ref)
    else:
        await _do(session, event, envelope.ref)


async def _do(session: ChatSession, event: InboundEvent, ref: str | None) -> None:
    began = perf_counter()
    try:
        reply = await VERBS[type(event)](session, event)
    except ChatError as error:
        session.refuse(error, ref)
    except (DatabaseError, InterfaceError) as error:
        logger.warning("%s failed on the database: %r", event.event, error)
        session.refuse(ChatError(ErrorCode.UNAVAILABLE, retry_after=1.0), ref)
    except Exception:
        logger.exception("%s failed", event.event)
        session.refuse(ChatError(ErrorCode.UNAVAILABLE, retry_after=5.0), ref)
    else:
        if ref is not None:
            session.send(ack_frame(reply, ref))
    finally:
        action_times[event.event].add(perf_counter() - began)


def _admit(session: ChatSession, ref: str | None) -> bool:
    """Whether the session may ask again already."""
    wait = session.conduct.wait()
    if not wait:
        return True
    # In whole milliseconds, and never sooner than it may: the shortest wait is no 0.
    retry_after = ceil(wait * 1000) / 1000
    session.refuse(ChatError(ErrorCode.RATE_LIMITED, retry_after=retry_after), ref)
    if session.conduct.floods():
        session.cut(CloseCode.FLOODING)
    return False


def _strike(session: ChatSession, error: ChatError, ref: str | None = None) -> None:
    """Refuse what cannot be read; whoever sends such things again and again is cut."""
    session.refuse(error, ref)
    if session.conduct.is_malformed():
        session.cut(CloseCode.MALFORMED)
