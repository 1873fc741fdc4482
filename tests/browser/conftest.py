"""A server in production form, people in real browsers, and a wire between them to cut."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest
from playwright.sync_api import Browser, StorageState, expect, sync_playwright

from tests.browser.pages import RoomPage
from tests.browser.seed import PASSWORD
from tests.browser.wire import Wire

ROOT = Path(__file__).parent.parent.parent
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]


@dataclass(frozen=True)
class Server:
    """Parley, running: `address`, and the file of its database."""

    address: str
    database: Path

    @property
    def port(self) -> int:
        return int(self.address.rpartition(":")[2])

    def timeline(self, room: str) -> list[tuple[int, str]]:
        """Place and present text of every message people wrote in a room, as stored."""
        with sqlite3.connect(self.database) as connection:
            rows = connection.execute(
                "SELECT m.sequence, m.text, m.deleted_at, u.username FROM chat_message m"
                " JOIN chat_room r ON r.id = m.room_id JOIN accounts_user u ON u.id = m.sender_id"
                " WHERE r.slug = ? AND m.kind = 'text' ORDER BY m.sequence",
                [room],
            ).fetchall()
        connection.close()
        return [
            (place, f"{name} deleted this message." if deleted else text)
            for place, text, deleted, name in rows
        ]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("parley")
    ours = {
        "DEBUG": "0",
        "SECRET_KEY": "of the browser tests",
        "ALLOWED_HOSTS": "127.0.0.1",
        "HTTPS": "0",
        "VAR_DIR": str(folder),
        "CHAT_MESSAGE_FILTERS": "tests.browser.filters.refuse_once",
    }
    theirs = {"DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE"}
    environment = {name: os.environ[name] for name in os.environ.keys() - theirs} | ours
    manage = [sys.executable, "manage.py"]
    for command in (
        ["migrate", "--verbosity", "0"],
        ["shell", "--verbosity", "0", "-c", "from tests.browser.seed import seed; seed()"],
    ):
        subprocess.run([*manage, *command], cwd=ROOT, env=environment, check=True)
    with subprocess.Popen(
        [*manage, "serve", "--port", "0"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        found = next(filter(None, (re.search(r"at (http://\S+)", line) for line in process.stdout)))
        try:
            yield Server(found[1].rstrip("/"), folder / "db.sqlite3")
        finally:
            process.terminate()
            process.communicate(timeout=30)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("needs Chromium, as Debian's chromium package installs it")
    expect.set_options(timeout=10_000)
    with sync_playwright() as playwright:
        with playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS) as browser:
            yield browser


@pytest.fixture(scope="session")
def logins(server: Server, browser: Browser) -> dict[str, StorageState]:
    """The cookies of each person, who logged in once."""
    return {name: log_in(browser, server.address, name) for name in ("alice", "bob")}


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


class Opener(Protocol):
    def __call__(
        self, name: str, room: str, *, address: str | None = None, scripts: bool = True
    ) -> RoomPage: ...


@pytest.fixture
def open_room(
    server: Server, browser: Browser, logins: dict[str, StorageState]
) -> Iterator[Opener]:
    """Opens a room as somebody, in a browser of their own; fails the test on a script's error."""
    contexts = []
    errors: list[str] = []

    def open_as(
        name: str, room: str, *, address: str | None = None, scripts: bool = True
    ) -> RoomPage:
        context = browser.new_context(
            base_url=address or server.address,
            storage_state=logins[name],
            java_script_enabled=scripts,
            locale="en-GB",
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"/rooms/{room}/")
        return RoomPage(page)

    yield open_as
    for context in contexts:
        context.close()
    assert errors == []
