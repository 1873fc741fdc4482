"""Who may talk: tokens from anywhere, cookies from our own pages, nobody else."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from accounts.actions.access import deactivate
from accounts.models import AuthToken
from tests.frames import read_frame
from tests.harness.fixtures import Person, Serve, make_person, make_place
from tests.harness.oracle import in_database
from tests.harness.pages import cookie_of
from tests.harness.servers import ServerProcess
from tests.harness.wire import ask, close_code, hear, tell, wire

pytestmark = pytest.mark.both_databases

Origin = Callable[[ServerProcess], str | None]


async def test_a_token_in_the_header_logs_in(pair: list[ServerProcess]) -> None:
    alice = await in_database(make_person, "alice")
    async with wire(pair[0], token=alice.token) as socket:
        welcome = await hear(socket, "welcome")
    assert welcome["data"]["user"]["username"] == "alice"


async def test_nothing_else_is_told_while_nothing_happens(serve: Serve) -> None:
    # The server is there after the room, and hears nothing of its beginning.
    alice = await in_database(make_person, "alice")
    room = await in_database(make_place, alice)
    # What is looked for now and then is looked for while somebody is greeted, too.
    server = serve(CHAT_ACCESS_CHECK_INTERVAL="0.001", CHAT_ACTIVITY_INTERVAL="3600")
    await server.ready()
    for _ in range(10):
        async with wire(server, token=alice.token) as socket:
            # By then it would have come.
            for number in range(3):
                await tell(socket, "fetch_history", ref=f"{number}", room_id=room.slug, before=9)
            frames = [read_frame(await socket.recv()) for _ in range(4)]
        assert [frame["event"] for frame in frames] == ["welcome", "ack", "ack", "ack"]


async def test_a_token_in_the_first_frame_logs_in(pair: list[ServerProcess]) -> None:
    alice = await in_database(make_person, "alice")
    async with wire(pair[0]) as socket:
        await tell(socket, "authenticate", token=alice.token)
        welcome = await hear(socket, "welcome")
    assert welcome["data"]["user"]["username"] == "alice"


async def test_a_cookie_logs_in_from_our_own_pages(pair: list[ServerProcess]) -> None:
    alice = await in_database(make_person, "alice")
    cookie = await in_database(cookie_of, alice)
    async with wire(pair[0], cookie=cookie, origin=f"http://{pair[0].address}") as socket:
        welcome = await hear(socket, "welcome")
    assert welcome["data"]["user"]["username"] == "alice"


FOREIGN_ORIGINS: dict[str, Origin] = {
    "foreign": lambda server: "http://evil.example",
    "missing": lambda server: None,
    "null": lambda server: "null",
    "of another scheme": lambda server: f"https://{server.address}",
    "of another port": lambda server: "http://127.0.0.1:1",
    "without our port": lambda server: "http://127.0.0.1",
    "of another name of this machine": lambda server: f"http://localhost:{port(server)}",
    "that begins like ours": lambda server: f"http://127.0.0.1.evil.example:{port(server)}",
    "that ends like ours": lambda server: f"http://evil-{server.address}",
    "with ours as its user": lambda server: f"http://{server.address}@evil.example",
    "with ours as its path": lambda server: f"http://evil.example/http://{server.address}",
    "with a path": lambda server: f"http://{server.address}/",
}


def port(server: ServerProcess) -> str:
    return server.address.rpartition(":")[2]


@pytest.mark.parametrize("origin", FOREIGN_ORIGINS.values(), ids=FOREIGN_ORIGINS)
async def test_from_elsewhere_the_cookie_is_not_read(
    pair: list[ServerProcess], origin: Origin
) -> None:
    alice, bob = await in_database(lambda: (make_person("alice"), make_person("bob")))
    cookie = await in_database(cookie_of, alice)
    async with wire(pair[0], cookie=cookie, origin=origin(pair[0])) as socket:
        await tell(socket, "authenticate", token=bob.token)
        welcome = await hear(socket, "welcome")
    assert welcome["data"]["user"]["username"] == "bob"


async def test_a_trusted_origin_is_as_good_as_ours(serve: Serve) -> None:
    server = serve(CHAT_TRUSTED_ORIGINS="https://chat.example.org")
    await server.ready()
    alice = await in_database(make_person, "alice")
    cookie = await in_database(cookie_of, alice)
    async with wire(server, cookie=cookie, origin="https://chat.example.org") as socket:
        await hear(socket, "welcome")


def no_token(person: Person) -> str:
    return ""


def invented_token(person: Person) -> str:
    return "parley_" + "0" * 64


def revoked_token(person: Person) -> str:
    AuthToken.objects.filter(user=person.user).delete()
    return person.token


def expired_token(person: Person) -> str:
    AuthToken.objects.filter(user=person.user).update(expiry="2020-01-01T00:00:00Z")
    return person.token


def token_of_somebody_inactive(person: Person) -> str:
    deactivate(user=person.user)
    return person.token


BAD_TOKENS = [no_token, invented_token, revoked_token, expired_token, token_of_somebody_inactive]


@pytest.mark.parametrize("spoil", BAD_TOKENS)
async def test_who_has_no_good_token_is_told_so_and_closed(
    pair: list[ServerProcess], spoil: Callable[[Person], str]
) -> None:
    token = await in_database(lambda: spoil(make_person("alice")))
    async with wire(pair[0], token=token) as socket:
        if not token:
            # Who brought nothing may still say it; a bad one is refused at once.
            await tell(socket, "authenticate", token="nothing")
        error = await hear(socket, "error", "welcome")
        assert error["data"]["code"] == "unauthenticated"
        assert await close_code(socket) == 4401


@pytest.mark.parametrize("event", ["ping", "join_room", "send_message"])
async def test_before_the_login_nothing_else_is_answered(
    pair: list[ServerProcess], event: str
) -> None:
    async with wire(pair[0]) as socket:
        await tell(socket, event, room_id="tea", message="let me in")
        assert (await hear(socket, "error"))["data"]["code"] == "unauthenticated"
        assert await close_code(socket) == 4401


async def test_who_says_nothing_at_all_is_closed_in_time(serve: Serve) -> None:
    server = serve(CHAT_AUTHENTICATE_TIMEOUT="0.2")
    await server.ready()
    async with wire(server) as socket:
        assert (await hear(socket, "error"))["data"]["code"] == "unauthenticated"
        assert await close_code(socket) == 4401


async def test_logging_in_twice_is_refused_and_harms_nobody(pair: list[ServerProcess]) -> None:
    alice, bob = await in_database(lambda: (make_person("alice"), make_person("bob")))
    async with wire(pair[0], token=alice.token) as socket:
        await hear(socket, "welcome")
        refused = await ask(socket, "authenticate", token=bob.token)
        assert refused["data"]["code"] == "not_allowed"
        assert (await ask(socket, "ping"))["event"] == "ack"
