"""Whatever a client sends, it gets a clear answer, and the socket lives; or WebSocket's own end."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode

from chat.answering import answer
from chat.errors import ChatError
from chat.session import ChatSession
from tests.harness.fixtures import make_person, make_place
from tests.harness.oracle import in_database
from tests.harness.servers import ServerProcess
from tests.harness.wire import ask, close_code, hear, tell, wire

pytestmark = pytest.mark.both_databases


@pytest.fixture(scope="session")
def lasting_strict(
    django_db_setup: None, valkey: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServerProcess]:
    """A server with the limits that Parley has by default."""
    folder = str(tmp_path_factory.mktemp("strict"))
    limits = {
        "CHAT_EVENTS_PER_SECOND": "10",
        "CHAT_EVENT_BURST": "30",
        "CHAT_SOCKETS_PER_USER": "10",
    }
    server = ServerProcess({"VAR_DIR": folder, **limits})
    yield server
    server.forget()


@pytest.fixture
def strict(lasting_strict: ServerProcess, transactional_db: None) -> ServerProcess:
    lasting_strict.wait_until_ready()
    return lasting_strict


ROOM = "the-room"  # stands for the slug of the test's own


def message(**data: object) -> str:
    return json.dumps({"event": "send_message", "data": data, "ref": "r"})


BAD_FRAMES = {
    "nothing": ("", "invalid_event"),
    "no JSON": ("hello", "invalid_event"),
    "half a JSON": ('{"event": "ping"', "invalid_event"),
    "more after the JSON": ('{"event": "ping"} {"event": "ping"}', "invalid_event"),
    "a number": ("42", "invalid_event"),
    "null": ("null", "invalid_event"),
    "a list": ('["ping"]', "invalid_event"),
    "no event": ('{"data": {}}', "invalid_event"),
    "an event that is a number": ('{"event": 7}', "invalid_event"),
    "an unknown event": ('{"event": "make_admin"}', "unknown_event"),
    "an event of ours for clients": ('{"event": "new_message"}', "unknown_event"),
    "a dunder name": ('{"event": "__class__"}', "unknown_event"),
    "a name of Channels": ('{"event": "websocket.close", "type": "x"}', "unknown_event"),
    "a very long event": (json.dumps({"event": "x" * 5000}), "invalid_event"),
    "data that is a list": ('{"event": "ping", "data": [1]}', "invalid_event"),
    "data that is null": ('{"event": "ping", "data": null}', "invalid_event"),
    "data that is a text": ('{"event": "ping", "data": "x"}', "invalid_event"),
    "a ref that is a number": ('{"event": "ping", "ref": 1}', "invalid_event"),
    "a ref without end": (json.dumps({"event": "ping", "ref": "r" * 65}), "invalid_event"),
    "not a number": ('{"event": "ping", "data": {"x": NaN}}', "invalid_event"),
    "infinity": ('{"event": "ping", "data": {"x": Infinity}}', "invalid_event"),
    "a number beyond all": ('{"event": "ping", "data": {"x": 1e999}}', "invalid_event"),
    "deep lists": ('{"event": "ping", "data": {"x": ' + "[" * 30000 + "]" * 30000 + "}}", ""),
    "deep objects": ('{"event":"ping","data":' + '{"x":' * 9000 + "1" + "}" * 9000 + "}", ""),
    "a deep envelope": ("[" * 60000, "invalid_event"),
    "a lone surrogate": (message(room_id=ROOM, message="@").replace("@", "\\ud800"), ""),
    "NUL in the text": (message(room_id=ROOM, message="a\0b"), "invalid_event"),
    "NUL in the room": (message(room_id="te\0a", message="x"), "invalid_event"),
    "NUL in the client id": (message(room_id=ROOM, message="x", client_id="\0"), ""),
    "no room": (message(message="x"), "invalid_event"),
    "a room that is a number": (message(room_id=1, message="x"), "invalid_event"),
    "a room that is a list": (message(room_id=["tea"], message="x"), "invalid_event"),
    "a room without a name": (message(room_id="", message="x"), "invalid_event"),
    "an unknown room": (message(room_id="../../etc", message="x"), "room_not_found"),
    "no text": (message(room_id=ROOM), "invalid_event"),
    "a text that is null": (message(room_id=ROOM, message=None), "invalid_event"),
    "a text that is an object": (message(room_id=ROOM, message={"x": "y"}), "invalid_event"),
    "an empty text": (message(room_id=ROOM, message=""), "empty_message"),
    "a blank text": (message(room_id=ROOM, message=" \n\t\u2003 "), "empty_message"),
    "a long text": (message(room_id=ROOM, message="x" * 4001), "message_too_long"),
    "a client id of blanks": (message(room_id=ROOM, message="x", client_id=" "), ""),
    "a client id without end": (message(room_id=ROOM, message="x", client_id="x" * 65), ""),
    "an answer to nothing": (message(room_id=ROOM, message="x", reply_to=2**62), ""),
    "an answer to zero": (message(room_id=ROOM, message="x", reply_to=0), "invalid_event"),
    "an answer to a huge number": (message(room_id=ROOM, message="x", reply_to=2**70), ""),
}


@pytest.mark.parametrize(("frame", "code"), BAD_FRAMES.values(), ids=BAD_FRAMES)
async def test_bad_input_is_answered_and_the_socket_lives(
    strict: ServerProcess, frame: str, code: str
) -> None:
    alice = await in_database(make_person, "alice")
    room = await in_database(make_place, alice)
    async with wire(strict, token=alice.token) as socket:
        await hear(socket, "welcome")
        await socket.send(frame.replace(ROOM, room.slug))
        error = await hear(socket, "error", "ack")
        assert (error["event"], error["data"]["code"]) == ("error", code or "invalid_event")
        assert error["data"]["message"]
        assert (await ask(socket, "ping"))["event"] == "ack"


async def test_a_binary_frame_is_answered_and_the_socket_lives(strict: ServerProcess) -> None:
    alice = await in_database(make_person, "alice")
    async with wire(strict, token=alice.token) as socket:
        await hear(socket, "welcome")
        await socket.send(b'{"event": "ping", "ref": "r"}')
        assert (await hear(socket, "error", "ack"))["data"]["code"] == "invalid_event"
        assert (await ask(socket, "ping"))["event"] == "ack"


@pytest.mark.parametrize(
    ("event", "data"),
    [
        ("join_room", {"room_id": ROOM, "after": -1, "epoch": "x"}),
        ("join_room", {"room_id": ROOM, "after": "1", "epoch": "x"}),
        ("join_room", {"room_id": ROOM, "after": 1.5, "epoch": "x"}),
        ("join_room", {"room_id": ROOM, "after": 2**63, "epoch": "x"}),
        ("join_room", {"room_id": ROOM, "after": 1, "epoch": 5}),
        ("leave_room", {}),
        ("edit_message", {"room_id": ROOM, "message_id": "1", "message": "x"}),
        ("edit_message", {"room_id": ROOM, "message_id": 2**63, "message": "x"}),
        ("edit_message", {"room_id": ROOM, "message_id": 10**9, "message": "x"}),
        ("delete_message", {"room_id": ROOM, "message_id": True}),
        ("delete_message", {"room_id": ROOM, "message_id": 10**9}),
        ("mark_read", {"room_id": ROOM, "sequence": None}),
        ("mark_read", {"room_id": ROOM, "sequence": -5}),
        ("fetch_history", {"room_id": ROOM, "before": "now"}),
        ("fetch_history", {"room_id": ROOM, "before": 9, "limit": 0}),
        ("fetch_history", {"room_id": ROOM, "before": 9, "limit": 10**6}),
        ("typing", {"room_id": ROOM, "typing": "yes"}),
        ("typing", {"room_id": ROOM, "typing": 1}),
        ("authenticate", {"token": ""}),
    ],
)
async def test_fields_of_the_wrong_kind_are_named(
    strict: ServerProcess, event: str, data: dict[str, object]
) -> None:
    alice = await in_database(make_person, "alice")
    room = await in_database(make_place, alice)
    async with wire(strict, token=alice.token) as socket:
        await hear(socket, "welcome")
        if "room_id" in data:
            data = {**data, "room_id": room.slug}
        error = await ask(socket, event, **data)
        assert (error["event"], error["data"]["code"]) == ("error", "invalid_event")
        field = error["data"].get("details", {}).get("field")
        assert field in data or not data
        assert (await ask(socket, "ping"))["event"] == "ack"


async def test_numbers_at_the_edge_of_the_database_are_taken(strict: ServerProcess) -> None:
    alice = await in_database(make_person, "alice")
    room = await in_database(make_place, alice)
    edge = 2**63 - 1
    async with wire(strict, token=alice.token) as socket:
        await hear(socket, "welcome")
        joined = await ask(socket, "join_room", room_id=room.slug, after=edge, epoch="x")
        assert joined["event"] == "ack"
        read = await ask(socket, "mark_read", room_id=room.slug, sequence=edge)
        assert read["data"]["read_sequence"] == joined["data"]["sequence"]
        page = await ask(socket, "fetch_history", room_id=room.slug, before=edge)
        assert page["event"] == "ack"


TOO_MUCH = {
    "a frame of 64 KiB and one": (Frame(Opcode.TEXT, b"x" * 65537), 1009),
    "a frame of 1 MiB and one": (Frame(Opcode.TEXT, b"x" * 1048577), 1009),
    "bytes that are no UTF-8": (Frame(Opcode.TEXT, b"\xff\xfe"), 1007),
    "a surrogate in UTF-8": (Frame(Opcode.TEXT, b"\xed\xa0\x80"), 1007),
}


@pytest.mark.parametrize(("frame", "code"), TOO_MUCH.values(), ids=TOO_MUCH)
async def test_what_websocket_forbids_is_closed_with_its_code(
    strict: ServerProcess, frame: Frame, code: int
) -> None:
    alice = await in_database(make_person, "alice")
    async with wire(strict, token=alice.token) as socket:
        await hear(socket, "welcome")
        socket.transport.write(frame.serialize(mask=True))
        assert await close_code(socket) == code


async def test_a_message_in_fragments_counts_as_a_whole(strict: ServerProcess) -> None:
    alice = await in_database(make_person, "alice")
    async with wire(strict, token=alice.token) as socket:
        await hear(socket, "welcome")
        await socket.send(['{"event": "ping",', ' "ref": "whole"}'])
        assert (await hear(socket, "ack", "error"))["ref"] == "whole"
        for _ in range(3):
            fragment = Frame(Opcode.TEXT, b"x" * 30000, fin=False)
            socket.transport.write(fragment.serialize(mask=True))
            fragment = Frame(Opcode.CONT, b"x" * 30000, fin=False)
            socket.transport.write(fragment.serialize(mask=True))
        assert await close_code(socket) in (1009, 1002)


async def test_a_flood_is_limited_with_a_hint_then_closed(strict: ServerProcess) -> None:
    alice = await in_database(make_person, "alice")
    async with wire(strict, token=alice.token) as socket:
        await hear(socket, "welcome")
        # More than a slow server lets through or forgives meanwhile.
        with contextlib.suppress(ConnectionClosed):
            for number in range(3_000):
                await tell(socket, "ping", ref=str(number))
        answers = await answers_until_closed(socket)
        assert socket.close_code == 4429
    refused = [answer for answer in answers if answer["event"] == "error"]
    assert len(answers) - len(refused) >= 30
    assert {answer["data"]["code"] for answer in refused} == {"rate_limited"}
    assert all(0 < answer["data"]["retry_after"] <= 0.1 for answer in refused)
    assert len({answer["ref"] for answer in answers}) == len(answers)


async def test_who_is_too_quick_by_less_than_a_millisecond_is_told_to_wait_for_one() -> None:
    told: list[ChatError] = []
    conduct = SimpleNamespace(wait=lambda: 0.0002, floods=lambda: False)
    session = SimpleNamespace(conduct=conduct, refuse=lambda error, ref: told.append(error))
    await answer(cast("ChatSession", session), '{"event": "ping"}')
    assert [error.retry_after for error in told] == [0.001]


async def test_malformed_frames_are_closed_after_some_strikes(strict: ServerProcess) -> None:
    alice = await in_database(make_person, "alice")
    async with wire(strict, token=alice.token) as socket:
        await hear(socket, "welcome")
        for _ in range(12):
            await socket.send("{")
        answers = await answers_until_closed(socket)
        assert socket.close_code == 4400
    assert [answer["data"]["code"] for answer in answers] == ["invalid_event"] * 11


async def answers_until_closed(socket: ClientConnection) -> list[dict[str, Any]]:
    """All acks and errors until the server closes."""
    answers = []
    with contextlib.suppress(ConnectionClosed):
        while True:
            answers.append(await hear(socket, "ack", "error"))
    return answers


async def test_one_person_has_only_so_many_sockets(strict: ServerProcess) -> None:
    alice, bob = await in_database(lambda: (make_person("alice"), make_person("bob")))
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(10):
            socket = await stack.enter_async_context(wire(strict, token=alice.token))
            await hear(socket, "welcome")
        async with wire(strict, token=alice.token) as one_too_many:
            refused = (await hear(one_too_many, "error", "welcome"))["data"]
            assert (refused["code"], refused["details"]["limit"]) == ("rate_limited", 10)
            assert await close_code(one_too_many) == 4429
        async with wire(strict, token=bob.token) as socket:
            await hear(socket, "welcome")


async def test_nobody_can_speak_as_somebody_else(strict: ServerProcess) -> None:
    alice, bob = await in_database(lambda: (make_person("alice"), make_person("bob")))
    room = await in_database(make_place, alice, bob)
    forged: dict[str, Any] = {
        "username": "bob",
        "sender": {"id": bob.user.pk, "username": "bob"},
        "user_id": bob.user.pk,
        "sequence": 1,
        "kind": "system",
        "timestamp": "2001-01-01T00:00:00Z",
        "is_staff": True,
        "type": "websocket.close",
    }
    # What is nested is refused before it is looked at, so that a forged sender is flat here.
    flat = {name: value for name, value in forged.items() if not isinstance(value, dict)}
    async with wire(strict, token=alice.token) as socket:
        await hear(socket, "welcome")
        assert (await ask(socket, "join_room", room_id=room.slug))["event"] == "ack"
        refused = await ask(socket, "send_message", room_id=room.slug, message="I am bob", **forged)
        assert refused["data"]["code"] == "invalid_event"
        await tell(socket, "send_message", room_id=room.slug, message="I am bob", **flat)
        heard = (await hear(socket, "new_message"))["data"]
    assert (heard["username"], heard["sender"]["id"]) == ("alice", alice.user.pk)
    assert (heard["kind"], heard["sequence"]) == ("text", 2)
    assert not heard["timestamp"].startswith("2001")
