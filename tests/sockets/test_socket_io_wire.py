"""The Socket.IO door against what its clients never do, and what they do not show."""

from __future__ import annotations

import asyncio
import json

import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from tests.harness.correspondent import PATIENCE
from tests.harness.engine_io import engine_socket, poller
from tests.harness.fixtures import Serve, make_person, make_place
from tests.harness.oracle import in_database
from tests.harness.servers import ServerProcess
from tests.harness.wire import StalledReader, ask, close_code, hear, wire

SOCKET_IO = "/socket.io/?EIO=4&transport=websocket"

DEEP = "[" * 60_000
UNSOUND = {
    "nothing": "",
    "a letter": "x",
    "an open packet": "0{}",
    "a ping": "2",
    "a probe too late": "2probe",
    "an upgrade too late": "5",
    "a noop": "6",
    "a deep pong": "3" + DEEP,
    "a deep message": "4" + DEEP,
    "a message that is no packet": "4x",
    "another digit": "4٣",
}


@pytest.mark.parametrize("packet", UNSOUND.values(), ids=UNSOUND)
async def test_what_is_no_packet_closes_the_connection_and_harms_nobody(
    pair: list[ServerProcess], packet: str
) -> None:
    said = len(pair[0].lines)
    async with engine_socket(pair[0]) as socket:
        await socket.recv()
        await socket.send(packet)
        await close_code(socket)
    async with poller(pair[0]) as client:
        await client.begin()
        assert (await client.post("3", packet)).status_code == 400
        assert (await client.get()).status_code == 400
    assert not [line for line in pair[0].lines[said:] if "Traceback" in line]


async def test_deep_and_odd_packets_are_refused_and_the_session_lives(
    pair: list[ServerProcess],
) -> None:
    alice = await in_database(make_person, "alice")
    async with engine_socket(pair[0]) as socket:
        await socket.recv()
        await socket.send("40/chat," + json.dumps({"token": alice.token}))
        await until(socket, "42/chat,")
        for odd in ("42/chat,7" + DEEP, '42/chat,7["ping",' + DEEP, "42/chat,7[]", "42/chat,7"):
            await socket.send(odd)
            answer = json.loads((await until(socket, "43/chat,7"))[len("43/chat,7") :])
            assert answer[0]["error"]["code"] == "invalid_event"
        # Answers to nothing, other namespaces, binary data that nobody announced.
        strays: list[str | bytes] = ["43/chat,7[]", '42/other,["ping"]', "44", b"binary", "41/no,"]
        for stray in strays:
            await socket.send(stray)
        await socket.send('42/chat,8["ping"]')
        assert await until(socket, "43/chat,8") == "43/chat,8[{}]"


async def until(socket: ClientConnection, beginning: str) -> str:
    async with asyncio.timeout(PATIENCE):
        while True:
            packet = str(await socket.recv())
            if packet.startswith(beginning):
                return packet


async def test_who_sends_packets_that_nobody_takes_is_closed_in_the_end(
    pair: list[ServerProcess],
) -> None:
    async with engine_socket(pair[0]) as socket:
        await socket.recv()
        for _ in range(40):
            await socket.send('42/chat,["ping"]')
        assert await close_code(socket) == 4400


async def test_a_namespace_that_does_not_exist_says_so(pair: list[ServerProcess]) -> None:
    async with poller(pair[0]) as client:
        await client.begin()
        refused = await client.ask_for("44/admin,", "40/admin,")
        refusal = json.loads(refused[len("44/admin,") :])
    assert refusal["data"]["error"]["code"] == "not_allowed"


@pytest.mark.parametrize(
    ("method", "more", "headers", "status"),
    [
        ("GET", "&j=0", {}, 400),
        ("PUT", "", {}, 405),
        ("GET", "&sid=unknown", {}, 400),
        ("POST", "&sid=unknown", {}, 400),
        ("POST", "", {}, 400),
        ("GET", "", {"Origin": "http://evil.example"}, 403),
        ("OPTIONS", "", {"Origin": "http://evil.example"}, 403),
    ],
)
async def test_requests_that_are_not_for_this_door_are_refused(
    pair: list[ServerProcess], method: str, more: str, headers: dict[str, str], status: int
) -> None:
    async with poller(pair[0]) as client:
        answer = await client.ask(method, more, **headers)
    assert answer.status_code == status
    assert "access-control-allow-origin" not in answer.headers
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_body_that_is_too_long_is_not_read(pair: list[ServerProcess]) -> None:
    async with poller(pair[0]) as client:
        await client.begin()
        assert (await client.post("4" + "2" * 70_000)).status_code == 413


async def test_two_polls_at_once_end_the_connection(pair: list[ServerProcess]) -> None:
    async with poller(pair[0]) as client:
        await client.begin()
        first, second = await asyncio.gather(client.get(), client.get())
        assert sorted([first.status_code, second.status_code]) == [200, 400]
        assert (await client.get()).status_code == 400


async def test_who_does_not_log_in_is_closed_in_time(serve: Serve) -> None:
    server = serve(CHAT_AUTHENTICATE_TIMEOUT="4")  # in which each of them comes
    await server.ready()

    async def by_websocket() -> None:
        async with engine_socket(server) as socket:
            assert await close_code(socket) == 4401

    async def by_polling() -> None:
        async with poller(server) as client:
            await client.begin()
            assert (await client.get()).text == "1"

    async def changing_over_and_never_there() -> None:
        async with poller(server) as client:
            await client.begin()
            async with engine_socket(server, client.sid) as socket:
                assert await close_code(socket) is not None

    await asyncio.gather(by_websocket(), by_polling(), changing_over_and_never_there())


async def test_a_closed_tab_that_was_polling_has_left(
    pair: list[ServerProcess], serve: Serve
) -> None:
    server = serve(CHAT_PING_INTERVAL="3600")  # nobody asks whether it is still there
    await server.ready()
    alice, bob = await in_database(lambda: (make_person("alice"), make_person("bob")))
    room = await in_database(make_place, alice, bob)
    async with wire(pair[1], token=bob.token) as native:
        await ask(native, "join_room", room_id=room.slug)
        async with poller(server) as client:
            await client.log_in(alice.token)
            await client.join(room.slug)
            (await client.begin_to_wait()).close()
            left = await hear(native, "user_left")
    assert left["data"]["username"] == "alice"


SMALL = {"CHAT_TEXT_LIMIT": "20000", "CHAT_SEND_BUFFER": str(128 * 1024)}


async def test_who_does_not_take_what_is_sent_is_cut_and_the_others_are_not(serve: Serve) -> None:
    server = serve(**SMALL)
    await server.ready()
    alice, bob = await in_database(lambda: (make_person("alice"), make_person("bob")))
    room = await in_database(make_place, alice, bob)
    async with poller(server) as lazy, wire(server, token=bob.token) as native:
        await ask(native, "join_room", room_id=room.slug)
        await lazy.log_in(alice.token)
        await lazy.join(room.slug)
        for _ in range(12):
            await ask(native, "send_message", room_id=room.slug, message="x" * 20_000)
        assert (await asyncio.to_thread(server.inside))["cut_readers"] == 1
        assert (await lazy.get()).status_code == 400
        assert (await ask(native, "ping"))["event"] == "ack"


async def test_a_socket_that_reads_nothing_is_cut(serve: Serve) -> None:
    server = serve(**SMALL)
    await server.ready()
    alice, bob = await in_database(lambda: (make_person("alice"), make_person("bob")))
    room = await in_database(make_place, alice, bob)
    lazy = await asyncio.to_thread(StalledReader, server, alice.token, path=SOCKET_IO)
    lazy.send(b"40/chat,")
    lazy.send(f'42/chat,1["join_room",{{"room_id":"{room.slug}"}}]'.encode())
    async with wire(server, token=bob.token) as native:
        await ask(native, "join_room", room_id=room.slug)
        sent = 0
        while not (await asyncio.to_thread(server.inside))["cut_readers"]:
            await ask(native, "send_message", room_id=room.slug, message="x" * 20_000)
            sent += 1
            assert sent < 1_000, "nobody was cut"
    lazy.close()


async def test_who_floods_is_told_then_disconnected(serve: Serve) -> None:
    server = serve(CHAT_EVENTS_PER_SECOND="1", CHAT_EVENT_BURST="5")
    await server.ready()
    alice = await in_database(make_person, "alice")
    async with engine_socket(server) as socket:
        await socket.recv()
        await socket.send("40/chat," + json.dumps({"token": alice.token}))
        # More than a slow server lets through or forgives meanwhile.
        for _ in range(200):
            await socket.send('42/chat,["ping"]')
        assert '"rate_limited"' in await until(socket, '42/chat,["error"')
        await until(socket, "41/chat,")


async def test_too_many_sockets_of_one_person_are_refused_with_the_limit(serve: Serve) -> None:
    server = serve(CHAT_SOCKETS_PER_USER="1")
    await server.ready()
    alice = await in_database(make_person, "alice")
    async with wire(server, token=alice.token) as native, poller(server) as client:
        await hear(native, "welcome")
        await client.begin()
        login = "40/chat," + json.dumps({"token": alice.token})
        refused = await client.ask_for("44/chat,", login)
        refusal = json.loads(refused[len("44/chat,") :])
    assert refusal["data"]["error"] == {
        "code": "rate_limited",
        "message": refusal["message"],
        "details": {"limit": 1},
    }


async def test_at_the_end_connections_break_so_that_clients_come_back(serve: Serve) -> None:
    server = serve()
    await server.ready()
    alice = await in_database(make_person, "alice")
    async with engine_socket(server) as socket, poller(server) as client:
        await socket.recv()
        await socket.send("40/chat," + json.dumps({"token": alice.token}))
        await until(socket, "42/chat,")
        await client.log_in(alice.token)
        poll = await client.begin_to_wait()
        await socket.send('42/chat,1["ping"]')
        await until(socket, "43/chat,1")
        server.ask_to_stop()
        # The clients do not come back by themselves from a namespace that was closed.
        heard = []
        try:
            while True:
                heard.append(await socket.recv())
        except ConnectionClosed:
            assert socket.close_code == 1012
        assert not [packet for packet in heard if str(packet).startswith("41")]
        assert (await asyncio.to_thread(poll.getresponse)).read() == b"1"
        assert await server.exit_code() == 0


async def test_who_connects_again_and_again_on_one_connection_is_closed(
    pair: list[ServerProcess],
) -> None:
    alice = await in_database(make_person, "alice")
    async with engine_socket(pair[0]) as socket:
        await socket.recv()
        for _ in range(40):
            await socket.send("40/chat," + json.dumps({"token": alice.token}))
            await socket.send("41/chat,")
        assert await close_code(socket) == 4400
