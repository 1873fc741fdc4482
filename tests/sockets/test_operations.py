"""A server as those see it who run it: its probes, its counts, and what it writes down."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import re
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import Argon2PasswordHasher
from prometheus_client.parser import text_string_to_metric_families

from accounts.models import User
from tests.factories import make_room, make_user
from tests.harness.correspondent import PATIENCE
from tests.harness.fixtures import Serve
from tests.harness.oracle import in_database
from tests.harness.pages import hidden_fields
from tests.harness.servers import ServerProcess
from tests.harness.wire import ask, hear, wire

TEXT = "a text that nobody else shall read"
PASSWORD = "a-long-and-winding-password"
ADDRESS = "203.0.113.77"  # of the client, as our proxy says
BEHIND_A_PROXY = {"HTTPS": "1", "TRUSTED_PROXIES": "1"}
FROM_THE_PROXY = {"X-Forwarded-Proto": "https", "X-Forwarded-For": ADDRESS}


class Caller:
    """Somebody at the server's own port, with whatever headers they like."""

    def __init__(self, server: ServerProcess) -> None:
        self._server = server

    def call(
        self, path: str, *, method: str = "GET", body: str = "", **headers: str
    ) -> tuple[HTTPResponse, str]:
        connection = HTTPConnection(self._server.address, timeout=PATIENCE)
        try:
            connection.request(
                method, path, body, {name.replace("_", "-"): headers[name] for name in headers}
            )
            response = connection.getresponse()
            return response, response.read().decode()
        finally:
            connection.close()

    def counts(self) -> dict[tuple[str, str], float]:
        """Every count by its name and the value of its only label."""
        response, body = self.call("/metrics")
        assert response.status == 200, body
        return {
            (
                sample.name,
                next((v for k, v in sample.labels.items() if k != "le"), ""),
            ): sample.value
            for family in text_string_to_metric_families(body)
            for sample in family.samples
            if "le" not in sample.labels
        }


class Logged(Caller):
    """A server behind a proxy that logs JSON to a file."""

    def __init__(self, folder: Path) -> None:
        self._log = folder / "parley.log"
        self._mails = folder / "mails"
        environment = {
            "VAR_DIR": str(folder),
            "LOG_FORMAT": "json",
            "LOG_FILE": str(self._log),
            "ERROR_MAILS_TO": "Ann <ann@example.org>",
            "EMAIL_URL": f"filemail:///{self._mails}",
        }
        self.server = ServerProcess({**BEHIND_A_PROXY, **environment})
        super().__init__(self.server)

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self._log.read_text().splitlines()]

    @property
    def mails(self) -> str:
        return "".join(path.read_text() for path in self._mails.glob("*"))


@pytest.fixture(scope="module")
def lasting(
    django_db_setup: None, valkey: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Logged]:
    logged = Logged(tmp_path_factory.mktemp("operations"))
    yield logged
    logged.server.forget()


@pytest.fixture
async def logged(lasting: Logged, transactional_db: None) -> Logged:
    """That server, as other tests left it."""
    await lasting.server.ready()
    return lasting


def person_with_password() -> User:
    user, hasher = make_user(), Argon2PasswordHasher()  # as servers have it, not tests
    user.password = hasher.encode(PASSWORD, hasher.salt())
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


# --- Probes and counts ---------------------------------------------------------------------------


async def test_probes_need_neither_our_name_nor_https(logged: Logged) -> None:
    strange = {"Host": "10.1.2.3:8000"}
    assert logged.call("/accounts/login/", **strange)[0].status == 400
    assert logged.call("/accounts/login/")[0].status == 301
    assert logged.call("/healthz", **strange)[1] == "ok\n"
    assert logged.call("/readyz", **strange)[1] == "ok\n"
    assert logged.call("/metrics", **strange)[0].status == 200
    assert logged.call("/metrics", **FROM_THE_PROXY)[0].status == 403


async def counts_when(
    caller: Caller, name: str, before: dict[tuple[str, str], float], *, grown: float
) -> dict[tuple[str, str], float]:
    """The counts once `name` has grown so far, or as they are when patience ends."""
    counts = caller.counts()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE):
            while counts[name, ""] - before[name, ""] < grown:
                await asyncio.sleep(0.02)
                counts = caller.counts()
    return counts


async def test_what_happens_is_counted(serve: Serve) -> None:
    # A moment without CPU is no deafness, nor is what is being stored just now a gap.
    server = serve(CHAT_DEAF_AFTER=str(PATIENCE), CHAT_HEAD_CHECK_INTERVAL=str(PATIENCE))
    caller = Caller(server)
    alice = await in_database(person_with_password)
    room = await in_database(make_room, alice)
    await server.ready()
    before = caller.counts()
    basic = base64.b64encode(f"{alice.username}:{PASSWORD}".encode()).decode()
    _, body = caller.call("/api/tokens/", method="POST", Authorization=f"Basic {basic}")
    assert caller.call("/nothing/here/")[0].status == 404
    async with wire(server, token=json.loads(body)["token"]) as socket:
        await ask(socket, "join_room", room_id=room.slug)
        for number in range(3):
            await ask(socket, "send_message", room_id=room.slug, message=f"{number}")
        # The ack may overtake the last delivery, which waits a few milliseconds for more.
        during = await counts_when(caller, "parley_deliveries_total", before, grown=3)
    expected = {
        ("parley_workers", ""): 1,
        ("parley_connections", ""): 1,
        ("parley_live_rooms", ""): 1,
        ("parley_bus_deaf", ""): 0,
        ("parley_messages_stored_total", ""): 3,
        ("parley_deliveries_total", ""): 3,
        ("parley_repairs_total", ""): 0,
        ("parley_resets_total", ""): 0,
        ("parley_readers_cut_total", ""): 0,
        ("parley_action_seconds_count", "join_room"): 1,
        ("parley_action_seconds_count", "send_message"): 3,
        ("parley_http_request_seconds_count", "2xx"): 1,
        ("parley_http_request_seconds_count", "4xx"): 1,
    }
    grown = {
        key: during[key] - (before[key] if key[0].endswith(("_total", "_count")) else 0)
        for key in expected
    }
    assert grown == expected
    assert 0 < during["parley_action_seconds_sum", "send_message"] < PATIENCE
    assert 0 <= during["parley_bus_lag_seconds", ""] < PATIENCE


# --- The log -------------------------------------------------------------------------------------


async def test_the_log_holds_no_text_token_cookie_or_address(
    logged: Logged,
) -> None:
    alice = await in_database(person_with_password)
    room = await in_database(make_room, alice)

    def call(path: str, **more: Any) -> tuple[HTTPResponse, str]:
        here = f"https://{logged.server.address}/"
        return logged.call(path, **FROM_THE_PROXY, Referer=here, **more)

    _, form = call("/accounts/login/")
    page, _ = call("/accounts/login/")
    csrf = (page.headers["Set-Cookie"] or "").partition(";")[0]
    fields = {**hidden_fields(form), "login": alice.email, "password": PASSWORD}
    fields["csrfmiddlewaretoken"] = csrf.partition("=")[2]
    posted = {"Content_Type": "application/x-www-form-urlencoded", "Cookie": csrf}
    wrong = urlencode(fields | {"password": "wrong"})
    assert call("/accounts/login/", method="POST", body=wrong, **posted)[0].status == 200
    came, _ = call("/accounts/login/", method="POST", body=urlencode(fields), **posted)
    assert came.status == 302
    cookies = "".join(came.headers.get_all("Set-Cookie") or ())
    [session] = re.findall(r"sessionid=(\w+)", cookies)

    basic = base64.b64encode(f"{alice.username}:{PASSWORD}".encode()).decode()
    _, body = call("/api/tokens/", method="POST", Authorization=f"Basic {basic}")
    token = json.loads(body)["token"]
    assert (
        call("/api/tokens/", method="DELETE", Authorization="Bearer parley_guess")[0].status == 401
    )
    async with wire(logged.server, token=token) as socket:
        await ask(socket, "join_room", room_id=room.slug)
        await ask(socket, "send_message", room_id=room.slug, message=TEXT)
        await ask(socket, "send_message", room_id=room.slug, message=TEXT, client_id="\0")
        await socket.send(TEXT)
        await hear(socket, "error")
    assert call("/accounts/password/reset/key/1-a-key-by-mail/?key=another")[0].status == 200
    assert call("/nothing/called/a-key-by-mail/")[0].status == 404
    assert call("/tests/broken/a-key-by-mail/", Cookie=f"sessionid={session}")[0].status == 500

    written = json.dumps(logged.lines) + "\n".join(logged.server.lines)
    assert "broken on purpose" in written
    assert "/tests/broken/<key>/" in written
    secrets = [TEXT, token, session, csrf.partition("=")[2], basic, PASSWORD]
    secrets += ["parley_guess", "a-key-by-mail", "another", ADDRESS, alice.email]
    assert [secret for secret in secrets if secret in written] == []


async def test_a_fault_can_be_found_by_the_id_on_its_page(
    logged: Logged,
) -> None:
    response, page = logged.call(
        "/tests/broken/x/", X_Request_ID="of-the-proxy-7", **FROM_THE_PROXY
    )
    assert response.status == 500
    assert response.headers["X-Request-ID"] == "of-the-proxy-7"
    assert "of-the-proxy-7" in page
    assert "broken on purpose" not in page
    [fault] = [line for line in logged.lines if line.get("request_id") == "of-the-proxy-7"]
    assert fault["level"] == "ERROR"
    assert "RuntimeError: broken on purpose" in fault["exception"]


async def test_a_fault_is_mailed_to_the_administrators_once(logged: Logged) -> None:
    for _ in range(3):
        logged.call("/tests/broken/a-key-by-mail/", **FROM_THE_PROXY)
    async with asyncio.timeout(PATIENCE):
        while "RuntimeError: broken on purpose" not in logged.mails:
            await asyncio.sleep(0.02)
    assert logged.mails.count("Subject: ") == 1
    assert "Subject: [Parley] ERROR in django.request: Internal Server Error" in logged.mails
    assert "To: ann@example.org" in logged.mails
    assert not re.search(rf"a-key-by-mail|{ADDRESS}", logged.mails)


async def test_the_log_begins_with_what_runs_here(
    logged: Logged,
) -> None:
    [line] = [line for line in logged.lines if line["logger"] == "project.greeting"]
    assert re.fullmatch(
        r"Parley [\d.]+, one process, (SQLite|PostgreSQL), Redis at /.+/socket, at http://127.0.0.1:\d+",
        line["message"],
    )
