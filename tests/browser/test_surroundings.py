"""What stands around the conversation: who is here, one's other rooms, menus and keys."""

from __future__ import annotations

import json
import re

from playwright.sync_api import Locator, Page, ViewportSize, WebSocketRoute, expect

from tests.browser.conftest import Opener, Server
from tests.harness.servers import manage

WIDE = ViewportSize(width=1280, height=800)
NARROW = ViewportSize(width=390, height=844)


def side_item(page: Page, room: str) -> Locator:
    return page.locator(f'.side-item[data-room="{room}"]')


def for_alice(page: Page) -> int:
    """What the window's title says is for her, from whichever room."""
    told = re.match(r"\((\d+)\)", page.title())
    return int(told[1]) if told else 0


# Who is here


def test_who_comes_and_goes_is_seen_in_the_head_and_beside_the_room(open_room: Opener) -> None:
    alice = open_room("alice", "here")
    faces = alice.page.get_by_role("button", name="About this room")
    panel = alice.page.get_by_role("complementary", name="About here")
    expect(faces).to_have_text("About this room: 1 here")
    expect(panel.get_by_role("list", name="Not here")).to_contain_text("bob")

    bob = open_room("bob", "here")
    expect(faces).to_have_text("About this room: 2 here")
    expect(faces.locator("img")).to_have_count(2)
    for face in faces.locator("img").all():
        expect(face).not_to_have_js_property("naturalWidth", 0)
    expect(panel.get_by_role("list", name=re.compile("^Here"))).to_contain_text("bob")
    bob.page.close()
    expect(faces).to_have_text("About this room: 1 here")
    expect(panel.get_by_role("list", name="Not here")).to_contain_text("bob")


def test_who_comes_takes_their_place_among_those_who_are_here(open_room: Opener) -> None:
    bob = open_room("bob", "here")
    panel = bob.page.get_by_role("complementary", name="About here")
    here = panel.get_by_role("list", name=re.compile("^Here"))
    expect(here.get_by_role("listitem")).to_contain_text(["bob"])
    expect(panel.get_by_role("list", name="Not here")).to_contain_text("alice")

    open_room("alice", "here")
    expect(here.get_by_role("listitem")).to_contain_text(["alice", "bob"])


def test_what_the_room_forgets_is_pinned_no_more(server: Server, open_room: Opener) -> None:
    alice = open_room("alice", "pruned")
    panel = alice.page.get_by_role("complementary", name="About pruned")
    pinned = panel.get_by_role("link", name="Welcome to pruned")
    alice.choose("Welcome to pruned", "Pin")
    expect(pinned).to_have_count(1)
    alice.say("All there is")
    alice.expect_stored("All there is")
    limit = (
        "from chat.models import Room; Room.objects.filter(slug='pruned').update(history_limit=1)"
    )
    manage("shell", "-c", limit, **server.environment)
    keep_nothing_young = {"CHAT_RETENTION_MINIMUM": "0"}
    manage("prune_messages", "--room=pruned", **server.environment, **keep_nothing_young)
    expect(alice.message("Welcome to pruned")).to_have_count(0)
    expect(pinned).to_have_count(0)


def test_the_panel_beside_a_wide_room_stays_as_one_left_it(open_room: Opener) -> None:
    alice = open_room("alice", "about")
    alice.page.set_viewport_size(WIDE)
    panel = alice.page.locator("#about")
    expect(panel).to_contain_text("alice")
    panel.get_by_role("button", name="Close").click()
    expect(panel).to_be_hidden()
    faces = alice.page.get_by_role("button", name="About this room")
    expect(faces).to_be_focused()
    alice.page.reload()
    expect(panel).to_be_hidden()
    faces.click()
    expect(panel).to_contain_text("bob")


def test_on_a_narrow_page_the_panel_is_a_dialog_over_the_room(open_room: Opener) -> None:
    alice = open_room("alice", "about")
    alice.page.set_viewport_size(NARROW)
    faces = alice.page.get_by_role("button", name="About this room")
    expect(alice.page.locator("#about")).to_be_hidden()
    faces.click()
    panel = alice.page.get_by_role("dialog", name="About about")
    expect(panel).to_contain_text("bob")
    expect(panel.get_by_role("button", name="Close")).to_be_focused()
    alice.page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(faces).to_be_focused()


def test_where_nobody_can_say_who_is_here_the_page_says_that(open_room: Opener) -> None:
    alice = open_room("alice", "unknown")

    def without_presence(route: WebSocketRoute) -> None:
        server = route.connect_to_server()

        def pass_on(frame: str | bytes) -> None:
            said = json.loads(frame)
            for name in {"active_users", "active_count"} & said["data"].keys():
                said["data"][name] = None
            route.send(json.dumps(said))

        server.on_message(pass_on)

    alice.page.route_web_socket("**/ws/chat/", without_presence)
    alice.page.reload()
    expect(alice.page.locator(".faces-words")).to_have_text("Presence unknown")
    panel = alice.page.get_by_role("complementary", name="About unknown")
    expect(panel.get_by_role("list", name=re.compile("^People"))).to_contain_text("bob")


def test_before_the_room_is_heard_nothing_is_said_of_who_is_here(open_room: Opener) -> None:
    alice = open_room("alice", "unknown")
    alice.page.route_web_socket("**/ws/chat/", lambda _: None)
    alice.page.reload()
    panel = alice.page.get_by_role("complementary", name="About unknown")
    expect(panel.get_by_role("list", name=re.compile("^People"))).to_contain_text("bob")
    expect(alice.page.locator(".faces-words")).to_have_text("About")


# One's rooms


def test_what_comes_in_elsewhere_is_counted_on_every_page(
    server: Server, open_room: Opener
) -> None:
    alice, elsewhere = open_room("alice", "about"), open_room("alice", "about")
    elsewhere.page.goto(server.address)
    bob = open_room("bob", "waits")
    bob.say("one")
    bob.say("two")
    in_the_room, on_the_list = side_item(alice.page, "waits"), side_item(elsewhere.page, "waits")
    for item in (in_the_room, on_the_list):
        expect(item.locator(".badge")).to_have_attribute("aria-label", "3 unread")
        expect(item).to_have_class(re.compile("is-unread"))
    row = elsewhere.page.locator(".row[data-room=waits] .badge")
    expect(row).to_have_text("3")

    alice.page.goto(f"{server.address}/rooms/waits/")
    alice.expect_stored("two")
    expect(on_the_list.locator(".badge")).to_have_count(0)
    expect(row).to_have_count(0)


def test_a_room_that_one_left_on_another_device_goes_from_the_sidebar(
    server: Server, open_room: Opener
) -> None:
    bob, elsewhere = open_room("bob", "about"), open_room("bob", "left")
    expect(side_item(bob.page, "left")).to_be_visible()
    elsewhere.page.get_by_role("button", name="Room menu").click()
    elsewhere.page.get_by_role("button", name="Leave room").click()
    expect(elsewhere.page.get_by_text("You left left.")).to_be_visible()
    expect(side_item(bob.page, "left")).to_have_count(0)


def test_a_mention_is_told_apart_and_a_silenced_room_keeps_quiet(
    server: Server, open_room: Opener
) -> None:
    alice, bob = open_room("alice", "about"), open_room("bob", "nothing-missed")
    expect(alice.page.locator(".faces-words")).to_have_text("1 here")
    before = for_alice(alice.page)
    bob.say("@alice, somebody asked for you")
    item = side_item(alice.page, "nothing-missed")
    badge = item.locator(".badge.is-for-you")
    expect(badge).to_have_attribute("aria-label", "2 unread, you are mentioned")
    expect(alice.page).to_have_title(f"({before + 1}) about · Parley")
    elsewhere = open_room("alice", "about")
    expect(side_item(elsewhere.page, "nothing-missed").locator(".badge.is-for-you")).to_be_visible()

    elsewhere.page.goto(f"{server.address}/rooms/nothing-missed/")
    expect(item.locator(".badge")).to_have_count(0)
    assert for_alice(alice.page) == before
    elsewhere.page.get_by_role("button", name="Room menu").click()
    elsewhere.page.get_by_role("button", name="Silence").click()
    expect(item).to_have_class(re.compile("is-silenced"))
    elsewhere.page.goto(server.address)
    bob.say("@alice, still there?")
    bob.expect_stored("@alice, still there?")
    bob.page.goto(f"{server.address}/rooms/hush/")
    bob.say("@alice, here then")
    expect(side_item(alice.page, "hush").locator(".badge.is-for-you")).to_be_visible()
    expect(item.locator(".badge")).to_have_count(0)
    assert for_alice(alice.page) == before + 1


def test_the_menu_says_on_every_device_whether_the_room_is_silenced(open_room: Opener) -> None:
    here, elsewhere = open_room("alice", "silenced"), open_room("alice", "silenced")
    expect(here.page.locator(".faces-words")).to_have_text("1 here")
    menu = here.page.get_by_role("group", name="Room menu")
    here.page.get_by_role("button", name="Room menu").click()
    expect(menu.get_by_role("button", name="Silence")).to_be_visible()
    elsewhere.page.get_by_role("button", name="Room menu").click()
    elsewhere.page.get_by_role("button", name="Silence").click()
    expect(menu.get_by_role("button", name="Notify again")).to_be_visible()
    expect(menu.get_by_role("button", name="Silence")).to_be_hidden()


def test_a_direct_room_that_somebody_starts_appears_with_its_message(
    server: Server, open_room: Opener
) -> None:
    alice, carol = open_room("alice", "about"), open_room("carol", "elsewhere")
    expect(alice.page.locator(".faces-words")).to_have_text("1 here")
    direct = alice.page.get_by_role("list", name="Direct messages")
    link = direct.get_by_role("link", name="carol")
    expect(link).to_have_count(0)
    carol.page.goto(f"{server.address}/people/alice/")
    carol.page.get_by_role("button", name="Message").click()
    carol.page.wait_for_url(re.compile("/rooms/[0-9a-f]{24}/"))
    carol.say("Have you got five minutes?")
    expect(link.locator(".badge.is-for-you")).to_have_attribute("aria-label", "1 unread")
    link.click()
    alice.expect_stored("Have you got five minutes?")
    expect(alice.page.get_by_role("heading", level=1)).to_have_text("carol")


def test_a_hidden_page_notifies_of_a_mention_if_one_asked_for_it(open_room: Opener) -> None:
    alice, bob = open_room("alice", "about"), open_room("bob", "notified")
    page = alice.page
    page.context.grant_permissions(["notifications"])
    page.add_init_script(
        "window.asked = 0;"
        "window.Notification = class { static permission = 'default';"
        " static async requestPermission() { window.asked += 1; this.permission = 'granted'; }"
        " constructor(words, {tag}) { document.documentElement.dataset.told = words + tag; } };"
        "Object.defineProperty(document, 'hidden', {get: () => window.away === true});"
    )
    page.reload()
    expect(page.locator(".faces-words")).to_have_text("1 here")
    assert page.evaluate("window.asked") == 0
    page.get_by_role("button", name="Your menu").click()
    page.get_by_role("button", name="Browser notifications").click()
    expect(page.get_by_role("button", name="Browser notifications")).to_have_attribute(
        "aria-pressed", "true"
    )
    assert page.evaluate("window.asked") == 1

    bob.say("@alice while you look")
    expect(side_item(page, "notified").locator(".badge.is-for-you")).to_be_visible()
    before = side_item(page, "notified").locator(".badge").inner_text()
    page.evaluate("window.away = true")
    bob.say("nothing for anybody")
    expect(side_item(page, "notified").locator(".badge")).not_to_have_text(before)
    expect(page.locator("html[data-told]")).to_have_count(0)
    bob.say("@alice while you do not")
    expect(page.locator("html")).to_have_attribute(
        "data-told", "You are mentioned in notified" + "parley.notified"
    )


# Menus and keys


def test_the_theme_is_chosen_in_one_s_menu(open_room: Opener) -> None:
    alice = open_room("alice", "about")
    html = alice.page.locator("html")
    for choice in ("Dark", "Light"):
        alice.page.get_by_role("button", name="Your menu").click()
        alice.page.get_by_role("button", name=choice).click()
        expect(html).to_have_attribute("data-theme", choice.lower())
        expect(alice.page).to_have_url(re.compile("/rooms/about/$"))
    alice.page.get_by_role("button", name="Your menu").click()
    alice.page.get_by_role("button", name="System").click()
    expect(html).not_to_have_attribute("data-theme", re.compile(".+"))


def test_the_question_mark_lists_the_shortcuts(open_room: Opener) -> None:
    alice = open_room("alice", "keys")
    alice.field.press("?")
    expect(alice.field).to_have_value("?")
    alice.field.fill("")
    alice.page.locator("#timeline").focus()
    alice.page.keyboard.press("?")
    dialog = alice.page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog).to_contain_text("This list")
    alice.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(alice.page.locator("#timeline")).to_be_focused()


def test_ctrl_k_goes_to_a_room_by_a_few_letters(open_room: Opener) -> None:
    alice = open_room("alice", "keys")
    alice.page.keyboard.press("Control+k")
    field = alice.page.get_by_role("combobox", name="Go to a room or a person")
    expect(field).to_be_focused()
    field.press_sequentially("MODERA")
    expect(alice.page.get_by_role("option", name="moderated")).to_have_attribute(
        "aria-selected", "true"
    )
    field.press("Enter")
    expect(alice.page).to_have_url(re.compile("/rooms/moderated/$"))


def test_one_escape_leaves_the_switcher_whatever_was_typed(open_room: Opener) -> None:
    alice = open_room("alice", "keys")
    alice.page.keyboard.press("Control+k")
    field = alice.page.get_by_role("combobox", name="Go to a room or a person")
    field.press_sequentially("mod")
    field.press("Escape")
    expect(field).to_be_hidden()


def test_alt_and_arrows_go_from_room_to_room(open_room: Opener) -> None:
    alice, bob = open_room("alice", "keys"), open_room("bob", "quiet")
    alice.field.press("Alt+ArrowDown")
    expect(alice.page).to_have_url(re.compile("/rooms/last/$"))
    expect(alice.page.locator(".faces-words")).to_have_text("1 here")
    # Read, which might else be told while one looks below what is not.
    expect(side_item(alice.page, "last").locator(".badge")).to_have_count(0)
    alice.page.keyboard.press("Alt+ArrowUp")
    expect(alice.page).to_have_url(re.compile("/rooms/keys/$"))
    bob.say("Over here")
    expect(alice.page.locator(".faces-words")).to_have_text("1 here")
    expect(side_item(alice.page, "quiet").locator(".badge")).to_be_visible()
    names = alice.page.locator(".side-item[data-room]").evaluate_all(
        "all => all.map(each => [each.dataset.room, each.classList.contains('is-unread')])"
    )
    here = next(at for at, (room, _) in enumerate(names) if room == "keys")
    following = [*names[here + 1 :], *names[:here]]
    expected = next(room for room, unread in following if unread)
    alice.page.keyboard.press("Alt+Shift+ArrowDown")
    expect(alice.page).to_have_url(re.compile(f"/rooms/{expected}/$"))


# Phone


def test_on_a_phone_a_room_fills_the_screen_and_leads_back_to_the_list(
    server: Server, open_room: Opener
) -> None:
    alice = open_room("alice", "about")
    alice.page.set_viewport_size(NARROW)
    expect(alice.page.get_by_role("navigation", name="Main")).to_be_hidden()
    expect(alice.page.get_by_role("navigation", name="Parley")).to_be_hidden()
    alice.page.get_by_role("link", name="All rooms").click()
    expect(alice.page).to_have_url(f"{server.address}/")
    bob = open_room("bob", "quiet")
    bob.say("For the phone")
    bar = alice.page.get_by_role("navigation", name="Main")
    expect(bar.get_by_role("link", name=re.compile("Rooms .*unread"))).to_be_visible()
    bar.get_by_role("button", name="You").click()
    expect(alice.page.get_by_role("button", name="Sign out")).to_be_visible()


def test_the_focus_comes_back_to_the_menu_that_opened_the_list_of_keys(
    open_room: Opener,
) -> None:
    alice = open_room("alice", "keys")
    opener = alice.page.get_by_role("button", name="Your menu")
    opener.click()
    alice.page.get_by_role("button", name="Keyboard shortcuts").click()
    expect(alice.page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    alice.page.keyboard.press("Escape")
    expect(alice.page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_hidden()
    expect(opener).to_be_focused()
