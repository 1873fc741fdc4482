"""A room's own moderators act on its pages, and those concerned see it where they are."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, StorageState, expect

from tests.browser.conftest import Opener, Server

ROOM = "/rooms/managed/"


@pytest.fixture
def office(server: Server, browser: Browser, logins: dict[str, StorageState]) -> Iterator[Page]:
    """Another tab of alice, who owns the room; without scripts, which these pages do not need."""
    with browser.new_context(
        base_url=server.address,
        storage_state=logins["alice"],
        java_script_enabled=False,
        locale="en-GB",
    ) as context:
        yield context.new_page()


def act(page: Page, label: str, reason: str) -> None:
    """Open one of the acts on a person's page, say why, and do it."""
    part = page.locator("details.act", has=page.get_by_text(label, exact=True))
    part.locator("summary").click()
    part.get_by_label("Reason").fill(reason)
    part.get_by_role("button", name=label, exact=True).click()
    expect(page.get_by_role("status")).to_be_visible()


def test_what_a_moderator_does_on_the_pages_a_member_sees_at_once(
    open_room: Opener, office: Page
) -> None:
    alice, bob = open_room("alice", "managed"), open_room("bob", "managed")
    bob.say("Cheap watches at example.org")
    alice.expect_stored("Cheap watches at example.org")

    # alice reports it, and settles the report by deleting the message.
    spam = alice.message("Cheap watches at example.org")
    number = re.sub(r"\D", "", spam.get_attribute("id") or "")
    office.goto(f"{ROOM}messages/{number}/report/")
    office.get_by_role("button", name="Report").click()
    expect(office.get_by_role("status").filter(has_text=re.compile(r"\w"))).to_be_visible()
    office.goto(ROOM)
    office.get_by_role("button", name="Room menu").click()
    office.get_by_role("link", name="Reports").click()
    office.get_by_label("What you decided").fill("advertising")
    office.get_by_role("button", name="Delete the message").click()
    office.get_by_role("dialog").get_by_role("button", name="Delete").click()
    for person in (alice, bob):
        person.expect_stored("This message was deleted.")
        expect(person.page.get_by_text("Cheap watches")).to_have_count(0)

    office.goto(f"{ROOM}settings/")
    office.get_by_label("Room name").fill("managed well")
    office.get_by_role("button", name="Save").click()
    expect(bob.page.get_by_role("heading", level=1)).to_contain_text("managed well")

    office.goto(f"{ROOM}members/bob/")
    act(office, "Mute", "advertising")
    expect(bob.page.get_by_text("You cannot write here until")).to_be_visible()
    expect(bob.field).to_be_hidden()

    office.goto(f"{ROOM}members/bob/")
    act(office, "Remove", "advertising again")
    expect(bob.page.get_by_text("You are not in this room any more.")).to_be_visible()
    expect(alice.page.get_by_text("bob was removed by alice")).to_be_visible()
    alice.say("Back to work")
    alice.expect_stored("Back to work")
    expect(bob.message("Back to work")).to_have_count(0)

    office.goto(f"{ROOM}log/")
    expect(office.get_by_text("advertising again")).to_be_visible()


def test_who_is_removed_finds_the_door_and_comes_back(open_room: Opener, office: Page) -> None:
    """A public room can be looked into, and joined again by who was not banned."""
    bob, elsewhere = open_room("bob", "returning"), open_room("bob", "returning")
    office.goto("/rooms/returning/members/bob/")
    act(office, "Remove", "by mistake")
    for tab in (bob, elsewhere):
        expect(tab.page.get_by_text("You are not in this room any more.")).to_be_visible()
    bob.page.goto("/rooms/returning/")
    expect(bob.page.get_by_text("Welcome to returning")).to_be_visible()
    bob.page.get_by_role("button", name="Join").click()
    expect(bob.page.locator(".faces-words")).to_have_text("1 here")
    bob.say("Here again")
    bob.expect_stored("Here again")
    elsewhere.expect_stored("Here again")
    expect(elsewhere.field).to_be_visible()
