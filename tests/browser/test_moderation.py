"""A moderator acts in the admin, and those concerned see it where they are."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, StorageState, expect

from tests.browser.conftest import Opener, Server
from tests.browser.seed import MODERATOR


@pytest.fixture
def admin(server: Server, browser: Browser, logins: dict[str, StorageState]) -> Iterator[Page]:
    with browser.new_context(
        base_url=server.address, storage_state=logins[MODERATOR], locale="en-GB"
    ) as context:
        yield context.new_page()


def choose(page: Page, row: str, act: str) -> None:
    """Tick the row of a list that says `row`, and choose what to do with it."""
    page.get_by_role("row").filter(has_text=row).get_by_role("checkbox").check()
    page.locator("select[name=action]").select_option(label=act)
    page.get_by_role("button", name="Go", exact=True).click()


def confirm(page: Page, act: str, reason: str) -> None:
    page.get_by_label("Reason").fill(reason)
    page.get_by_role("button", name=act).click()
    expect(page.locator(".messagelist")).to_be_visible()


def test_what_a_moderator_does_in_the_admin_two_people_see(
    server: Server, open_room: Opener, admin: Page
) -> None:
    alice, bob = open_room("alice", "moderated"), open_room("bob", "moderated")
    bob.say("Cheap wristwatches at example.org")
    alice.expect_stored("Cheap wristwatches at example.org")

    admin.goto("/admin/chat/message/?q=wristwatches")
    choose(admin, "Cheap wristwatches", "Delete")
    confirm(admin, "Delete", "advertising")
    for person in (alice, bob):
        person.expect_stored("This message was deleted.")
        expect(person.page.get_by_text("Cheap wristwatches")).to_have_count(0)

    # Of that room alone: the list of all is longer than a page.
    admin.goto(f"/admin/chat/membership/?q=bob&room={server.key_of('moderated')}")
    choose(admin, "moderated", "Remove from the room")
    confirm(admin, "Remove from the room", "still advertising watches")
    expect(bob.page.get_by_text("You are not in this room any more.")).to_be_visible()
    expect(alice.page.get_by_text("bob was removed by admin")).to_be_visible()
    alice.say("Back to work")
    alice.expect_stored("Back to work")
    expect(bob.message("Back to work")).to_have_count(0)

    admin.goto("/admin/chat/moderationentry/")
    expect(admin.get_by_text("still advertising watches")).to_be_visible()
