"""Frames in, frames out: JSON text, and the WebSocket framing that lets one write serve many."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Annotated, Any, TypeVar, cast

import msgspec
from msgspec import Meta, Raw, Struct

from chat.errors import ChatError, ErrorCode

from .contents import ErrorDetails
from .fields import Ref
from .inbound import INBOUND, InboundEvent
from .outbound import Error, OutboundEvent
from .replies import Reply

Scalar = str | int | float | bool | None


class Envelope(Struct, frozen=True):
    """An incoming frame, its data not yet looked at."""

    event: Annotated[str, Meta(max_length=64)]
    data: Raw = Raw(b"{}")
    ref: Ref | None = None


_envelope = msgspec.json.Decoder(Envelope)
# No value of ours is an object, or a list of anything but ids: what is nested is refused before it
# costs anything.
_fields = msgspec.json.Decoder(dict[str, Scalar | list[int]])
_encoder = msgspec.json.Encoder()
encode = _encoder.encode


def read_envelope(frame: str | bytes) -> Envelope:
    """Return the envelope of an incoming frame. Raises `ChatError` (`invalid_event`)."""
    try:
        return _envelope.decode(frame)
    except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
        raise invalid(error) from None


def read_event(envelope: Envelope) -> InboundEvent:
    """Return the event inside. Raises `ChatError` (`unknown_event`, `invalid_event`)."""
    kind = INBOUND.get(envelope.event)
    if kind is None:
        raise ChatError(ErrorCode.UNKNOWN_EVENT)
    try:
        fields = _fields.decode(envelope.data)
        refuse_nul(fields)
        return msgspec.convert(fields, kind)
    except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
        raise invalid(error) from None


def refuse_nul(fields: dict[str, Scalar | list[int]]) -> None:
    """PostgreSQL cannot store NUL, and no text needs it."""
    for name, value in fields.items():
        if isinstance(value, str) and "\0" in value:
            raise ChatError(ErrorCode.INVALID_EVENT, details={"field": name[:64]})


_path = re.compile(r" - at `\$\.(\w{1,64})")


def invalid(error: Exception) -> ChatError:
    """Say which field cannot be read, in the words of the decoder but without what was sent."""
    found = _path.search(str(error))
    details: dict[str, str | int] | None = {"field": found[1]} if found else None
    text = str(error) if isinstance(error, msgspec.ValidationError) else ""
    return ChatError(ErrorCode.INVALID_EVENT, text[:200], details=details)


def frame(event: str, body: bytes, ref: str | None = None) -> bytes:
    """Return the frame of `event` around its already encoded data."""
    tail = b',"ref":%b}' % encode(ref) if ref is not None else b"}"
    return b'{"event":"%b","data":%b%b' % (event.encode(), body, tail)


def event_frame(event: OutboundEvent) -> bytes:
    return frame(event.event, encode(event))


def ack_frame(reply: Reply, ref: str) -> bytes:
    return frame("ack", encode(reply), ref)


def error_event(error: ChatError) -> Error:
    return Error(
        code=error.code,
        message=error.message,
        details=msgspec.convert(error.details, ErrorDetails) if error.details else None,
        retry_after=error.retry_after,
    )


def error_frame(error: ChatError, ref: str | None = None) -> bytes:
    return frame("error", encode(error_event(error)), ref)


def websocket_frame(payload: bytes) -> bytes:
    """Return a complete unmasked, unfragmented text frame (RFC 6455, section 5.2)."""
    size = len(payload)
    if size < 126:
        return b"\x81" + size.to_bytes(1, "big") + payload
    if size < 65536:
        return b"\x81\x7e" + size.to_bytes(2, "big") + payload
    return b"\x81\x7f" + size.to_bytes(8, "big") + payload


T = TypeVar("T")


class Delivery:
    """Payloads on their way to many sockets: framed once, whoever carries them."""

    __slots__ = ("_forms", "_websocket", "payloads")

    def __init__(self, payloads: Iterable[bytes]) -> None:
        self.payloads = tuple(payloads)
        self._websocket: bytes | None = None
        self._forms: dict[Any, Any] | None = None

    @property
    def websocket(self) -> bytes:
        """All payloads as WebSocket frames, in one piece."""
        if self._websocket is None:
            self._websocket = b"".join(map(websocket_frame, self.payloads))
        return self._websocket

    def form(self, make: Callable[[tuple[bytes, ...]], T]) -> T:
        """What `make` makes of the payloads, made once for all who carry them in that form."""
        if self._forms is None:
            self._forms = {}
        if make not in self._forms:
            self._forms[make] = make(self.payloads)
        return cast("T", self._forms[make])
