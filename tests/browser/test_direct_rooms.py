"""Two people write to each other, each in a browser of their own."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import Opener, Server


def test_each_of_the_two_sees_the_others_name_and_what_is_said(open_room: Opener) -> None:
    alice, bob = open_room("alice", "here"), open_room("bob", "here")
    alice.page.goto("/people/bob/")
    alice.page.get_by_role("button", name="Message", exact=True).click()
    alice.page.wait_for_url(re.compile("/rooms/[0-9a-f]{24}/"))
    slug = alice.page.url.rstrip("/").rpartition("/")[2]
    # Bob hears of the room where he is, and goes there.
    item = bob.page.locator(f'.side-item[data-room="{slug}"]')
    expect(item).to_contain_text("alice")
    item.click()
    for room, other in ((alice, "bob"), (bob, "alice")):
        expect(room.page.locator(".room-title")).to_have_text(re.compile(f"^\\s*{other}\\s*$"))
    alice.say("only for you")
    bob.expect_stored("only for you")
    for room, other in ((alice, "bob"), (bob, "alice")):
        # The room's state has come from the server by now.
        expect(room.page.locator(".room-title")).to_have_text(re.compile(f"^\\s*{other}\\s*$"))


def test_whether_the_other_is_here_is_seen_beside_their_name_wherever_one_is(
    server: Server, open_room: Opener
) -> None:
    bob, carol = open_room("bob", "here"), open_room("carol", "elsewhere")
    carol.page.goto("/people/bob/")
    carol.page.get_by_role("button", name="Message", exact=True).click()
    carol.page.wait_for_url(re.compile("/rooms/[0-9a-f]{24}/"))
    link = bob.page.get_by_role("list", name="Direct messages").get_by_role("link", name="carol")
    expect(link.get_by_role("img", name="here", exact=True)).to_be_visible()
    carol.page.goto("/people/")  # another page, still here
    on_the_list = open_room("bob", "here")
    on_the_list.page.goto(server.address)
    row = on_the_list.page.locator("main .row", has_text="carol")
    expect(row.get_by_role("img", name="here", exact=True)).to_be_visible()
    carol.page.close()
    for place in (link, row):
        expect(place.get_by_role("img", name="not here")).to_be_visible()
