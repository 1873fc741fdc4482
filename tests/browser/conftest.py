"""A server in production form, people in real browsers, and a wire between them to cut."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    StorageState,
    expect,
    sync_playwright,
)

from tests.browser.pages import KEEP_WHAT_IS_SAID, RoomPage
from tests.browser.seed import MODERATOR, PASSWORD, PEOPLE
from tests.browser.wire import Wire
from tests.harness.correspondent import PATIENCE
from tests.harness.servers import ServerProcess, manage

PATIENT = PATIENCE * 1000  # ms
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]


@dataclass(frozen=True)
class Server:
    """Parley, running: where, and the file of its database."""

    place: str
    database: Path
    environment: dict[str, str]

    @property
    def address(self) -> str:
        return f"http://{self.place}"

    @property
    def port(self) -> int:
        return int(self.place.rpartition(":")[2])

    def key_of(self, room: str) -> int:
        """What the admin calls a room."""
        with closing(sqlite3.connect(self.database)) as connection:
            query = "SELECT id FROM chat_room WHERE slug = ?"
            return int(connection.execute(query, [room]).fetchone()[0])

    def timeline(self, room: str) -> list[tuple[int, str]]:
        """Place and present text of every message people wrote in a room, as stored.

        Read without Django: Playwright leaves an event loop running, and the ORM refuses that.
        """
        with closing(sqlite3.connect(self.database)) as connection:
            rows = connection.execute(
                "SELECT m.sequence, m.text, m.deleted_at FROM chat_message m"
                " JOIN chat_room r ON r.id = m.room_id"
                " WHERE r.slug = ? AND m.kind = 'text' ORDER BY m.sequence",
                [room],
            ).fetchall()
        return [
            (place, "This message was deleted." if deleted else text)
            for place, text, deleted in rows
        ]


@pytest.fixture(scope="session")
def server(valkey: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("parley")
    database = folder / "db.sqlite3"
    ours = {
        "DJANGO_SETTINGS_MODULE": "project.settings",  # static files as production has them
        "VAR_DIR": str(folder),
        "DATABASE_URL": f"sqlite:///{database}",
        "CHAT_BUS_GROUP": "browser",
        "CHAT_MESSAGE_FILTERS": "tests.browser.filters.refuse_once",
    }
    manage("shell", "-c", "from tests.browser.seed import seed; seed()", **ours)
    process = ServerProcess(ours)
    try:
        asyncio.run(process.ready())
        yield Server(process.address, database, ours)
    finally:
        process.forget()


@pytest.fixture
def other_server(server: Server) -> Iterator[Server]:
    """Another process over the same database and Redis."""
    process = ServerProcess(server.environment)
    try:
        process.wait_until_ready()
        yield Server(process.address, server.database, server.environment)
    finally:
        process.forget()


@pytest.fixture(scope="session")
def browser(server: Server) -> Iterator[Browser]:
    """Started after the server, since it leaves an event loop running."""
    if CHROMIUM is None:
        pytest.skip("needs Chromium, as Debian's chromium package installs it")
    expect.set_options(timeout=PATIENT)
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(
            executable_path=CHROMIUM, args=FLAGS, timeout=PATIENT
        ) as browser,
    ):
        browser.on("context", lambda context: context.set_default_timeout(PATIENT))
        yield browser


@pytest.fixture(scope="session")
def logins(server: Server, browser: Browser) -> dict[str, StorageState]:
    """The cookies of each person, who logged in once."""
    return {name: log_in(browser, server.address, name) for name in (*PEOPLE, MODERATOR)}


def log_in(browser: Browser, address: str, name: str) -> StorageState:
    with browser.new_context(base_url=address) as context:
        page = context.new_page()
        page.goto("/accounts/login/")
        page.fill("[name=login]", name)
        page.fill("[name=password]", PASSWORD)
        page.click("[type=submit]")
        expect(page.get_by_role("heading", name="Rooms", exact=True)).to_be_visible()
        return context.storage_state()


@pytest.fixture
def wire(server: Server) -> Iterator[Wire]:
    wire = Wire(server.port)
    yield wire
    wire.close()


def close_all(contexts: list[BrowserContext]) -> None:
    """Close them, after what their pages have said until now was heard."""
    for context in contexts:
        for page in context.pages:
            with contextlib.suppress(Error):  # it is on its way to another page
                page.evaluate("0")
        context.close()


def breaks_policy(said: ConsoleMessage) -> bool:
    return "Content Security Policy" in said.text


class Opener(Protocol):
    def __call__(
        self,
        name: str,
        room: str,
        *,
        address: str | None = None,
        scripts: bool = True,
        touch: bool = False,
    ) -> RoomPage: ...


@pytest.fixture
def open_room(
    server: Server, browser: Browser, logins: dict[str, StorageState]
) -> Iterator[Opener]:
    """Opens a room as somebody, in a browser of their own, and waits until the page hears it.

    The test fails if a script does, or if anything on the page breaks the content policy.
    """
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def open_as(
        name: str,
        room: str,
        *,
        address: str | None = None,
        scripts: bool = True,
        touch: bool = False,
    ) -> RoomPage:
        context = browser.new_context(
            base_url=address or server.address,
            storage_state=logins[name],
            java_script_enabled=scripts,
            has_touch=touch,
            is_mobile=touch,
            locale="en-GB",
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda said: errors.append(said.text) if breaks_policy(said) else None)
        page.add_init_script(KEEP_WHAT_IS_SAID)
        page.goto(f"/rooms/{room}/")
        opened = RoomPage(page)
        if scripts and page.locator("main.room").count():
            opened.join()
        return opened

    yield open_as
    close_all(contexts)
    assert errors == []
