"""What changed while a page was away is on it when it is back."""

from __future__ import annotations

import re
from typing import Any, cast

from playwright.sync_api import StorageState, expect

from tests.browser.conftest import Opener, Server
from tests.browser.pages import RoomPage
from tests.browser.wire import Wire


def lose(room: RoomPage, wire: Wire) -> None:
    wire.cut()
    expect(room.page.locator("main")).to_have_attribute("data-connection", "lost")


def test_a_tab_that_nobody_looks_at_counts_what_it_missed_once(
    open_room: Opener, wire: Wire
) -> None:
    alice = open_room("alice", "counted", address=wire.address)
    bob = open_room("bob", "counted")
    badge = alice.page.locator(".side-item[data-room=counted] .badge")
    alice.say("I look away")
    bob.expect_stored("I look away")
    expect(badge).to_have_count(0)
    alice.page.evaluate("Object.defineProperty(document, 'hidden', { get: () => true })")
    lose(alice, wire)
    for text in ("one", "two"):
        bob.say(text)
    bob.expect_stored("one", "two")
    wire.mend()
    alice.reconnect()
    alice.expect_stored("one", "two")
    expect(badge).to_have_text("2")
    bob.say("three")
    expect(badge).to_have_text("3")


def test_who_became_a_member_meanwhile_is_in_the_panel(open_room: Opener, wire: Wire) -> None:
    alice = open_room("alice", "about-away", address=wire.address)
    panel = alice.page.get_by_role("complementary", name="About about-away")
    expect(alice.page.locator(".faces-words")).to_have_text("1 here")
    expect(panel.get_by_role("list", name="Not here")).to_contain_text("bob")
    lose(alice, wire)
    carol = open_room("carol", "about-away")
    carol.page.get_by_role("button", name="Join", exact=True).click()
    expect(carol.page.locator(".faces-words")).to_have_text("1 here")
    wire.mend()
    alice.reconnect()
    here = panel.get_by_role("list", name=re.compile("^Here"))
    expect(here.get_by_role("listitem")).to_contain_text(["alice", "carol"])


def test_who_was_out_and_came_back_elsewhere_is_back_here(open_room: Opener, wire: Wire) -> None:
    bob = open_room("bob", "asked-back", address=wire.address)
    elsewhere = open_room("bob", "asked-back")
    expect(bob.page.locator(".faces-words")).to_have_text("1 here")
    elsewhere.page.get_by_role("button", name="Room menu").click()
    elsewhere.page.get_by_role("button", name="Leave room").click()
    expect(elsewhere.page.get_by_text("You left asked-back.")).to_be_visible()
    expect(bob.page.get_by_text("You are not in this room any more.")).to_be_visible()
    lose(bob, wire)
    elsewhere.page.goto("/rooms/asked-back/")
    elsewhere.page.get_by_role("button", name="Join", exact=True).click()
    expect(elsewhere.field).to_be_visible()
    wire.mend()
    bob.reconnect()
    expect(bob.field).to_be_visible()
    elsewhere.say("Here again")
    bob.expect_stored("Here again")


def test_who_was_made_a_moderator_meanwhile_moderates(open_room: Opener, wire: Wire) -> None:
    bob = open_room("bob", "promoted", address=wire.address)
    text = "Welcome to promoted"
    expect(bob.page.locator(".faces-words")).to_have_text("1 here")
    expect(bob.page.locator("main")).to_have_attribute("data-role", "member")
    lose(bob, wire)
    office = open_room("alice", "promoted", scripts=False).page
    office.goto("/rooms/promoted/members/bob/")
    office.locator("summary").get_by_text("Make moderator").click()
    office.locator("details[open]").get_by_label("Reason").fill("always here")
    office.get_by_role("button", name="Make moderator").click()
    expect(office.get_by_text("bob is a moderator now.")).to_be_visible()
    wire.mend()
    bob.reconnect()
    expect(bob.page.locator("main")).to_have_attribute("data-role", "moderator")
    bob.choose(text, "Pin")
    expect(bob.message(text).locator(".message-pin")).to_have_text("Pinned by bob")


def test_whoever_has_signed_in_meanwhile_gets_their_own_page(
    server: Server, open_room: Opener, wire: Wire, logins: dict[str, StorageState]
) -> None:
    tab = open_room("alice", "somebody-else", address=wire.address)
    bob = open_room("bob", "somebody-else")
    expect(tab.page.locator(".faces-words")).to_have_text("2 here")
    lose(tab, wire)
    tab.say("Words of alice")
    expect(tab.message("Words of alice")).to_have_attribute("data-state", "pending")
    tab.page.context.clear_cookies()
    tab.page.context.add_cookies(cast("Any", logins["bob"]["cookies"]))
    wire.mend()
    tab.reconnect()
    expect(tab.page.locator(".side-foot")).to_contain_text("bob")
    bob.say("Words of bob")
    tab.expect_stored("Words of bob")
    texts = [text for _, text in server.timeline("somebody-else")]
    assert texts == ["Welcome to somebody-else", "Words of bob"]
