"""What people see of messages, and do with them: one causes it, the other sees it at once."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from playwright.sync_api import Locator, WebSocketRoute, expect

from tests.browser.conftest import Opener, Server
from tests.browser.pages import RoomPage
from tests.browser.wire import Wire


def react(room: RoomPage, text: str, name: str) -> None:
    room.act(text, "React")
    room.page.locator("#picker").get_by_role("button", name=name, exact=True).click()


def reaction(room: RoomPage, text: str) -> Locator:
    return room.message(text).locator(".reaction")


def test_texts_become_links_code_and_lists_and_never_markup(open_room: Opener) -> None:
    alice, bob = open_room("alice", "texts"), open_room("bob", "texts")
    alice.say("<img src=x onerror=alert(1)> javascript:alert(1)")
    bob.expect_stored("<img src=x onerror=alert(1)> javascript:alert(1)")
    alice.say("Look at https://example.org/a, or `make run`")
    link = bob.page.get_by_role("link", name="https://example.org/a", exact=True)
    expect(link).to_have_attribute("href", "https://example.org/a")
    expect(link).to_have_attribute("rel", "noopener")
    expect(bob.page.locator(".prose > p > code")).to_have_text("make run")

    alice.say("- tea\n- cake\n```\n" + "long " * 60 + "\n```")
    expect(bob.page.locator(".prose li")).to_have_text(["tea", "cake"])
    code = bob.page.locator(".prose pre.code")
    code.focus()
    bob.page.keyboard.press("ArrowRight")
    expect(code).to_be_focused()
    assert code.evaluate("code => code.scrollWidth > code.clientWidth"), "it scrolls by itself"
    assert bob.page.locator(".timeline img:not(.avatar)").count() == 0


def test_a_reaction_shows_who_and_can_be_taken_back(open_room: Opener) -> None:
    alice, bob = open_room("alice", "reactions"), open_room("bob", "reactions")
    text = "Welcome to reactions"
    react(bob, text, "Love")
    expect(reaction(alice, text)).to_have_attribute("aria-label", "Love, 1: bob")
    expect(reaction(alice, text)).to_have_attribute("aria-pressed", "false")
    expect(reaction(bob, text)).to_have_attribute("aria-pressed", "true")
    expect(bob.page.locator("#picker")).to_be_hidden()

    reaction(alice, text).click()
    expect(reaction(bob, text)).to_have_attribute("aria-label", "Love, 2: bob, alice")
    expect(reaction(alice, text)).to_be_focused()
    react(alice, text, "🚀")
    expect(reaction(bob, text)).to_have_text(["2", re.compile("🚀.*1")])

    reaction(bob, text).first.click()
    expect(reaction(alice, text).first).to_have_attribute("aria-label", "Love, 1: alice")


def test_any_emoji_can_be_typed_to_react_with(open_room: Opener) -> None:
    alice, bob = open_room("alice", "any-emoji"), open_room("bob", "any-emoji")
    text = "Welcome to any-emoji"
    alice.message(text).focus()
    alice.page.keyboard.press("+")
    expect(alice.page.locator("#picker button").first).to_be_focused()
    alice.page.keyboard.press("ArrowUp")
    field = alice.page.get_by_role("textbox", name="Any other")
    expect(field).to_be_focused()
    field.fill("fox")
    field.press("Enter")
    assert field.evaluate("field => field.validity.patternMismatch"), "no word is one emoji"
    expect(field).to_be_visible()

    field.fill("🦊")
    field.press("Enter")
    expect(alice.page.locator("#picker")).to_be_hidden()
    expect(reaction(bob, text)).to_have_attribute("aria-label", "🦊, 1: alice")
    expect(reaction(alice, text)).to_have_attribute("aria-pressed", "true")
    alice.act(text, "React")
    expect(field).to_have_value("")


def test_a_pin_is_seen_by_all_and_set_by_moderators(open_room: Opener) -> None:
    alice, bob = open_room("alice", "pins"), open_room("bob", "pins")
    text = "Welcome to pins"
    alice.choose(text, "Pin")
    expect(bob.message(text).locator(".message-pin")).to_have_text("Pinned by alice")
    bob.act(text, "More")
    expect(bob.page.get_by_role("menuitem", name="Copy link")).to_be_visible()
    expect(bob.page.get_by_role("menuitem", name="Unpin")).to_be_hidden()
    expect(alice.message(text).locator(".message-pin")).to_be_visible()
    alice.choose(text, "Unpin")
    expect(bob.message(text).locator(".message-pin")).to_have_count(0)


def test_moderators_see_what_a_message_said_before(open_room: Opener) -> None:
    alice, bob = open_room("alice", "earlier-texts"), open_room("bob", "earlier-texts")
    bob.say("Tea at ten")
    alice.expect_stored("Tea at ten")
    bob.act("Tea at ten", "Edit")
    bob.page.get_by_role("textbox", name="Edit your message").fill("Tea at eleven")
    bob.page.get_by_role("button", name="Save").click()
    alice.message("Tea at eleven").get_by_role("link", name="edited").click()
    dialog = alice.page.get_by_role("dialog", name="Earlier texts")
    expect(dialog).to_contain_text("Tea at ten")
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_be_hidden()
    expect(bob.message("Tea at eleven")).to_contain_text("edited")
    expect(bob.message("Tea at eleven").get_by_role("link", name="edited")).to_have_count(0)


def test_a_link_to_a_message_leads_into_the_past_and_down_again(
    server: Server, open_room: Opener
) -> None:
    alice, bob = open_room("alice", "links"), open_room("bob", "links")
    alice.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    while not alice.message("Once upon a time 20").is_visible():
        alice.page.locator("#timeline").evaluate("log => log.scrollTop = -log.scrollHeight")
        alice.page.wait_for_timeout(50)
    alice.choose("Once upon a time 20", "Copy link")
    alice.expect_said("said", "Link copied.")
    copied = alice.page.evaluate("navigator.clipboard.readText()")

    bob.page.goto(copied)
    expect(bob.message("Once upon a time 20")).to_be_in_viewport()
    expect(bob.message("Once upon a time 20")).to_be_focused()
    expect(bob.message("Once upon a time 149")).to_have_count(0)
    alice.page.locator(".timeline").press("End")
    alice.say("Meanwhile")
    alice.expect_stored("Meanwhile")
    expect(bob.page.locator(".jump")).to_have_text("1 new message")
    log = bob.page.locator("#timeline")
    while bob.message("Meanwhile").count() == 0:
        log.evaluate("log => log.scrollTop = 0")
        bob.page.wait_for_timeout(50)
    shown = bob.timeline()
    assert shown == server.timeline("links")[-len(shown) :]
    alice.say("And now")
    bob.expect_stored("And now")


def test_going_down_the_past_does_not_move_what_is_read(open_room: Opener) -> None:
    bob = open_room("bob", "links")
    bob.page.goto("/rooms/links/?before=80")
    expect(bob.page.locator("[data-sequence='80']")).to_have_count(1)
    expect(bob.page.locator("[data-sequence='79']")).to_be_in_viewport()


def test_the_jump_on_a_page_of_the_past_tells_of_what_is_new_and_leads_to_the_live_room(
    open_room: Opener,
) -> None:
    bob, alice = open_room("bob", "links"), open_room("alice", "links")
    # What others said there before is read.
    expect(bob.page.locator("main")).to_have_attribute("data-connection", "open")
    expect(bob.page.locator(".side-item[data-room=links] .badge")).to_have_count(0)
    bob.page.goto("/rooms/links/?at=30")
    expect(bob.page.get_by_role("button", name="Latest")).to_be_visible()
    badge = bob.page.locator(".side-item[data-room=links] .badge")
    expect(badge).to_have_count(0)
    alice.say("Far below")
    expect(bob.page.get_by_role("button", name="1 new message")).to_be_visible()
    expect(badge).to_have_text("1")
    bob.page.locator(".jump").click()
    expect(bob.page).to_have_url(re.compile(r"/rooms/links/$"))
    expect(bob.message("Once upon a time 149")).to_have_count(1)


def test_what_is_written_on_a_page_of_the_past_is_sent(open_room: Opener) -> None:
    alice, bob = open_room("alice", "links"), open_room("bob", "links")
    bob.page.goto("/rooms/links/?at=30")
    bob.say("From the past")
    alice.expect_stored("From the past")
    bob.expect_stored("From the past")
    expect(bob.page).to_have_url(re.compile(r"/rooms/links/$"))


def test_a_quote_leads_to_what_it_answers(open_room: Opener) -> None:
    bob, alice = open_room("bob", "quotes"), open_room("alice", "quotes")
    alice.act("Welcome to quotes", "Reply")
    alice.say("Thank you")
    quote = bob.message("Thank you").locator(".quote")
    expect(quote).to_contain_text("Welcome to quotes")
    quote.click()
    expect(bob.message("Welcome to quotes")).to_be_focused()
    expect(bob.message("Welcome to quotes")).to_have_class(re.compile("is-found"))
    bob.choose("Welcome to quotes", "Delete")
    bob.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(alice.message("Thank you").locator(".quote")).to_contain_text(
        "This message was deleted."
    )


def test_pictures_have_their_place_before_they_are_there(open_room: Opener) -> None:
    bob = open_room("bob", "files")
    picture = bob.page.get_by_role("img", name="tea.png")
    assert picture.get_attribute("width") == "360"
    assert picture.get_attribute("height") == "180"
    bob.page.wait_for_function(
        "image => image.complete && image.naturalWidth > 0", arg=picture.element_handle()
    )
    file = bob.page.get_by_role("link", name="list.txt")
    expect(file).to_contain_text("10 bytes")
    with bob.page.expect_download() as download:
        file.click()
    assert download.value.suggested_filename == "list.txt"


def test_the_line_above_what_is_new_stays_when_it_is_read(open_room: Opener) -> None:
    alice = open_room("alice", "divider")
    line = alice.page.get_by_role("separator", name="4 new messages")
    expect(line).to_have_text("4 new")
    expect(line.locator("+ .message")).to_contain_text("Welcome to divider")
    alice.say("I see")
    alice.expect_stored("I see")
    expect(line).to_be_visible()
    alice.page.reload()
    expect(alice.message("I see")).to_have_count(1)
    expect(alice.page.locator(".new-line")).to_have_count(0)


@pytest.mark.parametrize("scripts", [True, False])
def test_many_who_come_are_told_in_one_line(open_room: Opener, scripts: bool) -> None:
    alice = open_room("alice", "crowd", scripts=scripts)
    run = alice.page.get_by_text("6 people joined")
    line = alice.page.get_by_text("guest3 joined")
    expect(line).to_be_hidden()
    run.click()
    expect(line).to_be_visible()


def test_the_timeline_is_used_by_keyboard(open_room: Opener) -> None:
    alice, bob = open_room("alice", "keyboard"), open_room("bob", "keyboard")
    for text in ("one", "two", "three"):
        alice.say(text)
    alice.expect_stored("one", "two", "three")
    bob.say("four")
    alice.expect_stored("four")
    keyboard = alice.page.keyboard
    alice.page.locator("#timeline").focus()
    keyboard.press("ArrowUp")
    expect(alice.message("four")).to_be_focused()
    keyboard.press("ArrowUp")
    keyboard.press("ArrowRight")
    expect(alice.message("three").get_by_role("button", name="React")).to_be_focused()
    keyboard.press("ArrowLeft")
    expect(alice.message("three")).to_be_focused()
    keyboard.press("e")
    field = alice.page.get_by_role("textbox", name="Edit your message")
    expect(field).to_be_focused()
    field.fill("e + r are letters here")
    field.press("Enter")
    expect(alice.message("e + r are letters here")).to_be_focused()

    keyboard.press("+")
    expect(alice.page.locator("#picker button").first).to_be_focused()
    keyboard.press("ArrowRight")
    keyboard.press("Enter")
    expect(reaction(bob, "e + r are letters here")).to_have_attribute("aria-label", "Yes, 1: alice")
    alice.message("two").focus()
    keyboard.press("Delete")
    alice.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(alice.message("e + r are letters here")).to_be_focused()
    stops = alice.page.locator("#timeline, .message").evaluate_all(
        "all => all.filter(each => each.tabIndex === 0).length"
    )
    assert stops == 1


def test_the_tab_key_finds_the_timeline_when_what_it_came_back_to_is_gone(
    open_room: Opener,
) -> None:
    alice, bob = open_room("alice", "focus"), open_room("bob", "focus")
    log = alice.page.locator("#timeline")
    alice.message("Welcome to focus").focus()
    expect(log).to_have_attribute("tabindex", "-1")
    alice.field.focus()
    alice.message("Welcome to focus").evaluate("message => message.remove()")
    bob.say("Something new")
    alice.expect_stored("Something new")
    expect(log).to_have_attribute("tabindex", "0")


def test_the_focus_stays_where_others_change_things(open_room: Opener) -> None:
    alice, bob = open_room("alice", "focus"), open_room("bob", "focus")
    text = "Welcome to focus"
    react(alice, text, "Yes")
    reaction(alice, text).focus()
    reaction(bob, text).click()
    expect(reaction(alice, text)).to_have_attribute("aria-label", "Yes, 2: alice, bob")
    expect(reaction(alice, text)).to_be_focused()

    alice.message(text).get_by_role("button", name="More").focus()
    expect(reaction(bob, text)).to_have_attribute("aria-pressed", "true")
    reaction(bob, text).click()
    expect(reaction(alice, text)).to_have_attribute("aria-label", "Yes, 1: alice")
    expect(alice.message(text).get_by_role("button", name="More")).to_be_focused()


def test_a_menu_stays_beside_its_message_while_others_react_to_it(open_room: Opener) -> None:
    alice, bob = open_room("alice", "beside"), open_room("bob", "beside")
    text = "Welcome to beside"
    alice.act(text, "More")
    menu = alice.page.locator("#message-menu")
    expect(menu).to_be_visible()
    before = menu.bounding_box()
    assert before is not None
    react(bob, text, "Yes")
    expect(reaction(alice, text)).to_have_attribute("aria-label", "Yes, 1: bob")
    after = menu.bounding_box()
    assert after is not None
    assert after["x"] == pytest.approx(before["x"], abs=2)
    alice.page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(alice.message(text).get_by_role("button", name="More")).to_be_focused()


def test_a_link_to_another_page_is_followed_whatever_it_points_at(
    server: Server, open_room: Opener
) -> None:
    alice = open_room("alice", "elsewhere-linked")
    text = f"See {server.address}/people/#main"
    alice.say(text)
    alice.expect_stored(text)
    alice.page.get_by_role("link", name="/people/#main").click()
    alice.page.wait_for_url("**/people/#main")


def test_what_can_be_done_shows_when_a_message_is_pointed_at(open_room: Opener) -> None:
    alice = open_room("alice", "touch")
    actions = alice.message("Welcome to touch").locator(".message-actions")
    expect(actions).to_have_css("opacity", "0")
    alice.message("Welcome to touch").hover()
    expect(actions).to_have_css("opacity", "1")


def test_a_tap_shows_what_can_be_done(open_room: Opener) -> None:
    alice, bob = open_room("alice", "touch", touch=True), open_room("bob", "touch")
    actions = alice.message("Welcome to touch").locator(".message-actions")
    expect(actions).to_be_hidden()
    alice.message("Welcome to touch").locator(".message-text").tap()
    expect(actions).to_be_visible()
    actions.get_by_role("button", name="React").tap()
    alice.page.locator("#picker").get_by_role("button", name="Agreed").tap()
    expect(reaction(bob, "Welcome to touch")).to_have_attribute("aria-label", "Agreed, 1: alice")

    actions.get_by_role("button", name="More").tap()
    expect(alice.page.locator("#message-menu")).to_be_visible()
    alice.page.keyboard.press("Escape")
    expect(alice.page.locator("#message-menu")).to_be_hidden()
    expect(actions.get_by_role("button", name="More")).to_be_focused()


def test_who_has_read_is_told_under_one_s_last_read_message(open_room: Opener) -> None:
    alice = open_room("alice", "receipts")
    alice.say("Has anybody read this?")
    alice.expect_stored("Has anybody read this?")
    expect(alice.page.locator(".read-by")).to_have_count(0)
    open_room("bob", "receipts").expect_stored("Has anybody read this?")
    expect(alice.message("Has anybody read this?")).to_contain_text("Read by bob")
    alice.page.reload()
    expect(alice.message("Has anybody read this?")).to_contain_text("Read by bob")
    alice.say("And this?")
    expect(alice.message("And this?")).to_contain_text("Read by bob")
    expect(alice.page.locator(".read-by")).to_have_count(1)


def test_a_message_is_marked_unread_on_every_device(open_room: Opener) -> None:
    bob, here = open_room("bob", "unread"), open_room("alice", "unread")
    # Elsewhere, so that nothing there takes for read what is marked unread here.
    there = open_room("alice", "talk")
    badge = there.page.locator(".side-item[data-room=unread] .badge")
    bob.say("Later")
    here.expect_stored("Later")
    # That it is read is on its way no more, and would not undo what follows.
    expect(bob.message("Later")).to_contain_text("Read by alice")
    expect(badge).to_have_count(0)
    here.choose("Welcome to unread", "Mark unread from here")
    expect(here.page.get_by_role("separator", name="2 new messages")).to_be_visible()
    expect(badge).to_have_text("2")
    bob.say("Still there?")
    expect(badge).to_have_text("3")
    here.say("Yes")
    expect(badge).to_have_count(0)


def test_what_comes_in_before_the_answer_does_not_undo_that_it_was_marked_unread(
    open_room: Opener,
) -> None:
    bob, here = open_room("bob", "unread-late"), open_room("alice", "unread-late")
    there = open_room("alice", "talk")
    badge = there.page.locator(".side-item[data-room=unread-late] .badge")
    asked: set[str] = set()
    late: list[Callable[[], None]] = []

    def hold_answers(route: WebSocketRoute) -> None:
        server = route.connect_to_server()

        def from_page(frame: str | bytes) -> None:
            said = json.loads(frame)
            if said["event"] == "mark_unread":
                asked.add(said["ref"])
            server.send(frame)

        def from_server(frame: str | bytes) -> None:
            send = partial(route.send, frame)
            if json.loads(frame).get("ref") in asked:
                late.append(send)
            else:
                send()

        route.on_message(from_page)
        server.on_message(from_server)

    here.page.route_web_socket("**/ws/chat/", hold_answers)
    here.page.reload()
    bob.say("First")
    here.expect_stored("First")
    expect(bob.message("First")).to_contain_text("Read by alice")
    here.choose("First", "Mark unread from here")
    expect(badge).to_have_text("1")
    bob.say("Second")
    here.expect_stored("Second")
    expect(badge).to_have_text("2")
    for send in late:
        send()
    expect(here.page.get_by_role("separator", name="1 new message")).to_be_visible()
    expect(badge).to_have_text("2")


def test_days_and_times_stay_true_overnight(open_room: Opener) -> None:
    alice = open_room("alice", "overnight")
    label = alice.page.locator(".day-label time")
    date = label.get_attribute("title")
    # The day on which it was written, whatever day it is by now.
    alice.page.clock.install(time=f"{label.get_attribute('datetime')}T12:00:00")
    alice.page.reload()
    expect(label).to_have_text("Today")
    alice.page.clock.fast_forward("24:00:00")
    expect(label).to_have_text("Yesterday")
    assert label.get_attribute("title") == date
    expect(alice.message("Welcome to overnight").locator("time")).to_have_attribute(
        "title", re.compile(r"\d{4} at \d\d:\d\d")
    )


def test_what_came_in_while_nobody_looked_stands_below_the_line(open_room: Opener) -> None:
    alice, bob = open_room("alice", "hidden"), open_room("bob", "hidden")
    alice.say("I look elsewhere now")
    bob.expect_stored("I look elsewhere now")
    alice.page.evaluate(
        "for (const [name, value] of [['hidden', true], ['visibilityState', 'hidden']])"
        " Object.defineProperty(document, name, { configurable: true, get: () => value })"
    )
    for text in ("one", "two"):
        bob.say(text)
    line = alice.page.get_by_role("separator", name="2 new messages")
    expect(line.locator("+ .message")).to_contain_text("one")


def test_catching_up_is_announced_in_one_line(open_room: Opener, wire: Wire) -> None:
    alice, bob = (
        open_room("alice", "announced", address=wire.address),
        open_room("bob", "announced"),
    )
    log = alice.page.locator("#timeline")
    expect(log).to_have_attribute("aria-live", "polite")
    # For the page no time passes: after two seconds the banner would say it.
    alice.page.clock.install()
    alice.page.clock.pause_at(datetime.now(tz=UTC) + timedelta(hours=1))
    wire.cut()
    expect(log).to_have_attribute("aria-live", "off")
    for text in ("one", "two"):
        bob.say(text)
    bob.expect_stored("one", "two")
    wire.mend()
    alice.reconnect()
    expect(alice.page.get_by_role("status").filter(has_text="2 messages came in")).to_be_visible()
    alice.expect_stored("one", "two")
    expect(log).to_have_attribute("aria-live", "polite")


@pytest.mark.parametrize("scripts", [True, False])
def test_who_is_mentioned_sees_it(open_room: Opener, scripts: bool) -> None:
    alice = open_room("alice", "mentioned")
    bob = open_room("bob", "mentioned", scripts=scripts)
    words = f"@bob, ask @alice or @nobody ({scripts})"
    alice.say(words)
    alice.expect_stored(words)
    if not scripts:
        bob.page.reload()
    message = bob.message(words)
    expect(message).to_have_class(re.compile("is-for-you"))
    expect(message.locator(".mention.is-you")).to_have_text("@bob")
    expect(message.locator(".mention")).to_have_count(1)
    expect(alice.message(words)).not_to_have_class(re.compile("is-for-you"))
    expect(alice.message(words).locator(".mention")).to_have_attribute("href", "/people/bob/")
