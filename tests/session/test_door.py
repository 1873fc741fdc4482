"""The door for WebSockets, over plain ASGI: who comes in, and what is said to who does not."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import OperationalError

from accounts.actions.tokens import create_token
from accounts.models import User
from chat import runtime
from chat.consumers import ChatConsumer
from chat.handshake import origin_is_ours
from chat.threads import in_thread
from tests.harness.correspondent import PATIENCE

from .house import session_identity, until

pytestmark = pytest.mark.django_db(transaction=True)
Headers = dict[str, str]


class Connection:
    """A client at the door, and the server between them."""

    def __init__(self, headers: Headers) -> None:
        self.said: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.sent: list[dict[str, Any]] = []
        self.say({"type": "websocket.connect"})
        raw = [(name.lower().encode(), value.encode("latin1")) for name, value in headers.items()]
        scope = {"type": "websocket", "scheme": "ws", "headers": raw, "client": ["127.0.0.1", 5]}
        self.task = asyncio.create_task(ChatConsumer()(scope, self.said.get, self._take))

    async def _take(self, message: dict[str, Any]) -> None:
        self.sent.append(message)
        if message["type"] == "websocket.close":
            self.say({"type": "websocket.disconnect", "code": message["code"]})

    def say(self, message: dict[str, Any]) -> None:
        self.said.put_nowait(message)

    def frame(self, event: str, ref: str | None = None, /, **data: Any) -> None:
        frame = {"event": event, "data": data} | ({"ref": ref} if ref is not None else {})
        self.say({"type": "websocket.receive", "text": json.dumps(frame)})

    @property
    def frames(self) -> list[dict[str, Any]]:
        return [json.loads(each["text"]) for each in self.sent if "text" in each]

    @property
    def closed(self) -> int | None:
        return next((each["code"] for each in self.sent if "code" in each), None)

    async def hears(self, event: str) -> dict[str, Any]:
        def heard() -> list[dict[str, Any]]:
            return [frame["data"] for frame in self.frames if frame["event"] == event]

        await until(heard)
        return heard()[0]

    async def is_refused(self) -> tuple[str, int | None]:
        """The error's code and the close code, once the connection has ended."""
        await asyncio.wait_for(self.task, PATIENCE)
        return self.frames[-1]["data"]["code"], self.closed


@pytest.fixture
async def connect(
    transactional_db: None, settings: Any
) -> AsyncIterator[Callable[[Headers], Connection]]:
    settings.ALLOWED_HOSTS = ["chat.example.org"]
    settings.CHAT_AUTHENTICATE_TIMEOUT = PATIENCE
    opened: list[Connection] = []

    def open_one(headers: Headers) -> Connection:
        opened.append(Connection({"Host": "chat.example.org", **headers}))
        return opened[-1]

    yield open_one
    for connection in opened:
        connection.say({"type": "websocket.disconnect", "code": 1006})
    await asyncio.gather(*(connection.task for connection in opened), return_exceptions=True)
    await runtime.stop()


Connect = Callable[[Headers], Connection]
OURS = "http://chat.example.org"


async def token(user: User) -> str:
    _, secret = await in_thread(create_token, user=user)
    return secret


def cookie(user: User) -> str:
    return f"{django_settings.SESSION_COOKIE_NAME}={session_identity(user).session_key}"


async def test_a_token_in_the_header_lets_in(connect: Connect, alice: User) -> None:
    connection = connect({"Authorization": f"Bearer {await token(alice)}"})
    assert (await connection.hears("welcome"))["user"]["username"] == "alice"


async def test_a_cookie_lets_in_from_our_own_pages(connect: Connect, alice: User) -> None:
    connection = connect({"Cookie": await in_thread(cookie, alice), "Origin": OURS})
    assert (await connection.hears("welcome"))["user"]["username"] == "alice"


@pytest.mark.parametrize("before", ['a={"x":1}; ', "flag; ", "x=\u00e9; ", "; =; ", 'b="; '])
async def test_no_odd_cookie_hides_the_session(before: str, connect: Connect, alice: User) -> None:
    cookies = before + await in_thread(cookie, alice)
    connection = connect({"Cookie": cookies, "Origin": OURS})
    assert (await connection.hears("welcome"))["user"]["username"] == "alice"


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "null",
        "",
        "http://evil.example.org",
        "http://chat.example.org.evil.example",
        "http://chat.example.org:8000",
        "https://chat.example.org",
        "http://CHAT.example.org@evil.example",
        "http://chat.example.org/",
    ],
)
async def test_a_cookie_from_anywhere_else_is_not_read(
    origin: str | None, connect: Connect, alice: User, settings: Any
) -> None:
    settings.CHAT_AUTHENTICATE_TIMEOUT = 0.02
    headers = {"Cookie": await in_thread(cookie, alice)}
    if origin is not None:
        headers["Origin"] = origin
    assert await connect(headers).is_refused() == ("unauthenticated", 4401)


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer parley_wrong"},
        {"Cookie": f"{django_settings.SESSION_COOKIE_NAME}=ended", "Origin": OURS},
    ],
    ids=["token", "cookie"],
)
async def test_what_is_no_good_is_refused_at_once(
    headers: Headers, connect: Connect, settings: Any
) -> None:
    """Whoever waited for a first frame here would wait longer than this test does."""
    settings.CHAT_AUTHENTICATE_TIMEOUT = 1_000
    assert await connect(headers).is_refused() == ("unauthenticated", 4401)


async def test_an_ended_cookie_from_elsewhere_keeps_nobody_from_a_first_frame(
    connect: Connect, alice: User
) -> None:
    cookies = f"{django_settings.SESSION_COOKIE_NAME}=ended"
    connection = connect({"Cookie": cookies, "Origin": "http://evil.example.org"})
    connection.frame("authenticate", token=await token(alice))
    assert (await connection.hears("welcome"))["user"]["username"] == "alice"


async def test_the_first_frame_may_carry_a_token(connect: Connect, alice: User) -> None:
    connection = connect({})
    connection.frame("authenticate", token=await token(alice))
    await connection.hears("welcome")
    connection.frame("ping")
    await connection.hears("pong")


@pytest.mark.parametrize(
    ("event", "data"),
    [
        ("authenticate", {"token": "parley_wrong"}),
        ("authenticate", {"token": 5}),
        ("authenticate", {}),
        ("ping", {}),
        ("dance", {}),
    ],
)
async def test_any_other_first_frame_is_refused(
    event: str, data: dict[str, Any], connect: Connect, alice: User
) -> None:
    connection = connect({})
    connection.frame(event, **data)
    assert await connection.is_refused() == ("unauthenticated", 4401)


async def test_a_login_by_first_frame_is_acknowledged_before_the_welcome(
    connect: Connect, alice: User
) -> None:
    connection = connect({})
    connection.frame("authenticate", "r1", token=await token(alice))
    await connection.hears("welcome")
    ack, welcome = connection.frames
    assert (ack["event"], ack["ref"], welcome["event"]) == ("ack", "r1", "welcome")


@pytest.mark.parametrize("data", [{"token": "parley_wrong"}, {"token": 5}, {}])
async def test_a_refused_login_by_first_frame_repeats_its_ref(
    data: dict[str, Any], connect: Connect
) -> None:
    connection = connect({})
    connection.frame("authenticate", "r1", **data)
    await connection.is_refused()
    assert [(frame["event"], frame["ref"]) for frame in connection.frames] == [("error", "r1")]


async def test_who_says_nothing_is_not_waited_for(connect: Connect, settings: Any) -> None:
    settings.CHAT_AUTHENTICATE_TIMEOUT = 0.02
    assert await connect({}).is_refused() == ("unauthenticated", 4401)


async def test_binary_and_empty_frames_are_answered_and_survived(
    connect: Connect, alice: User
) -> None:
    connection = connect({"Authorization": f"Bearer {await token(alice)}"})
    await connection.hears("welcome")
    for message in ({"bytes": b"\x00\xff"}, {"text": ""}, {"bytes": b"", "text": None}):
        connection.say({"type": "websocket.receive", **message})
    connection.frame("ping")
    await connection.hears("pong")
    assert [frame["event"] for frame in connection.frames] == ["welcome", *["error"] * 3, "pong"]


async def test_who_goes_is_forgotten(connect: Connect, alice: User) -> None:
    connection = connect({"Authorization": f"Bearer {await token(alice)}"})
    await connection.hears("welcome")
    hub = (await runtime.running()).hub
    assert hub.count_of(alice.pk) == 1
    connection.say({"type": "websocket.disconnect", "code": 1001})
    await asyncio.wait_for(connection.task, PATIENCE)
    assert hub.count_of(alice.pk) == 0


@pytest.mark.parametrize("where", ["chat.handshake.by_token", "chat.welcoming.still_valid"])
async def test_a_database_that_is_away_is_said_at_the_door(
    where: str,
    connect: Connect,
    alice: User,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Not an exception, which would close the socket with 1011 and keep clients away."""

    def fail(*_: Any, **__: Any) -> None:
        raise OperationalError("gone")

    secret = await token(alice)
    monkeypatch.setattr(where, fail)
    with caplog.at_level(logging.CRITICAL):
        connection = connect({"Authorization": f"Bearer {secret}"})
        assert await connection.is_refused() == ("unavailable", 1012)
    assert (await runtime.running()).hub.count_of(alice.pk) == 0


@pytest.mark.parametrize("host", ["[", "[::1", "", "evil.example", "@", "chat.example.org@evil"])
def test_an_odd_host_is_not_ours_and_no_fault(host: str, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["chat.example.org"]
    headers = [(b"host", host.encode()), (b"origin", f"http://{host}".encode())]
    assert not origin_is_ours(headers, secure=False)


@pytest.mark.parametrize("host", ["[::1]:8000", "[::1]", "[2001:db8::5]:80"])
@pytest.mark.parametrize("secure", [False, True])
def test_an_address_of_ipv6_may_be_ours(host: str, secure: bool, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["[::1]", "[2001:db8::5]"]
    origin = f"{'https' if secure else 'http'}://{host}"
    headers = [(b"host", host.encode()), (b"origin", origin.encode())]
    assert origin_is_ours(headers, secure=secure)
    assert not origin_is_ours(headers, secure=not secure)
