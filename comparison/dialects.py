"""How one talks to each server that is measured, as data."""

from __future__ import annotations

from dataclasses import dataclass

NEVER = b"\0"  # no frame begins so


@dataclass(frozen=True, slots=True)
class Dialect:
    """Templates of what is sent, and marks by which the load knows what it hears.

    A mark stands in a frame as it is; what people say cannot hold one, since JSON escapes its
    quotes. An empty mark is there at once: `welcome` with the handshake, `joined` with the welcome.
    """

    path: str
    say: str
    welcome: bytes = b""
    join: str = ""
    joined: bytes = b""
    # How frames begin that say "stored" and "refused".
    ack: bytes = NEVER
    refusal: bytes = NEVER

    @property
    def acknowledges(self) -> bool:
        return self.ack != NEVER


DIALECTS = {
    "parley": Dialect(
        path="/ws/chat/",
        welcome=b'"event":"welcome"',
        join='{"event":"join_room","data":{"room_id":"%(room)s"},"ref":"join"}',
        joined=b'"ref":"join"',
        say='{"event":"send_message","data":{"room_id":"%(room)s","message":"%(text)s",'
        '"client_id":"%(id)s"},"ref":"%(id)s"}',
        ack=b'{"event":"ack"',
        refusal=b'{"event":"error"',
    ),
    # Whoever connects is in the room that the address names.
    "broadcast": Dialect(path="/%(room)s", say="%(text)s"),
    "tutorial": Dialect(path="/ws/chat/%(room)s/", say='{"message":"%(text)s"}'),
}
