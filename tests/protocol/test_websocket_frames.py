"""Our framing against the parser of the `websockets` library."""

from collections.abc import Generator, Sequence
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode
from websockets.streams import StreamReader

from chat.protocol.codec import Delivery, websocket_frame

T = TypeVar("T")


def parsed(wire: bytes) -> list[Frame]:
    """The frames in `wire`, as a client reads them."""
    reader = StreamReader()
    reader.feed_data(wire)
    reader.feed_eof()
    frames = []
    while not _finished(reader.at_eof()):
        frames.append(_finished(Frame.parse(reader.read_exact, mask=False)))
    return frames


def _finished(steps: Generator[None, None, T]) -> T:
    try:
        next(steps)
    except StopIteration as stop:
        finished: T = stop.value
        return finished
    raise AssertionError("half a frame")


def as_frames(payloads: Sequence[bytes]) -> list[Frame]:
    return [Frame(Opcode.TEXT, payload, fin=True) for payload in payloads]


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65535, 65536, 65537, 200_000])
def test_a_frame_of_any_length_is_what_clients_expect(size: int) -> None:
    payload = b"x" * size
    assert parsed(websocket_frame(payload)) == as_frames([payload])


@given(st.lists(st.binary(max_size=300), max_size=10))
def test_a_delivery_is_its_payloads_one_frame_each(payloads: list[bytes]) -> None:
    delivery = Delivery(payloads)
    assert list(delivery.payloads) == payloads
    assert parsed(delivery.websocket) == as_frames(payloads)


def test_a_delivery_is_framed_once() -> None:
    delivery = Delivery([b"a", b"b"])
    assert delivery.websocket is delivery.websocket
