"""What processes tell each other. Pure: shapes and their packing, no Django, no I/O.

Everything on the bus is a hint or can be found again in the database; nothing here is the truth.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec import Struct


class Change(Struct, frozen=True, array_like=True, tag=1):
    """One numbered change of a room: the present state of a message, or of the room itself.

    `body` is the encoded data of `event`. `message_id` and `sequence` are 0 for a change of the
    room. `removed` is the person whose membership it ended.
    """

    room: int
    epoch: str
    number: int
    event: str
    body: bytes
    message_id: int = 0
    sequence: int = 0
    floor: int = 0
    removed: int = 0


class Head(Struct, frozen=True, array_like=True, tag=2):
    """A room has come as far as `number`: whoever stands lower has missed something."""

    room: int
    epoch: str
    number: int


class RoomNotice(Struct, frozen=True, array_like=True, tag=3):
    """A frame without a number for everybody in a room but the session `skip`."""

    room: int
    frame: bytes
    skip: str = ""


class PersonNotice(Struct, frozen=True, array_like=True, tag=4):
    """A frame without a number for all sessions of a person but `skip`."""

    user: int
    frame: bytes
    skip: str = ""


class AccessEnded(Struct, frozen=True, array_like=True, tag=5):
    """A login ended: that of one session key or token digest, or (both empty) all of a person that
    are older than their access `version`."""

    user: int
    session_key: str
    token_digest: str
    reason: str
    version: int = 0


class Everybody(Struct, frozen=True, array_like=True, tag=6):
    """A frame without a number for every session there is."""

    frame: bytes


class Beat(Struct, frozen=True, array_like=True, tag=7):
    """A hub lives. Hearing one's own beat proves that the bus works."""

    nonce: str
    heads: tuple[Head, ...]


class Arrived(Struct, frozen=True, array_like=True, tag=8):
    """A person's first session in a place (its key) came; `person` is "id:username"."""

    place: int
    person: str


class Departed(Struct, frozen=True, array_like=True, tag=9):
    """A person's last session in a place went."""

    place: int
    person: str
    reason: str


class ProfileChanged(Struct, frozen=True, array_like=True, tag=10):
    """What others see of a person is another name or picture."""

    user: int


class MembershipBegan(Struct, frozen=True, array_like=True, tag=11):
    """A person belongs to a room now: its key and slug, and the frame for their sessions. In a
    direct room, `companion` is the other one's id."""

    user: int
    room: int
    room_id: str
    frame: bytes
    companion: int = 0


class MembershipChanged(Struct, frozen=True, array_like=True, tag=12):
    """What a person is in a room is something else now: the frame for their sessions, and until
    when (seconds since 1970, 0 for not at all) they can only read."""

    user: int
    room: int
    muted_until: int
    frame: bytes


class Receipt(Struct, frozen=True, array_like=True, tag=13):
    """How far somebody has read, for the others in the room."""

    room: int
    user: int
    username: str
    read_sequence: int


class NotificationsChanged(Struct, frozen=True, array_like=True, tag=14):
    """Another number of notifications waits for a person. Every hub counts for itself, since two
    numbers on their way could pass each other."""

    user: int


BusItem = (
    Change
    | Head
    | RoomNotice
    | PersonNotice
    | AccessEnded
    | Everybody
    | Beat
    | Arrived
    | Departed
    | ProfileChanged
    | MembershipBegan
    | MembershipChanged
    | Receipt
    | NotificationsChanged
)

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(list[BusItem])


def pack(items: Sequence[BusItem]) -> bytes:
    return _encoder.encode(items)


def unpack(packed: bytes) -> list[BusItem]:
    """Raises `msgspec.DecodeError` for what no version of this chat has written."""
    return _decoder.decode(packed)
