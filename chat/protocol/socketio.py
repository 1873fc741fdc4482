"""Socket.IO's packets, version 5: the text inside each message of Engine.IO, version 4.

https://socket.io/docs/v4/socket-io-protocol/
"""

from __future__ import annotations

import re
from enum import IntEnum
from typing import Annotated, NamedTuple

import msgspec
from msgspec import Meta, Raw, Struct

from chat.errors import ChatError

from .codec import encode, error_event, invalid

ROOT = "/"


class Kind(IntEnum):
    """What a packet is."""

    CONNECT = 0
    DISCONNECT = 1
    EVENT = 2
    ACK = 3
    CONNECT_ERROR = 4
    BINARY_EVENT = 5
    BINARY_ACK = 6


class Packet(NamedTuple):
    """A packet, its data not yet looked at. `callback` is the client's number for the answer."""

    kind: Kind
    namespace: str
    callback: str | None
    body: str


# Kind, attachments, namespace with what looks like a query, callback, data.
_packet = re.compile(
    r"([0-6])(?:[0-9]{1,3}-)?(?:(/[^,?]{0,63})(?:\?[^,]{0,255})?(?:,|\Z))?([0-9]{1,20})?(.*)\Z",
    re.DOTALL | re.ASCII,
)
# Of an event's name and arguments, of which we know one.
_parts = msgspec.json.Decoder(Annotated[list[Raw], Meta(min_length=1, max_length=8)])
_name = msgspec.json.Decoder(Annotated[str, Meta(max_length=64)])


class Credentials(Struct, frozen=True):
    """What a client may bring as `auth` when it connects to a namespace."""

    token: Annotated[str, Meta(max_length=512)] = ""


_credentials = msgspec.json.Decoder(Credentials)


def read_packet(text: str) -> Packet | None:
    """The packet in `text`; None if it is none."""
    found = _packet.match(text)
    if found is None:
        return None
    kind, namespace, callback, body = found.groups()
    return Packet(Kind(int(kind)), namespace or ROOT, callback, body)


def read_credentials(packet: Packet) -> Credentials:
    """Raises `ChatError` (`invalid_event`)."""
    if not packet.body:
        return Credentials()
    try:
        return _credentials.decode(packet.body)
    except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
        raise invalid(error) from None


def read_call(packet: Packet) -> tuple[str, Raw]:
    """The event's name and its data. Raises `ChatError` (`invalid_event`)."""
    try:
        name, *arguments = _parts.decode(packet.body)
        return _name.decode(name), arguments[0] if arguments else Raw(b"{}")
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        raise invalid(error) from None


def native_frame(name: str, data: Raw, callback: str | None) -> bytes:
    """The same event as a frame of the native protocol; its `ref` is the callback."""
    # Encoded, not pasted together: a name with a quote in it makes no other frame.
    parts = {"event": name, "data": data} | ({"ref": callback} if callback is not None else {})
    return encode(parts)


def unreadable_frame(callback: str | None) -> bytes:
    """A frame that can only be refused, as `invalid_event`, to the same callback."""
    return native_frame("ping", Raw(b"[]"), callback)


def packet(kind: Kind, namespace: str, body: bytes, callback: str = "") -> str:
    """The text of a packet around its already encoded data."""
    where = "" if namespace == ROOT else f"{namespace},"
    return f"{kind:d}{where}{callback}{body.decode()}"


def event_packet(namespace: str, name: str, data: bytes) -> str:
    return packet(Kind.EVENT, namespace, b"[%b,%b]" % (encode(name), data))


def answer_packet(namespace: str, callback: str, data: bytes) -> str:
    return packet(Kind.ACK, namespace, b"[%b]" % data, callback)


def refusal_packet(namespace: str, error: ChatError) -> str:
    """A refused connection: clients show `message`, and hand on `data`."""
    body = {"message": error.message, "data": {"error": error_event(error)}}
    return packet(Kind.CONNECT_ERROR, namespace, encode(body))


class OutgoingFrame(Struct):
    """A frame of ours, as it is before it becomes a packet. With `ref` it is an answer."""

    event: str
    data: Raw
    ref: str | None = None


read_frame = msgspec.json.Decoder(OutgoingFrame).decode
