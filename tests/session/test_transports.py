"""What carries frames out: sends never wait, and a reader who leaves too much lying is cut."""

import asyncio
from typing import Any

import pytest

from chat.protocol.codec import Delivery, websocket_frame
from chat.stats import stats
from chat.transports import AsgiTransport, DirectTransport, transport_for
from tests.harness.correspondent import PATIENCE

from .house import until


class Extension:
    """The server's end of a direct transport."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.unread = 0
        self.closing = False
        self.code: int | None = None

    def write(self, data: bytes) -> None:
        if not self.closing:
            self.written.append(data)

    def buffered(self) -> int:
        return self.unread

    def close(self, code: int) -> None:
        self.closing = True
        self.code = code


class Server:
    """An ASGI server's send, whose reader can stop reading or go away."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.reading = asyncio.Event()
        self.reading.set()
        self.gone = False

    async def send(self, message: dict[str, Any]) -> None:
        await self.reading.wait()
        if self.gone:
            raise OSError("the connection is gone")
        self.messages.append(message)

    @property
    def texts(self) -> list[str]:
        return [message["text"] for message in self.messages if "text" in message]


@pytest.fixture(autouse=True)
def small_buffer(settings: Any) -> None:
    settings.CHAT_SEND_BUFFER = 1000


def test_the_best_transport_that_the_server_offers_is_taken() -> None:
    server = Server()
    assert isinstance(transport_for({"extensions": {}}, server.send), AsgiTransport)
    assert isinstance(transport_for({}, server.send), AsgiTransport)
    scope = {"extensions": {"parley.transport": Extension()}}
    assert isinstance(transport_for(scope, server.send), DirectTransport)


# Direct


def test_direct_frames_are_complete_and_leave_in_one_write() -> None:
    extension = Extension()
    transport = DirectTransport(extension)
    transport.send(b"a")
    transport.deliver(Delivery((b"b", b"c" * 200)))
    assert extension.written == [
        websocket_frame(b"a"),
        websocket_frame(b"b") + websocket_frame(b"c" * 200),
    ]


def test_a_slow_reader_of_direct_frames_is_cut_once() -> None:
    extension = Extension()
    transport = DirectTransport(extension)
    before = stats.cut_readers
    extension.unread = 1000
    transport.send(b"still within")
    extension.unread = 1001
    for _ in range(3):
        transport.send(b"too much")
    assert len(extension.written) == 1
    assert extension.code == 4408
    assert stats.cut_readers == before + 1


async def test_direct_frames_are_drained_when_the_kernel_has_them() -> None:
    extension = Extension()
    transport = DirectTransport(extension)
    extension.unread = 1
    waiting = asyncio.create_task(transport.drained())
    await asyncio.sleep(0.03)
    assert not waiting.done()
    extension.unread = 0
    await asyncio.wait_for(waiting, PATIENCE)


async def test_nobody_waits_for_a_direct_socket_that_closes() -> None:
    extension = Extension()
    transport = DirectTransport(extension)
    extension.unread = 1
    transport.close(1012)
    assert extension.code == 1012
    await asyncio.wait_for(transport.drained(), PATIENCE)


# Through any ASGI server


async def test_frames_leave_in_order_as_text() -> None:
    server = Server()
    transport = AsgiTransport(server.send)
    transport.send(b"a")
    transport.deliver(Delivery((b"b", "é😀".encode())))
    transport.send(b"d")
    await transport.drained()
    assert server.messages[0] == {"type": "websocket.send", "text": "a"}
    assert server.texts == ["a", "b", "é😀", "d"]


async def test_a_reader_who_takes_everything_is_never_cut_whatever_is_said() -> None:
    """The buffer counts bytes both ways: with characters it would fill without a cause."""
    server = Server()
    transport = AsgiTransport(server.send)
    for _ in range(100):
        transport.send(("😀" * 50).encode())
        await transport.drained()
    assert len(server.texts) == 100


async def test_a_slow_reader_is_cut_once_and_holds_no_memory() -> None:
    server = Server()
    server.reading.clear()
    transport = AsgiTransport(server.send)
    before = stats.cut_readers
    transport.send(b"on its way")
    await asyncio.sleep(0)
    for _ in range(100):
        transport.send(b"x" * 100)
    assert stats.cut_readers == before + 1
    assert len(transport._queue) == 1  # the close
    server.reading.set()
    await transport.drained()
    assert server.messages[-1] == {"type": "websocket.close", "code": 4408}
    assert server.texts == ["on its way"]


async def test_a_slow_reader_who_catches_up_in_time_is_not_cut() -> None:
    server = Server()
    transport = AsgiTransport(server.send)
    for _ in range(5):
        server.reading.clear()
        for _ in range(9):
            transport.send(b"x" * 100)
        server.reading.set()
        await transport.drained()
    assert len(server.texts) == 45


async def test_nothing_follows_a_close() -> None:
    server = Server()
    transport = AsgiTransport(server.send)
    transport.send(b"last words")
    transport.close(4401)
    transport.send(b"too late")
    transport.close(1012)
    await transport.drained()
    assert [message["type"] for message in server.messages] == ["websocket.send", "websocket.close"]
    assert server.messages[-1]["code"] == 4401


async def test_a_connection_that_is_gone_is_no_error_and_holds_nothing() -> None:
    server = Server()
    server.gone = True
    transport = AsgiTransport(server.send)
    for _ in range(3):
        transport.send(b"anybody there?")
    await asyncio.wait_for(transport.drained(), PATIENCE)
    assert not transport._queue
    transport.send(b"nobody")
    transport.close(1012)
    await asyncio.wait_for(transport.drained(), PATIENCE)
    assert not transport._queue
    assert server.messages == []


async def test_sending_does_not_wait() -> None:
    server = Server()
    server.reading.clear()
    transport = AsgiTransport(server.send)
    transport.send(b"a")
    waiting = asyncio.create_task(transport.drained())
    await asyncio.sleep(0.03)
    assert not waiting.done()
    server.reading.set()
    await until(waiting.done)
    assert server.texts == ["a"]
