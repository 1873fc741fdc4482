"""The client's side of WebSocket (RFC 6455), as little as counting needs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

TEXT, CLOSE, PING, PONG = 0x81, 0x88, 0x89, 0x8A
# Every text bears its number so.
NUMBER = re.compile(rb"~(\d+)~")
HEAD_END = b"\r\n\r\n"


def handshake(address: str, path: str, cookie: str) -> bytes:
    """The request that opens a WebSocket, as a page of that server sends it."""
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: {address}",
        f"Origin: http://{address}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==",
    ]
    if cookie:
        lines.append(f"Cookie: {cookie}")
    return "\r\n".join([*lines, "", ""]).encode()


def masked(payload: bytes, opcode: int = TEXT) -> bytes:
    """A client's frame. Its mask is all zeros, which changes nothing and costs nothing."""
    size = len(payload)
    if size < 126:
        return bytes((opcode, 0x80 | size, 0, 0, 0, 0)) + payload
    return bytes((opcode, 0xFE)) + size.to_bytes(2, "big") + bytes(4) + payload


class Heard(NamedTuple):
    """What stands in some bytes: the numbers of what was said, and what else counts."""

    numbers: list[int]
    total: int  # of the numbers
    acks: int
    pings: list[bytes]
    # What the server refused, or said at the end; empty if nothing.
    trouble: bytes
    whole: int  # bytes of complete frames


def read(data: bytes, *, ack: bytes, refusal: bytes) -> Heard:
    """Read all complete frames at the beginning of `data`, none of them as JSON.

    `ack` and `refusal` are how such frames begin.
    """
    acks, whole, trouble = 0, 0, b""
    pings: list[bytes] = []
    for kind, start, whole in frames(data):
        if kind == TEXT:
            acks += data.startswith(ack, start)
            if data.startswith(refusal, start):
                trouble = data[start:whole]
        elif kind == PING:
            pings.append(data[start:whole])
        elif kind != PONG:
            trouble = b"closed: " + data[start:whole]
    numbers = [int(number) for number in NUMBER.findall(data, 0, whole)]
    return Heard(numbers, sum(numbers), acks, pings, trouble, whole)


def frames(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield for each complete frame its first byte, and where its payload begins and ends."""
    place, end = 0, len(data)
    while end - place >= 2:
        size, start = data[place + 1], place + 2
        if size > 125:
            start += 2 if size == 126 else 8
            if start > end:
                return
            size = int.from_bytes(data[place + 2 : start], "big")
        if start + size > end:
            return
        yield data[place], start, start + size
        place = start + size
