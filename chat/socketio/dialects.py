"""The names that clients of a namespace use, and what each is in the native protocol."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import msgspec
from engineio.packet import MESSAGE
from engineio.packet import Packet as Message
from msgspec import Raw

from chat.protocol.codec import encode, invalid, websocket_frame
from chat.protocol.socketio import (
    ROOT,
    OutgoingFrame,
    Packet,
    answer_packet,
    event_packet,
    native_frame,
    read_call,
    read_frame,
)

Said = tuple[str, bytes]
_fields = msgspec.json.Decoder(dict[str, Raw])
_values = msgspec.json.Decoder(dict[str, Any])


class Wording(NamedTuple):
    """An older name of an event in, with the older names of its fields."""

    event: str
    fields: Mapping[str, str]


class Dialect:
    """How one namespace speaks. `says` gives other words to some of what its clients hear."""

    def __init__(
        self,
        namespace: str,
        *,
        hears: Mapping[str, Wording],
        says: Mapping[str, Callable[[Raw], Said]],
    ) -> None:
        self.namespace = namespace
        self._hears = hears
        self._says = says

    def to_frame(self, packet: Packet) -> bytes:
        """The native frame for an event that a client sent. Raises `ChatError`."""
        name, data = read_call(packet)
        if wording := self._hears.get(name):
            name, data = wording.event, _renamed(data, wording.fields)
        return native_frame(name, data, packet.callback)

    def text(self, payload: bytes) -> str:
        """The packet for a native frame."""
        native = read_frame(payload)
        if native.ref is not None:
            return answer_packet(self.namespace, native.ref, _answer(native))
        say = self._says.get(native.event)
        event, data = say(native.data) if say else (native.event, bytes(native.data))
        return event_packet(self.namespace, event, data)

    # To be given to `Delivery.form`, which makes each once for all connections.

    def messages(self, payloads: tuple[bytes, ...]) -> list[Message]:
        """Messages of Engine.IO, for its queue."""
        return [Message(MESSAGE, self.text(payload)) for payload in payloads]

    def websocket(self, payloads: tuple[bytes, ...]) -> bytes:
        """The same as WebSocket frames, in one piece."""
        return b"".join(websocket_frame(b"4" + self.text(load).encode()) for load in payloads)


def _answer(native: OutgoingFrame) -> bytes:
    """What the client's callback is called with."""
    return b'{"error":%b}' % bytes(native.data) if native.event == "error" else bytes(native.data)


def _renamed(data: Raw, names: Mapping[str, str]) -> Raw:
    try:
        fields = _fields.decode(data)
    except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
        raise invalid(error) from None
    return Raw(encode({names.get(field, field): value for field, value in fields.items()}))


def _connect_response(data: Raw) -> Said:
    return "connect_response", bytes(data)


def _connected(data: Raw) -> Said:
    return "my_response", encode({"data": "Connected", "count": 0})


def _tick(data: Raw) -> Said:
    count = _values.decode(data)["count"]
    return "my_response", encode({"data": "Server generated event", "count": count})


def _status(data: Raw) -> Said:
    news = _values.decode(data)
    return "status", encode({"msg": news["message"], "username": news["username"]})


def _message(data: Raw) -> Said:
    said = _values.decode(data)
    if said["kind"] != "text":
        return "new_message", bytes(data)
    kept = ("room_id", "username", "message", "timestamp")
    return "message", encode({field: said[field] for field in kept})


CHAT = Dialect("/chat", hears={}, says={"welcome": _connect_response})

OLDER = Dialect(
    ROOT,
    hears={
        "join": Wording("join_room", {"room": "room_id"}),
        "leave": Wording("leave_room", {"room": "room_id"}),
        "message": Wording("send_message", {"room": "room_id"}),
    },
    says={
        "welcome": _connected,
        "server_tick": _tick,
        "user_joined": _status,
        "user_left": _status,
        "new_message": _message,
    },
)

DIALECTS = {dialect.namespace: dialect for dialect in (CHAT, OLDER)}
