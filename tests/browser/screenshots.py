"""`make screenshots`: the fixed set of pictures in docs/screenshots/, of the demo at one moment.

Run by its name only: looking at the pictures is left to people.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, StorageState, ViewportSize, expect

from tests.browser.conftest import Server, log_in
from tests.browser.frozen_settings import MOMENT
from tests.browser.pages import RoomPage
from tests.harness.servers import ROOT, ServerProcess, manage

FOLDER = ROOT / "docs" / "screenshots"
WIDE: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 844}


@pytest.fixture(scope="session")
def server(valkey: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with the demo in it, at a standstill."""
    folder = tmp_path_factory.mktemp("parley")
    database = folder / "db.sqlite3"
    ours = {
        "DJANGO_SETTINGS_MODULE": "tests.browser.frozen_settings",
        "VAR_DIR": str(folder),
        "DATABASE_URL": f"sqlite:///{database}",
        "CHAT_BUS_GROUP": "screenshots",
        "CHAT_MESSAGE_FILTERS": "tests.browser.filters.refuse_once",
    }
    manage("migrate", "--verbosity", "0", **ours)
    manage("seed_demo", "--known-passwords", **ours)
    process = ServerProcess(ours)
    try:
        asyncio.run(process.ready())
        yield Server(process.address, database, ours)
    finally:
        process.forget()


@pytest.fixture(scope="session")
def logins(server: Server, browser: Browser) -> dict[str, StorageState]:
    people = ("alice", "bob", "carol")
    return {name: log_in(browser, server.address, name) for name in people}


class Studio:
    """Opens pages as people of the demo."""

    def __init__(self, browser: Browser, address: str, logins: dict[str, StorageState]) -> None:
        self._browser = browser
        self._address = address
        self._logins = logins
        self.opened: list[BrowserContext] = []

    def open(self, name: str, path: str, *, dark: bool = False, size: ViewportSize = WIDE) -> Page:
        """A page as somebody sees it; their browser's clock stands still too."""
        context = self._browser.new_context(
            base_url=self._address,
            storage_state=self._logins[name],
            color_scheme="dark" if dark else "light",
            viewport=size,
            has_touch=size is PHONE,
            is_mobile=size is PHONE,
            locale="en-GB",
            timezone_id="UTC",
            reduced_motion="reduce",
        )
        self.opened.append(context)
        page = context.new_page()
        page.clock.set_fixed_time(MOMENT)
        page.goto(path)
        page.wait_for_load_state("networkidle")
        return page


Scene = Callable[[Studio], Page]


def releases(studio: Studio, *, dark: bool = False, size: ViewportSize = WIDE) -> Page:
    """The room of the demo in which most happens, two others being in it."""
    others = [studio.open(name, "/rooms/releases/") for name in ("bob", "carol")]
    page = studio.open("alice", "/rooms/releases/", dark=dark, size=size)
    expect(RoomPage(page).field).to_be_visible()
    RoomPage(others[0]).field.press_sequentially("I am on it")
    expect(page.locator(".typing")).to_be_visible()
    return page


def rooms(studio: Studio) -> Page:
    """All rooms, one of which waits."""
    carol = RoomPage(studio.open("carol", "/rooms/general/"))
    carol.say("The kettle is on, whoever is near it.")
    carol.expect_stored("The kettle is on, whoever is near it.")
    return studio.open("bob", "/")


def refused(studio: Studio) -> Page:
    """A message that a filter did not let through, kept where it was written."""
    room = RoomPage(studio.open("carol", "/rooms/design/"))
    room.say("The half disc reads in grey as well.")
    room.expect_stored("The half disc reads in grey as well.")
    room.say("refuse the grey one all the same, I would")
    failed = room.message("refuse the grey one all the same, I would")
    expect(failed).to_have_attribute("data-state", "failed")
    return room.page


def direct(studio: Studio) -> Page:
    """Two people between themselves."""
    profile = studio.open("alice", "/people/bob/")
    profile.get_by_role("button", name="Message").click()
    profile.wait_for_url("**/rooms/*/")
    alice, bob = RoomPage(profile), RoomPage(studio.open("bob", profile.url))
    for person, text in (
        (alice, "Have you got five minutes for the upgrade note?"),
        (bob, "For that, ten. What is missing?"),
        (alice, "The sentence that says that nothing is lost. You say it best."),
        (bob, "“Make a copy all the same.”"),
    ):
        person.say(text)
        alice.expect_stored(text)
        bob.expect_stored(text)
    last = alice.message("The sentence that says that nothing is lost. You say it best.")
    expect(last).to_contain_text("Read by bob")
    return profile


def empty(studio: Studio) -> Page:
    """A room that was made a moment ago."""
    page = studio.open("alice", "/new-room/")
    page.get_by_label("Room name").fill("tea-break")
    page.get_by_label("Topic").fill("Eleven, as the founders intended.")
    page.get_by_role("button", name="Make room").click()
    expect(page.get_by_text("Nobody has said anything yet")).to_be_visible()
    expect(page.get_by_text("1 here")).to_be_visible()
    expect(page.get_by_text("All members")).to_be_visible()
    return page


SCENES: dict[str, Scene] = {
    "room-light": releases,
    "room-dark": lambda studio: releases(studio, dark=True),
    "room-phone": lambda studio: releases(studio, size=PHONE),
    "direct": direct,
    "rooms": rooms,
    "rooms-phone": lambda studio: studio.open("bob", "/", size=PHONE),
    "search": lambda studio: studio.open("alice", "/search/?q=upgrade"),
    "failed-send": refused,
    "empty-room": empty,
}


@pytest.fixture
def studio(browser: Browser, server: Server, logins: dict[str, StorageState]) -> Iterator[Studio]:
    studio = Studio(browser, server.address, logins)
    yield studio
    for context in studio.opened:
        context.close()


@pytest.mark.parametrize("name", SCENES)
def test_take(studio: Studio, name: str) -> None:
    page = SCENES[name](studio)
    page.screenshot(path=FOLDER / f"{name}.png", animations="disabled", caret="hide")
