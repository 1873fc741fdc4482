"""Bodies of requests over real sockets: read in pieces, and refused cleanly when too large."""

import asyncio
import json
from http.client import HTTPConnection, HTTPResponse
from typing import Any

import pytest

from tests.drawing import opened, picture
from tests.harness.client import living
from tests.harness.correspondent import PATIENCE
from tests.harness.fixtures import make_person, make_place
from tests.harness.oracle import assert_promises_kept, in_database
from tests.harness.pages import cookie_of
from tests.harness.servers import ServerProcess

from .test_server import TinyServer, server, tiny_server

__all__ = ["server"]

FORM = "multipart/form-data; boundary=x"


async def post(port: int, body: bytes, *, chunked: bool = False) -> tuple[int, dict[str, Any]]:
    def ask() -> tuple[int, dict[str, Any]]:
        connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        headers = {"Content-Type": FORM}
        parts = iter([body[:5000], body[5000:]]) if chunked else body
        connection.request("POST", "/body", parts, headers, encode_chunked=chunked)
        answer = connection.getresponse()
        told = json.loads(answer.read())
        # The connection goes on being used.
        connection.request("GET", "/state")
        assert connection.getresponse().status == 200
        connection.close()
        return answer.status, told

    return await asyncio.to_thread(ask)


@pytest.mark.parametrize("size", [0, 1, 65535, 65536, 65537, 1_000_000])
@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_comes_whole_and_in_pieces(
    server: TinyServer, size: int, chunked: bool
) -> None:
    status, told = await post(server.port, bytes([1]) * size, chunked=chunked)
    assert status == 200
    assert (told["length"], told["sum"], told["pieces"]) == (size, size, size // 65536 + 1)


@pytest.mark.parametrize("size", [1_000_001, 8_000_000])
@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_that_is_too_large_is_refused_and_the_connection_lives(
    server: TinyServer, size: int, chunked: bool
) -> None:
    status, told = await post(server.port, bytes(size), chunked=chunked)
    assert (status, told["error"]) == (413, "too_large")


async def test_who_sends_without_end_is_cut() -> None:
    async with tiny_server(BODY_LIMIT="1000") as process:
        await process.listening()
        _, writer = await asyncio.open_connection("127.0.0.1", process.port)
        head = "POST /body HTTP/1.1\r\nHost: tiny\r\nContent-Length: 999999999\r\n\r\n"
        writer.write(head.encode())

        async def pour() -> None:
            while True:
                writer.write(bytes(5000))
                await writer.drain()

        with pytest.raises(ConnectionError):
            await asyncio.wait_for(pour(), PATIENCE)
        writer.close()
        assert "connections" in await process.get("/state")


# The whole service


class Visitor:
    """Somebody's browser on one of the servers: forms of several parts, and files."""

    def __init__(self, server: ServerProcess, session: str) -> None:
        self._address = server.address
        self._cookies = f"sessionid={session}; csrftoken={'c' * 32}"

    async def put_in(self, path: str, name: str, content: bytes) -> tuple[HTTPResponse, bytes]:
        head = f'Content-Disposition: form-data; name="file"; filename="{name}"'
        body = b"--x\r\n%b\r\n\r\n%b\r\n--x--\r\n" % (head.encode(), content)
        headers = {"Content-Type": FORM, "X-CSRFToken": "c" * 32}
        return await asyncio.to_thread(self._ask, "POST", path, body, headers)

    async def get(self, path: str) -> tuple[HTTPResponse, bytes]:
        return await asyncio.to_thread(self._ask, "GET", path, b"", {})

    def _ask(
        self, method: str, path: str, body: bytes, headers: dict[str, str]
    ) -> tuple[HTTPResponse, bytes]:
        connection = HTTPConnection(self._address, timeout=PATIENCE)
        try:
            connection.request(method, path, body, {**headers, "Cookie": self._cookies})
            answer = connection.getresponse()
            return answer, answer.read()
        finally:
            connection.close()


async def test_a_file_put_in_on_one_server_is_told_and_had_on_the_other(
    pair: list[ServerProcess],
) -> None:
    alice, bob, carol = await in_database(lambda: [make_person() for _ in range(3)])
    room = await in_database(make_place, alice, bob)
    sessions = await in_database(lambda: [cookie_of(person) for person in (alice, bob, carol)])
    where = f"/rooms/{room.slug}/files/"
    large = picture("PNG", (2000, 1000))
    answer, body = await Visitor(pair[0], sessions[0]).put_in(where, "cat.png", large)
    assert answer.status == 201, body
    kept = json.loads(body)
    clients = alice.client(pair[0], rooms=(room.slug,)), bob.client(pair[1], rooms=(room.slug,))
    async with living(clients) as (speaker, listener):
        said = await speaker.ask(
            "send_message", room_id=room.slug, message="", attachments=[kept["attachment_id"]]
        )
        await listener.stands_at(room.slug, said["sequence"])
        shown = listener.timelines[room.slug].shown[said["sequence"]]
        await in_database(assert_promises_kept, room.slug, [speaker, listener])
    assert shown["attachments"] == [kept]
    for url, size in ((kept["url"], (2000, 1000)), (kept["preview"], (640, 320))):
        answer, body = await Visitor(pair[1], sessions[1]).get(url)
        assert (answer.status, opened(body).size) == (200, size)
        assert answer.headers["Content-Length"] == str(len(body))
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        answer, _ = await Visitor(pair[1], sessions[2]).get(url)
        assert answer.status == 404


async def test_a_long_file_comes_whole(pair: list[ServerProcess]) -> None:
    alice = await in_database(make_person)
    room = await in_database(make_place, alice)
    visitor = Visitor(pair[0], await in_database(cookie_of, alice))
    content = b"".join(b"%d\n" % number for number in range(500_000))
    answer, body = await visitor.put_in(f"/rooms/{room.slug}/files/", "long.txt", content)
    assert answer.status == 201
    answer, got = await visitor.get(json.loads(body)["url"])
    assert got == content


async def test_what_is_too_large_is_refused_in_the_one_shape(pair: list[ServerProcess]) -> None:
    alice = await in_database(make_person)
    room = await in_database(make_place, alice)
    visitor = Visitor(pair[0], await in_database(cookie_of, alice))
    for size, code in ((10 * 1024 * 1024 + 1, "file_too_large"), (40_000_000, "too_large")):
        answer, body = await visitor.put_in(f"/rooms/{room.slug}/files/", "a.txt", b"a" * size)
        assert (answer.status, json.loads(body)["error"]) == (413, code)
        assert json.loads(body)["message"]
