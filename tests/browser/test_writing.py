"""The field one writes in: what it keeps, how it grows, and when it lets nothing go."""

from __future__ import annotations

import json
import re

from playwright.sync_api import FilePayload, expect

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
    alice.page.wait_for_url("**/accounts/logout/")
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


def test_what_is_sent_says_by_itself_that_one_types_no_more(open_room: Opener) -> None:
    alice = open_room("alice", "over")
    told: list[bool] = []

    def hear(frame: str | bytes) -> None:
        asked = json.loads(frame)
        if asked["event"] == "typing":
            told.append(asked["data"]["typing"])

    alice.page.on("websocket", lambda socket: socket.on("framesent", hear))
    alice.page.reload()
    expect(alice.page.locator(".faces-words")).to_have_text("1 here")
    alice.field.press_sequentially("Typed")
    alice.field.press("Enter")
    alice.expect_stored("Typed")
    assert set(told) == {True}


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


def test_a_few_letters_after_an_at_sign_become_a_member_s_name(open_room: Opener) -> None:
    alice, bob = open_room("alice", "completing"), open_room("bob", "completing")
    names = alice.page.get_by_role("listbox", name="People to mention")
    alice.field.press_sequentially("Ask @b")
    expect(names.get_by_role("option", name="bob")).to_have_attribute("aria-selected", "true")
    expect(alice.field).to_have_attribute("aria-activedescendant", "people-choices-0")
    alice.field.press("Escape")
    expect(names).to_be_hidden()
    alice.field.press_sequentially("o")
    expect(names).to_be_visible()
    alice.field.press("Tab")
    expect(alice.field).to_have_value("Ask @bob ")
    expect(alice.field).to_be_focused()
    alice.field.press_sequentially("or @a")
    expect(names.get_by_role("option")).to_have_count(1)
    alice.field.press("ArrowDown")
    alice.field.press("Enter")
    alice.field.press("Enter")
    alice.expect_stored("Ask @bob or @alice")
    expect(bob.message("Ask @bob or @alice")).to_have_class(re.compile("is-for-you"))


def test_a_reply_carries_what_it_answers_until_one_thinks_better_of_it(open_room: Opener) -> None:
    alice, bob = open_room("alice", "replying"), open_room("bob", "replying")
    alice.say("Tea or cake?")
    bob.expect_stored("Tea or cake?")
    bar = bob.page.locator(".composer-reply")
    bob.act("Tea or cake?", "Reply")
    expect(bar).to_contain_text("Replying to alice: Tea or cake?")
    expect(bob.field).to_be_focused()
    bob.field.press("Escape")
    expect(bar).to_be_hidden()

    bob.act("Tea or cake?", "Reply")
    bob.page.reload()
    expect(bar).to_contain_text("Tea or cake?")
    bob.say("Both")
    expect(bar).to_be_hidden()
    expect(alice.message("Both").locator(".quote")).to_contain_text("Tea or cake?")


def text_file(name: str, words: str) -> FilePayload:
    return FilePayload(name=name, mimeType="text/plain", buffer=words.encode())


def test_files_go_along_with_a_message_or_alone(open_room: Opener) -> None:
    alice, bob = open_room("alice", "sending"), open_room("bob", "sending")
    files = alice.page.get_by_role("list", name="Files to send")
    choose = alice.page.get_by_label("Add files")
    choose.set_input_files([text_file("plan.txt", "the plan"), text_file("not this.txt", "x")])
    expect(files.get_by_role("listitem")).to_have_count(2)
    files.get_by_role("button", name="Remove not this.txt").click()
    expect(alice.field).to_be_focused()
    expect(alice.page.get_by_role("button", name="Send")).to_be_enabled()
    alice.say("Here is the plan")
    expect(files).to_be_hidden()
    expect(bob.message("Here is the plan")).to_contain_text("plan.txt")

    choose.set_input_files(text_file("alone.txt", "no words"))
    alice.page.get_by_role("button", name="Send").click()
    expect(bob.page.locator(".attachment", has_text="alone.txt")).to_be_visible()


def test_files_are_pasted_and_dropped(open_room: Opener) -> None:
    alice = open_room("alice", "sending")
    files = alice.page.get_by_role("list", name="Files to send")
    give = (
        "([target, event, name]) => {"
        " const data = new DataTransfer();"
        " data.items.add(new File(['words'], name, {type: 'text/plain'}));"
        " const given = {bubbles: true, cancelable: true};"
        " document.querySelector(target).dispatchEvent(event === 'paste'"
        "  ? new ClipboardEvent(event, {...given, clipboardData: data})"
        "  : new DragEvent(event, {...given, dataTransfer: data})); }"
    )
    alice.page.evaluate(give, ["#text", "paste", "pasted.txt"])
    alice.page.evaluate(give, ["#timeline", "drop", "dropped.txt"])
    expect(files).to_contain_text("pasted.txt")
    expect(files).to_contain_text("dropped.txt")
    for name in ("pasted.txt", "dropped.txt"):
        files.get_by_role("button", name=f"Remove {name}").click()
    expect(files).to_be_hidden()


def test_a_file_that_did_not_arrive_says_why_and_is_tried_again(open_room: Opener) -> None:
    alice = open_room("alice", "sending")
    files = alice.page.get_by_role("list", name="Files to send")
    alice.page.route("**/files/", lambda route: route.abort())
    alice.page.get_by_label("Add files").set_input_files(text_file("late.txt", "late"))
    expect(files).to_contain_text("The connection was lost.")
    expect(alice.page.get_by_role("button", name="Send")).to_be_disabled()
    alice.page.unroute("**/files/")
    files.get_by_role("button", name="Try again").click()
    expect(alice.page.get_by_role("button", name="Send")).to_be_enabled()
    expect(files).not_to_contain_text("The connection was lost.")
    alice.page.get_by_label("Add files").set_input_files(text_file("evil.exe", "MZ"))
    expect(files.get_by_role("alert").filter(has_text=re.compile(r"\w"))).to_have_count(1)
    for name in ("evil.exe", "late.txt"):
        files.get_by_role("button", name=f"Remove {name}").press("Enter")


def test_who_was_muted_reads_until_when(open_room: Opener) -> None:
    bob = open_room("bob", "looked-at")
    expect(bob.page.get_by_text("You cannot write here until")).to_be_visible()
    expect(bob.field).to_be_hidden()
