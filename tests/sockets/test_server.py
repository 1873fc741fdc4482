"""Our server class, in a process of its own, seen from outside."""

import asyncio
import json
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings
from twisted.internet.abstract import FileDescriptor
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.frames import Frame, Opcode

from project.server import _scheme
from tests.harness.correspondent import PATIENCE

ROOT = Path(__file__).parents[2]


class TinyServer:
    """The process of tiny_server.py."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.lines: list[str] = []
        self.port = 0

    async def line(self) -> str:
        assert self.process.stdout
        raw = await asyncio.wait_for(self.process.stdout.readline(), PATIENCE)
        self.lines.append(raw.decode().strip())
        return self.lines[-1]

    async def listening(self) -> None:
        while not (line := await self.line()).startswith("http://"):
            assert line, f"no address in {self.lines}"
        self.port = int(line.rpartition(":")[2])

    async def exit_code(self) -> int:
        code = await asyncio.wait_for(self.process.wait(), PATIENCE)
        while await self.line():
            pass
        return code

    def ask_to_stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    def wake(self) -> None:
        """Let go on what sleeps."""
        self.process.send_signal(signal.SIGUSR1)

    def socket(self, path: str, **options: Any) -> Any:
        address = f"ws://127.0.0.1:{self.port}{path}"
        return connect(address, ping_interval=None, open_timeout=PATIENCE, **options)

    @asynccontextmanager
    async def http(self) -> AsyncIterator["Http"]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            yield Http(reader, writer)
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def get(self, path: str) -> dict[str, Any]:
        async with self.http() as connection:
            await connection.ask(path)
            return await connection.answer()

    async def until(self, condition: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Return the server's state once `condition` holds of it."""
        deadline = time.monotonic() + PATIENCE
        while not condition(state := await self.get("/state")):
            assert time.monotonic() < deadline, state
            await asyncio.sleep(0.02)
        return state


@dataclass
class Http:
    """One HTTP connection to it."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def ask(self, path: str) -> None:
        self.writer.write(f"GET {path} HTTP/1.1\r\nHost: tiny\r\n\r\n".encode())
        await self.writer.drain()

    async def answer(self) -> dict[str, Any]:
        head = (await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), PATIENCE)).lower()
        length = int(head.partition(b"content-length: ")[2].split()[0])
        body: dict[str, Any] = json.loads(await self.reader.readexactly(length))
        return body | {"head": head}

    async def rest(self) -> bytes:
        """Return what still comes until the server closes."""
        return await asyncio.wait_for(self.reader.read(), PATIENCE)


@asynccontextmanager
async def tiny_server(**environment: str) -> AsyncIterator[TinyServer]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(Path(__file__).with_name("tiny_server.py")),
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield TinyServer(process)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


@pytest.fixture
async def server() -> AsyncIterator[TinyServer]:
    async with tiny_server() as process:
        await process.listening()
        yield process


async def deaf(server: TinyServer, path: str) -> socket.socket:
    """Return a WebSocket whose client reads nothing after the handshake."""
    connection = socket.create_connection(("127.0.0.1", server.port))
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    key = "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n"
    upgrade = f"Host: tiny\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n{key}"
    connection.sendall(f"GET {path} HTTP/1.1\r\n{upgrade}\r\n".encode())
    connection.setblocking(False)
    loop = asyncio.get_running_loop()
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += await asyncio.wait_for(loop.sock_recv(connection, 1), PATIENCE)
    assert b" 101 " in head
    return connection


def frame(opcode: Opcode, payload: bytes) -> bytes:
    return Frame(opcode, payload).serialize(mask=True)


async def closed_with(client: ClientConnection) -> int | None:
    with pytest.raises(ConnectionClosed):
        await asyncio.wait_for(client.recv(), PATIENCE)
    return client.close_code


# --- Writing -------------------------------------------------------------------------------------


def test_twisted_has_the_attributes_that_direct_writing_reads() -> None:
    descriptor = FileDescriptor(reactor=object())
    assert (descriptor.dataBuffer, descriptor.offset, descriptor._tempDataLen) == (b"", 0, 0)
    assert descriptor.connected == 0


async def test_direct_writes_and_asgi_sends_arrive_in_order(server: TinyServer) -> None:
    async with server.socket("/both") as client:
        await client.send("500")
        assert [await client.recv() for _ in range(500)] == [str(n) for n in range(500)]


async def test_a_long_write_arrives_whole(server: TinyServer) -> None:
    async with server.socket("/pour", max_size=None) as client:
        await client.send("200")
        sizes = [len(await client.recv()) for _ in range(200)]
    assert sizes == [65535] * 200


async def test_frames_out_may_be_larger_than_frames_in(server: TinyServer) -> None:
    text = "é" * 32768  # 64 KiB exactly, so that the next byte would be refused
    async with server.socket("/echo", max_size=None) as client:
        await client.send(text)
        assert await client.recv() == text


async def test_frames_are_never_compressed(server: TinyServer) -> None:
    async with server.socket("/echo", compression="deflate") as client:
        assert client.response is not None
        assert "Sec-WebSocket-Extensions" not in client.response.headers


async def test_what_a_peer_does_not_read_is_counted_and_a_close_cuts_it_off(
    server: TinyServer,
) -> None:
    with await deaf(server, "/pour") as connection:
        connection.sendall(frame(Opcode.TEXT, b"400"))
        await server.until(lambda state: bool(state["buffered"] > 15_000_000))
        await server.get("/close?code=4408")
        await server.until(lambda state: not state["sockets"])
        assert (await server.get("/state"))["closing"] == [True]


async def test_a_peer_that_closes_without_reading_is_cut_off(server: TinyServer) -> None:
    with await deaf(server, "/pour") as connection:
        connection.sendall(frame(Opcode.TEXT, b"400"))
        await server.until(lambda state: bool(state["buffered"] > 15_000_000))
        connection.sendall(frame(Opcode.CLOSE, b"\x03\xe8"))
        await server.until(lambda state: not state["sockets"])


# --- Reading -------------------------------------------------------------------------------------


async def test_reading_pauses_while_the_application_is_behind(server: TinyServer) -> None:
    async with server.socket("/asleep") as client:
        received = asyncio.create_task(collect(client, 5000))
        for number in range(5000):
            await client.send(str(number))
        await server.until(lambda state: state["unread"] == 65)
        await asyncio.sleep(0.2)
        assert (await server.get("/state"))["unread"] == 65
        server.wake()
        assert await received == [str(number) for number in range(5000)]


async def collect(client: ClientConnection, count: int) -> list[str | bytes]:
    return [await asyncio.wait_for(client.recv(), PATIENCE) for _ in range(count)]


@pytest.mark.parametrize(
    ("message", "code"),
    [(frame(Opcode.TEXT, b"a" * 65537), 1009), (frame(Opcode.TEXT, b"\xed\xa0\x80"), 1007)],
    ids=["too large", "a lone surrogate"],
)
async def test_frames_that_websocket_forbids_are_closed_with_its_code(
    server: TinyServer, message: bytes, code: int
) -> None:
    async with server.socket("/echo") as client:
        client.transport.write(message)
        assert await closed_with(client) == code


@pytest.mark.parametrize("code", [1000, 1012, 4401])
async def test_the_application_may_close_with_any_code(server: TinyServer, code: int) -> None:
    async with server.socket("/close") as client:
        await client.send(str(code))
        assert await closed_with(client) == code


async def test_who_answers_pings_stays_and_who_does_not_is_cut_off() -> None:
    async with tiny_server(PING_INTERVAL="0.1", PING_TIMEOUT="6") as server:
        await server.listening()
        async with server.socket("/echo") as client:
            with await deaf(server, "/echo"):
                await server.until(lambda state: state["sockets"] == 2)
                await server.until(lambda state: state["sockets"] == 1)
            await client.send("still here")
            assert await client.recv() == "still here"


@pytest.mark.parametrize(("proxies", "scheme"), [(0, "ws"), (1, "wss")])
def test_only_a_trusted_proxy_can_say_that_the_browser_came_by_https(
    settings: Settings, proxies: int, scheme: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    assert _scheme([(b"x-forwarded-proto", b"https")]) == scheme


async def test_nobody_is_pinged_again_before_the_answer_or_the_cut() -> None:
    """The deadline of the first ping would stand, though the second was answered."""
    async with tiny_server(PING_INTERVAL="0.1", PING_TIMEOUT="3") as server:
        await server.listening()
        with await deaf(server, "/echo") as connection:
            read = b""
            with suppress(ConnectionResetError):
                while data := await asyncio.wait_for(
                    asyncio.get_running_loop().sock_recv(connection, 4096), PATIENCE
                ):
                    read += data
    assert (read[:2], len(read)) == (b"\x89\x0c", 2 + 12)


# --- Faults --------------------------------------------------------------------------------------


async def test_an_application_that_fails_mid_response_harms_only_its_connection(
    server: TinyServer,
) -> None:
    async with server.http() as connection:
        await connection.ask("/half")
        with pytest.raises(ConnectionResetError):
            await connection.rest()
    # What is over goes on being taken out of the books: only the asking connection is left.
    await server.until(lambda state: state["connections"] == 1)


async def test_a_handshake_that_is_no_websocket_is_refused_and_forgotten(
    server: TinyServer,
) -> None:
    async with server.http() as connection:
        connection.writer.write(b"GET /echo HTTP/1.1\r\nHost: tiny\r\nUpgrade: websocket\r\n\r\n")
        assert b" 400 " in await connection.rest()
    await server.until(lambda state: state["connections"] == 1)


async def test_every_connection_is_counted_until_it_ends_however_it_ends(
    server: TinyServer,
) -> None:
    async with server.http() as idle, server.socket("/echo") as one, server.socket("/echo") as two:
        await idle.ask("/state")
        await idle.answer()
        one.transport.abort()
        await two.close()
        async with server.http() as refused:
            refused.writer.write(b"GET /echo HTTP/1.1\r\nHost: tiny\r\nUpgrade: websocket\r\n\r\n")
            await refused.rest()
        await server.until(lambda state: state["tally"] == 2)
    await server.until(lambda state: state["tally"] == 1)


async def test_a_port_that_is_taken_is_said_clearly() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        async with tiny_server(PORT=port) as server:
            assert await server.exit_code() == 1
    assert f"Cannot listen on 127.0.0.1:{port}: Address already in use" in server.lines
    assert "parts stopped" in server.lines


# --- The end -------------------------------------------------------------------------------------


async def test_sigterm_tells_the_parts_then_closes_sockets_with_1012(server: TinyServer) -> None:
    async with AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(server.socket("/echo")) for _ in range(20)]
        server.ask_to_stop()
        assert {await closed_with(client) for client in clients} == {1012}
    assert await server.exit_code() == 0
    assert server.lines[-4:] == ["parts stop accepting", "parts stopped", "done", ""]


async def test_sigterm_lets_a_request_finish_and_closes_idle_connections(
    server: TinyServer,
) -> None:
    async with server.http() as idle, server.http() as busy, server.http() as half:
        await idle.ask("/state")
        await idle.answer()
        await busy.ask("/sleep")
        half.writer.write(b"GET /state HTTP/1.1\r\nHo")
        await server.until(lambda state: bool(state["asleep"]))
        server.ask_to_stop()
        assert await idle.rest() == b""
        assert await half.rest() == b""
        server.wake()
        assert b"connection: close" in (await busy.answer())["head"]
        assert await busy.rest() == b""
    assert await server.exit_code() == 0


async def test_sigterm_during_a_handshake_refuses_it(server: TinyServer) -> None:
    opening = asyncio.create_task(server.socket("/undecided").__aenter__())
    await server.until(lambda state: state["sockets"] == 1)
    server.ask_to_stop()
    with pytest.raises(InvalidStatus) as refused:
        await asyncio.wait_for(opening, PATIENCE)
    assert refused.value.response.status_code == 503
    assert await server.exit_code() == 0


async def test_nothing_new_is_let_in_after_sigterm(server: TinyServer) -> None:
    async with server.http() as busy:
        await busy.ask("/sleep")
        await server.until(lambda state: bool(state["asleep"]))
        server.ask_to_stop()
        assert await server.line() == "parts stop accepting"
        with pytest.raises(ConnectionRefusedError):
            await server.get("/state")
        server.wake()
        await busy.answer()
    assert await server.exit_code() == 0


async def test_what_does_not_finish_is_cut_when_the_time_is_over() -> None:
    async with tiny_server(DRAIN_SECONDS="0.5") as server:
        await server.listening()
        async with server.http() as stuck:
            await stuck.ask("/sleep")
            await server.until(lambda state: bool(state["asleep"]))
            server.ask_to_stop()
            assert await server.exit_code() == 1
        assert "parts stopped" in server.lines


async def test_a_second_sigterm_ends_at_once(server: TinyServer) -> None:
    async with server.http() as stuck:
        await stuck.ask("/sleep")
        await server.until(lambda state: bool(state["asleep"]))
        server.ask_to_stop()
        assert await server.line() == "parts stop accepting"
        server.ask_to_stop()
        assert await server.exit_code() == 1
