"""The field one writes in: what it keeps, how it grows, and when it lets nothing go."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Opener, Server


def test_what_is_half_written_is_there_again_until_it_is_sent(
    server: Server, open_room: Opener
) -> None:
    alice = open_room("alice", "drafts")
    alice.field.fill("half a thought")
    alice.page.goto(f"{server.address}/rooms/over/")
    expect(alice.field).to_have_value("")
    alice.page.goto(f"{server.address}/rooms/drafts/")
    expect(alice.field).to_have_value("half a thought")
    alice.field.press("Enter")
    alice.expect_stored("half a thought")
    alice.page.reload()
    expect(alice.field).to_have_value("")


def test_who_signs_out_leaves_no_drafts(server: Server, open_room: Opener) -> None:
    alice = open_room("alice", "drafts")
    alice.field.fill("private words")
    # Not the login that the other tests use: a form that goes nowhere does the same.
    alice.page.route("**/accounts/logout/", lambda route: route.fulfill(body="out"))
    alice.page.get_by_role("button", name="Your menu").click()
    alice.page.get_by_role("button", name="Sign out").click()
    expect(alice.page.get_by_text("out")).to_be_visible()
    alice.page.goto(f"{server.address}/rooms/drafts/")
    expect(alice.field).to_have_value("")


def test_what_is_too_long_says_by_how_much_and_is_not_sent(open_room: Opener) -> None:
    alice = open_room("alice", "over")
    alice.field.fill("x" * 4120)
    expect(alice.page.get_by_text("120 over")).to_be_visible()
    expect(alice.page.get_by_role("button", name="Send")).to_be_disabled()
    alice.field.press("Enter")
    expect(alice.field).to_have_value("x" * 4120)
    alice.field.fill("short")
    expect(alice.page.get_by_text("120 over")).to_be_hidden()
    expect(alice.page.get_by_role("button", name="Send")).to_be_enabled()


def test_the_field_grows_with_its_text(open_room: Opener) -> None:
    alice = open_room("alice", "over")
    low = alice.field.bounding_box()
    alice.field.fill("one\ntwo\nthree\nfour")
    high = alice.field.bounding_box()
    assert low is not None
    assert high is not None
    assert high["height"] > low["height"] + 40


def test_up_in_an_empty_field_edits_the_last_message(open_room: Opener) -> None:
    alice, bob = open_room("alice", "last"), open_room("bob", "last")
    alice.say("frist")
    bob.expect_stored("frist")
    bob.say("You mean first.")
    alice.expect_stored("You mean first.")
    alice.field.press("ArrowUp")
    edited = alice.page.get_by_role("textbox", name="Edit your message")
    expect(edited).to_be_focused()
    expect(edited).to_have_value("frist")
    edited.fill("first")
    edited.press("Enter")
    bob.expect_stored("first")
