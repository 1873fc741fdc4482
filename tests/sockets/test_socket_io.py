"""The door for Socket.IO, with the official Python client, by both of its transports."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from socketio import packet

from accounts.actions.access import deactivate
from accounts.actions.tokens import revoke_token
from tests.harness.engine_io import poller
from tests.harness.fixtures import Person, Serve, make_person, make_place
from tests.harness.oracle import in_database
from tests.harness.pages import cookie_of
from tests.harness.servers import ServerProcess
from tests.harness.socketio_client import Refused, SocketIOClient, socket_io
from tests.harness.wire import ask, hear, tell, wire

TRANSPORTS = ["polling", "websocket", "upgrade"]
every_transport = pytest.mark.parametrize("transport", TRANSPORTS)


def bearer(person: Person) -> dict[str, str]:
    return {"Authorization": f"Bearer {person.token}"}


@every_transport
async def test_a_token_in_auth_logs_in_and_one_event_greets(
    pair: list[ServerProcess], transport: str
) -> None:
    alice = await in_database(make_person, "alice")
    async with socket_io(pair[0], transport, auth={"token": alice.token}) as client:
        welcome = await client.hear("connect_response")
        assert welcome["user"]["username"] == "alice"
        assert await client.ask("ping") == {}
        assert await client.hear("pong") == {}
        assert client.heard.empty()


@every_transport
async def test_a_cookie_logs_in_from_our_own_pages(
    pair: list[ServerProcess], transport: str
) -> None:
    alice = await in_database(make_person, "alice")
    headers = await ours(pair[0], alice)
    async with socket_io(pair[0], transport, headers=headers) as client:
        assert (await client.hear("connect_response"))["user"]["username"] == "alice"


async def ours(server: ServerProcess, person: Person) -> dict[str, str]:
    """What a page of ours sends along."""
    cookie = await in_database(cookie_of, person)
    return {"Cookie": f"sessionid={cookie}", "Origin": f"http://{server.address}"}


@every_transport
async def test_a_token_in_the_header_logs_in(pair: list[ServerProcess], transport: str) -> None:
    alice = await in_database(make_person, "alice")
    async with socket_io(pair[0], transport, headers=bearer(alice)) as client:
        assert (await client.hear("connect_response"))["user"]["username"] == "alice"


@every_transport
async def test_without_an_origin_the_cookie_is_not_read(
    pair: list[ServerProcess], transport: str
) -> None:
    alice = await in_database(make_person, "alice")
    headers = {"Cookie": (await ours(pair[0], alice))["Cookie"]}
    with pytest.raises(Refused) as refused:
        async with socket_io(pair[0], transport, headers=headers):
            pass
    assert refused.value.told == REFUSAL


REFUSAL = {
    "message": "Log in first.",
    "data": {"error": {"code": "unauthenticated", "message": "Log in first."}},
}
FOREIGN = ["http://evil.example", "null", "http://127.0.0.1:1"]


@pytest.mark.parametrize("origin", FOREIGN)
@every_transport
async def test_pages_of_others_are_not_even_answered(
    pair: list[ServerProcess], transport: str, origin: str
) -> None:
    alice = await in_database(make_person, "alice")
    headers = {**await ours(pair[0], alice), "Origin": origin}
    with pytest.raises(Refused):
        async with socket_io(pair[0], transport, headers=headers, auth={"token": alice.token}):
            pass


async def test_a_trusted_origin_is_as_good_as_ours_and_its_pages_may_read_polls(
    serve: Serve,
) -> None:
    trusted = "https://chat.example.org"
    server = serve(CHAT_TRUSTED_ORIGINS=trusted)
    await server.ready()
    alice = await in_database(make_person, "alice")
    headers = {**await ours(server, alice), "Origin": trusted}
    async with socket_io(server, "polling", headers=headers) as client:
        await client.hear("connect_response")
    async with poller(server) as polling:
        for method in ("GET", "OPTIONS"):
            answer = await polling.ask(method, Origin=trusted)
            assert answer.headers["access-control-allow-origin"] == trusted
            assert answer.headers["access-control-allow-credentials"] == "true"


BAD_CREDENTIALS: dict[str, Any] = {
    "none": None,
    "an invented token": {"token": "parley_" + "0" * 64},
    "no text": {"token": 5},
    "too long": {"token": "x" * 600},
    "no object": ["token"],
}


@pytest.mark.parametrize("auth", BAD_CREDENTIALS.values(), ids=BAD_CREDENTIALS)
@pytest.mark.parametrize("transport", ["polling", "websocket"])
@pytest.mark.parametrize("namespace", ["/", "/chat"])
async def test_every_refused_login_hears_the_same(
    pair: list[ServerProcess], transport: str, auth: Any, namespace: str
) -> None:
    with pytest.raises(Refused) as refused:
        async with socket_io(pair[0], transport, auth=auth, namespace=namespace):
            pass
    assert refused.value.told == REFUSAL


async def test_a_bad_token_is_not_made_good_by_a_cookie(pair: list[ServerProcess]) -> None:
    alice = await in_database(make_person, "alice")
    headers = await ours(pair[0], alice)
    with pytest.raises(Refused):
        async with socket_io(pair[0], headers=headers, auth={"token": "nothing"}):
            pass


@every_transport
async def test_what_is_said_here_is_heard_on_the_other_door_and_process_and_back(
    pair: list[ServerProcess], transport: str
) -> None:
    alice, bob = await in_database(lambda: (make_person("alice"), make_person("bob")))
    room = await in_database(make_place, alice, bob)
    async with (
        socket_io(pair[0], transport, headers=bearer(alice)) as client,
        wire(pair[1], token=bob.token) as native,
    ):
        joined = await client.ask("join_room", room_id=room.slug)
        history = await client.hear("room_history")
        assert joined == {"room_id": room.slug, "sequence": history["sequence"]}
        await ask(native, "join_room", room_id=room.slug)

        stored = await client.ask("send_message", room_id=room.slug, message="Hallo, „Welt“")
        own = await client.hear("new_message")
        assert own["message_id"] == stored["message_id"]
        assert (await hear(native, "new_message"))["data"] == own

        await ask(native, "send_message", room_id=room.slug, message="and back")
        assert (await client.hear("new_message"))["message"] == "and back"


@every_transport
async def test_a_refusal_is_what_the_callback_hears(
    pair: list[ServerProcess], transport: str
) -> None:
    alice = await in_database(make_person, "alice")
    async with socket_io(pair[0], transport, headers=bearer(alice)) as client:
        answer = await client.ask("join_room", room_id="nowhere")
        assert answer["error"]["code"] == "room_not_found"
        await client.tell("join_room", {"room_id": "nowhere"})
        assert (await client.hear("error"))["code"] == "room_not_found"


BAD_CALLS: list[tuple[str, Any, str]] = [
    ("conquer", {}, "unknown_event"),
    ("x" * 100, {}, "invalid_event"),
    ('send_message","data":{},"x":"', {}, "unknown_event"),
    ("send_message", "no object", "invalid_event"),
    ("send_message", {"room_id": {"a": 1}, "message": "x"}, "invalid_event"),
    ("send_message", {"room_id": "tea", "message": "a\0b"}, "invalid_event"),
    ("send_message", {"room_id": "tea", "message": b"binary"}, "invalid_event"),
    ("authenticate", {"token": "x"}, "not_allowed"),
]


@pytest.mark.parametrize("transport", ["polling", "websocket"])
async def test_bad_calls_are_answered_and_the_connection_lives(
    pair: list[ServerProcess], transport: str
) -> None:
    alice = await in_database(make_person, "alice")
    async with socket_io(pair[0], transport, headers=bearer(alice)) as client:
        for event, data, code in BAD_CALLS:
            answer = await client.client.call(event, data, namespace="/chat")
            assert answer["error"]["code"] == code, (event, data)
        assert await client.ask("ping") == {}


async def test_a_revoked_token_disconnects_by_every_transport(serve: Serve) -> None:
    # At once, that is: nobody looks for it.
    server = serve(CHAT_ACCESS_CHECK_INTERVAL="3600", CHAT_PING_INTERVAL="3600")
    await server.ready()
    for transport in TRANSPORTS:
        alice = await in_database(make_person)
        async with socket_io(server, transport, headers=bearer(alice)) as client:
            await client.hear("connect_response")
            digest = alice.identity.token_digest or ""
            await in_database(partial(revoke_token, user=alice.user, digest=digest))
            assert (await client.hear("session_ended"))["reason"]
            await client.until_disconnected()


@pytest.mark.parametrize("transport", ["polling", "websocket"])
async def test_whose_account_is_deactivated_is_disconnected(
    pair: list[ServerProcess], transport: str
) -> None:
    alice = await in_database(make_person, "alice")
    async with socket_io(pair[1], transport, headers=await ours(pair[1], alice)) as client:
        await client.hear("connect_response")
        await in_database(lambda: deactivate(user=alice.user))
        await client.until_disconnected()


async def test_two_namespaces_share_a_connection_as_two_sessions(
    pair: list[ServerProcess],
) -> None:
    alice = await in_database(make_person, "alice")
    room = await in_database(make_place, alice)
    async with socket_io(pair[0], headers=bearer(alice)) as client:
        older = SocketIOClient("/")
        client.client.on("*", older._hear, namespace="/")
        await client.client._send_packet(packet.Packet(packet.CONNECT))
        assert await older.hear("my_response") == {"data": "Connected", "count": 0}
        await client.ask("join_room", room_id=room.slug)
        await client.ask("leave_room", room_id=room.slug)
        refused = await client.client.call("leave", {"room": room.slug}, namespace="/")
        assert refused["error"]["code"] == "not_a_member"


@every_transport
async def test_the_older_dialect_is_spoken_in_the_root_namespace(
    pair: list[ServerProcess], transport: str
) -> None:
    alice, bob = await in_database(lambda: (make_person("alice"), make_person("bob")))
    room = await in_database(make_place, alice, bob)
    async with (
        socket_io(pair[0], transport, namespace="/", headers=bearer(alice)) as client,
        socket_io(pair[1], headers=bearer(bob)) as other,
    ):
        assert await client.hear("my_response") == {"data": "Connected", "count": 0}
        await client.ask("join", room=room.slug)
        assert await client.hear("status") == {"msg": "alice joined", "username": "alice"}
        await other.ask("join_room", room_id=room.slug)
        assert (await client.hear("status"))["username"] == "bob"
        await client.ask("message", room=room.slug, message="as of old")
        heard = await client.hear("message")
        assert heard["username"] == "alice"
        assert heard["message"] == "as of old"
        assert (await other.hear("new_message"))["message"] == "as of old"
        await client.ask("leave", room=room.slug)
        assert (await other.hear("user_left"))["username"] == "alice"


@every_transport
async def test_who_was_away_for_long_gets_all_that_changed_in_pieces(
    pair: list[ServerProcess], transport: str
) -> None:
    alice, bob = await in_database(lambda: (make_person("alice"), make_person("bob")))
    room = await in_database(make_place, alice, bob)
    async with wire(pair[1], token=bob.token) as native:
        await ask(native, "join_room", room_id=room.slug)
        for number in range(250):
            await tell(native, "send_message", room_id=room.slug, message=f"{number}")
        await ask(native, "send_message", room_id=room.slug, message="last")
    async with socket_io(pair[0], transport, headers=bearer(alice)) as client:
        await client.ask("join_room", room_id=room.slug)
        epoch = (await client.hear("room_history"))["epoch"]
        await client.ask("leave_room", room_id=room.slug)
        joined = await client.ask("join_room", room_id=room.slug, after=0, epoch=epoch)
        pieces = [await client.hear("room_history")]
        while pieces[-1]["more"]:
            pieces.append(await client.hear("room_history"))
    messages = [message for piece in pieces for message in piece["messages"]]
    said = [message["message"] for message in messages if message["kind"] == "text"]
    assert said == [*map(str, range(250)), "last"]
    assert len(pieces) == 2
    assert joined["sequence"] == pieces[-1]["sequence"] == messages[-1]["sequence"]
