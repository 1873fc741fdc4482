"""People talk: both see what the database holds, whatever happens to the network between."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Opener, Server
from tests.browser.pages import RoomPage
from tests.browser.wire import Wire


def try_now(room: RoomPage) -> None:
    """Press that button until the page is back: pressed during an attempt that fails it does
    nothing. Also if the page came back by itself just now, and it is hidden."""
    room.page.wait_for_function(
        "() => document.querySelector('main').dataset.connection === 'open'"
        " || void document.querySelector('.banner button').click()",
        polling=100,
    )


def test_two_people_talk(server: Server, open_room: Opener) -> None:
    alice, bob = open_room("alice", "talk"), open_room("bob", "talk")
    alice.say("Tea?")
    bob.expect_stored("Tea?")
    bob.field.press_sequentially("Yes")
    for place in ("typing", "typing-aloud"):
        alice.expect_said(place, "bob is typing")
    bob.field.press("Enter")
    alice.expect_stored("Yes")
    expect(alice.page.locator(".typing")).to_be_hidden()
    expect(alice.page.locator(".typing-aloud")).to_be_empty()

    alice.act("Tea?", "Edit")
    field = alice.page.get_by_role("textbox", name="Edit your message")
    field.fill("Tea,\n  <b>now</b>?")
    field.press("Enter")
    bob.expect_stored("Tea,\n  <b>now</b>?")
    bob.choose("Yes", "Delete")
    bob.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    for person in (alice, bob):
        person.expect_stored("This message was deleted.")

    stored = server.timeline("talk")
    assert [text for _, text in stored][1:] == ["Tea,\n  <b>now</b>?", "This message was deleted."]
    assert alice.timeline() == bob.timeline() == stored


def test_who_loses_the_network_misses_nothing_and_loses_no_words(
    server: Server, open_room: Opener, wire: Wire
) -> None:
    alice, bob = open_room("alice", "away", address=wire.address), open_room("bob", "away")
    alice.say("before")
    bob.expect_stored("before")
    alice.expect_stored("before")

    wire.cut()
    expect(alice.page.locator("main")).to_have_attribute("data-connection", "lost")
    for text in ("one", "two", "three"):
        bob.say(text)
    bob.expect_stored("one", "two", "three")
    bob.act("one", "Edit")
    bob.page.get_by_role("textbox", name="Edit your message").fill("one, edited")
    bob.page.get_by_role("button", name="Save").click()
    bob.expect_stored("one, edited")
    alice.say("written away")
    alice.say("and this")
    expect(alice.message("and this")).to_contain_text("Waiting for the connection")
    expect(alice.page.get_by_text("2 messages waiting")).to_be_visible()
    expect(alice.banner).to_contain_text("Connection lost.")
    expect(alice.page.get_by_role("button", name="Try now")).to_be_visible()

    wire.mend()
    try_now(alice)
    alice.expect_said("banner", "3 messages came in meanwhile, 2 of yours were sent.")
    alice.expect_stored("one, edited", "two", "three", "written away", "and this")
    bob.expect_stored("written away", "and this")

    stored = server.timeline("away")
    assert [text for _, text in stored][-2:] == ["written away", "and this"]
    assert alice.timeline() == bob.timeline() == stored


def test_who_comes_back_to_a_room_that_they_left_elsewhere_is_told_so_once(
    open_room: Opener, wire: Wire
) -> None:
    bob, elsewhere = open_room("bob", "gone", address=wire.address), open_room("bob", "gone")
    expect(bob.page.locator(".faces-words")).to_have_text("1 here")
    wire.cut()
    expect(bob.banner).to_contain_text("Connection lost.")
    elsewhere.page.get_by_role("button", name="Room menu").click()
    elsewhere.page.get_by_role("button", name="Leave room").click()
    expect(elsewhere.page.get_by_text("You left gone.")).to_be_visible()

    wire.mend()
    try_now(bob)
    expect(bob.page.get_by_text("You are not in this room any more.")).to_be_visible()
    expect(bob.page.locator(".banner")).to_be_hidden()


def test_a_reload_during_a_send_stores_it_once(
    server: Server, open_room: Opener, wire: Wire
) -> None:
    alice, bob = open_room("alice", "reload", address=wire.address), open_room("bob", "reload")
    # Both have joined: what is swallowed below is an answer, not the handshake before it.
    expect(alice.page.locator(".faces-words")).to_have_text("2 here")
    alice.say("first")
    alice.expect_stored("first")

    wire.swallow_answers()
    alice.say("sent, but she does not know")
    bob.expect_stored("sent, but she does not know")
    sending = re.compile("Sending|Waiting for the connection")  # the latter after a while
    expect(alice.message("sent, but she does not know")).to_contain_text(sending)
    alice.page.reload()
    alice.join()
    alice.expect_stored("sent, but she does not know")
    wire.cut()
    alice.say("written without a connection")
    wire.mend()
    alice.page.reload()
    alice.expect_stored("written without a connection")
    bob.expect_stored("written without a connection")

    stored = server.timeline("reload")
    assert len(stored) == 4
    assert alice.timeline() == bob.timeline() == stored


def test_what_is_refused_is_kept_to_be_tried_again(server: Server, open_room: Opener) -> None:
    alice = open_room("alice", "refuse")
    for text in ("refuse this", "refuse that", "refuse and forget"):
        alice.say(text)
        expect(alice.message(text)).to_have_attribute("data-state", "failed")
        expect(alice.message(text)).to_contain_text("Not in these words.")
        link = alice.message(text).locator(".message-time")
        expect(link).not_to_have_attribute("href", re.compile(""))

    alice.page.reload()
    alice.message("refuse this").get_by_role("button", name="Try again").click()
    alice.expect_stored("refuse this")
    alice.message("refuse that").get_by_role("button", name="Edit").click()
    expect(alice.field).to_have_value("refuse that")
    alice.say("that, then")
    alice.message("refuse and forget").get_by_role("button", name="Discard").click()
    alice.expect_stored("that, then")

    texts = [text for _, text in server.timeline("refuse")]
    assert texts == ["Welcome to refuse", "refuse this", "that, then"]
    assert alice.timeline() == server.timeline("refuse")


def test_without_javascript_a_room_is_read_and_written(server: Server, open_room: Opener) -> None:
    alice, bob = open_room("alice", "plain", scripts=False), open_room("bob", "plain")
    alice.field.fill("From a form")
    alice.page.get_by_role("button", name="Send").click()
    alice.expect_stored("Welcome to plain", "From a form")
    bob.expect_stored("From a form")
    assert alice.timeline() == bob.timeline() == server.timeline("plain")


def test_earlier_messages_come_when_one_goes_up(server: Server, open_room: Opener) -> None:
    alice = open_room("alice", "past")
    assert len(alice.timeline()) == 50
    start = alice.page.get_by_role("link", name="Earlier messages")
    while start.is_visible():
        alice.page.locator("#timeline").evaluate("log => log.scrollTop = -log.scrollHeight")
        alice.page.wait_for_timeout(50)
    expect(alice.page.locator("#timeline .message")).to_have_count(len(server.timeline("past")))
    assert alice.timeline() == server.timeline("past")


def test_what_comes_in_below_does_not_move_what_is_being_read(open_room: Opener) -> None:
    alice, bob = open_room("alice", "below"), open_room("bob", "below")
    alice.page.locator("#timeline").evaluate("timeline => timeline.scrollTop = -700")
    jump = alice.page.locator(".jump")
    expect(jump).to_have_text("Latest")
    read = alice.message("Once upon a time 5")
    expect(read).to_be_in_viewport()
    before = read.bounding_box()
    bob.say("Meanwhile")
    expect(jump).to_have_text("1 new message")
    after = read.bounding_box()
    assert before is not None
    assert after is not None
    assert after["y"] == pytest.approx(before["y"], abs=1)
    jump.click()
    expect(alice.message("Meanwhile")).to_be_in_viewport()
    expect(jump).to_be_hidden()
