"""From a room to what was said in it, and to the place where it was said."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Opener
from tests.browser.seed import TALES

LAST = f"Once upon a time {TALES['find'] - 1}"


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_what_was_said_long_ago_is_found_and_shown_in_its_place(
    open_room: Opener, scripts: bool
) -> None:
    room = open_room("alice", "find", scripts=scripts)
    page = room.page
    page.get_by_role("link", name="Search in find").click()
    box = page.get_by_role("searchbox", name="Search in find")
    box.fill('once "TIME 31"')
    box.press("Enter")
    hit = page.get_by_role("listitem").filter(has_text="Once upon a time 31")
    expect(hit.locator("mark")).to_have_text(["Once", "time 31"])
    hit.get_by_role("link").click()
    found = page.locator(".message:target")
    expect(found).to_contain_text("Once upon a time 31")
    expect(found).to_be_in_viewport(ratio=1)
    expect(page.get_by_text(LAST, exact=True)).to_have_count(0)
    if scripts:  # what follows then comes by itself as one goes down
        return
    page.get_by_role("link", name="Later messages").click()
    expect(page.get_by_text("Once upon a time 70", exact=True)).to_be_visible()
    expect(page.get_by_text(LAST, exact=True)).to_have_count(0)
    page.get_by_role("link", name="Latest messages").click()
    expect(page.get_by_text(LAST, exact=True)).to_be_visible()


def test_a_fresh_message_is_found_by_who_hears_it_and_shown_in_the_live_room(
    open_room: Opener,
) -> None:
    alice, bob = open_room("alice", "fresh"), open_room("bob", "fresh")
    alice.say("a brand new thimble")
    bob.expect_stored("a brand new thimble")
    bob.page.get_by_role("link", name="Search", exact=True).first.click()
    bob.page.get_by_role("searchbox").fill("thim")
    bob.page.get_by_role("searchbox").press("Enter")
    bob.page.get_by_role("listitem").filter(has_text="thimble").get_by_role("link").click()
    expect(bob.page.locator(".message:target")).to_contain_text("a brand new thimble")
    alice.say("and its thread")
    bob.expect_stored("and its thread")
