"""People publish: what one does on one server process shows up with the other on another."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Protocol

import pytest
from playwright.sync_api import (
    APIResponse,
    Browser,
    BrowserContext,
    Locator,
    Page,
    Route,
    StorageState,
    expect,
)

from tests.browser.conftest import Server, breaks_policy, close_all

POST = re.compile(r"/posts/\d+/")
SCRIPT = re.compile(r"/js/live\..*js")


class PageOpener(Protocol):
    def __call__(self, name: str, path: str, *, at: Server, scripts: bool = True) -> Page: ...


class Held:
    """Requests that are kept until they are let go; what comes later is let go at once."""

    def __init__(self) -> None:
        self._kept: list[Route] | None = []

    def keep(self, route: Route) -> None:
        if self._kept is None:
            route.continue_()
        else:
            self._kept.append(route)

    def let_go(self) -> None:
        kept, self._kept = self._kept or [], None
        for route in kept:
            route.continue_()


@pytest.fixture
def open_page(browser: Browser, logins: dict[str, StorageState]) -> Iterator[PageOpener]:
    """Opens a page as somebody, in a browser of their own; no script may fail there."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def open_as(name: str, path: str, *, at: Server, scripts: bool = True) -> Page:
        context = browser.new_context(
            base_url=at.address, storage_state=logins[name], java_script_enabled=scripts
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda said: errors.append(said.text) if breaks_policy(said) else None)
        page.goto(path)
        return page

    yield open_as
    close_all(contexts)
    assert errors == []


def post_that_says(page: Page, text: str) -> Locator:
    return page.locator(".post").filter(has_text=text)


def waiting(page: Page) -> Locator:
    """The number beside the link to the notifications."""
    return page.locator(".side-item [data-alerts] .badge")


def test_posts_comments_and_alerts_arrive_on_another_process(
    server: Server, other_server: Server, open_page: PageOpener
) -> None:
    # The room pages of other tests told alice of nothing.
    alice = open_page("alice", "/feed/", at=server)
    expect(waiting(alice)).to_have_count(0)

    bob = open_page("bob", "/people/alice/", at=other_server)
    bob.get_by_role("button", name="Follow alice").click()
    following = bob.get_by_role("button", name="Following alice")
    expect(following).to_have_attribute("aria-pressed", "true")
    expect(following).to_be_focused()
    expect(bob.locator("#facts")).to_contain_text("2 followers")
    expect(waiting(alice)).to_have_text("1")

    bob.goto("/feed/")
    for text in ("The **first**", "The second"):
        alice.get_by_role("textbox", name="New post").fill(text)
        alice.get_by_role("button", name="Post", exact=True).click()
        expect(post_that_says(alice, text.replace("*", ""))).to_have_count(1)
    news = bob.get_by_role("button", name="2 new posts")
    news.click()
    expect(news).to_be_hidden()
    expect(bob.locator(".post").first).to_contain_text("The second")
    expect(post_that_says(bob, "The first").locator("strong")).to_have_text("first")

    post_that_says(bob, "The second").get_by_role("link", name="No comments").click()
    bob.wait_for_url(POST)
    alice.goto(re.sub(r"#.*", "", bob.url).replace(other_server.address, server.address))
    alice.get_by_role("textbox", name="New comment").fill("half a thought")
    bob.get_by_role("textbox", name="New comment").fill("Well *said*, @alice")
    bob.get_by_role("button", name="Comment", exact=True).click()
    expect(alice.locator(".comment")).to_contain_text("Well said, @alice")
    expect(alice.get_by_role("textbox", name="New comment")).to_have_value("half a thought")
    expect(waiting(alice)).to_have_text("2")

    # Read on one page, read on all.
    another = open_page("alice", "/notifications/", at=other_server)
    expect(another.locator(".row.is-unread")).to_have_count(2)
    another.get_by_role("button", name="Mark all as read").click()
    expect(waiting(alice)).to_have_count(0)


def test_what_happens_before_a_page_is_connected_shows_up(
    server: Server, open_page: PageOpener
) -> None:
    alice = open_page("alice", "/feed/", at=server)
    alice.get_by_role("textbox", name="New post").fill("Something to talk about")
    alice.get_by_role("button", name="Post", exact=True).click()
    post_that_says(alice, "Something to talk about").get_by_role("link", name="No comments").click()
    alice.wait_for_url(POST)
    post = re.sub(r"#.*", "", alice.url)

    held = Held()
    carol = open_page("carol", "/explore/", at=server)
    feed, comments, told = (carol.context.new_page() for _ in range(3))
    carol.context.route(SCRIPT, held.keep)
    feed.goto("/explore/", wait_until="commit")
    comments.goto(post, wait_until="commit")
    told.goto("/notifications/", wait_until="commit")
    for page in (feed, comments, told):
        expect(page.get_by_role("navigation", name="Parley")).to_be_visible()
    mention = told.locator(".row.is-unread").filter(has_text="Well, @carol?")
    expect(mention).to_have_count(0)

    alice.get_by_role("textbox", name="New comment").fill("Well, @carol?")
    alice.get_by_role("button", name="Comment", exact=True).click()
    expect(alice.locator(".comment")).to_contain_text("Well, @carol?")
    alice.goto("/feed/")
    alice.get_by_role("textbox", name="New post").fill("And something else")
    alice.get_by_role("button", name="Post", exact=True).click()
    expect(post_that_says(alice, "And something else")).to_have_count(1)

    held.let_go()
    expect(feed.get_by_role("button", name="1 new post")).to_be_visible()
    expect(comments.locator(".comment")).to_contain_text("Well, @carol?")
    expect(mention).to_have_count(1)
    expect(told.get_by_role("button", name="Mark all as read")).to_be_visible()


def write_posts(page: Page, *texts: str) -> None:
    for text in texts:
        page.goto("/feed/")
        page.get_by_role("textbox", name="New post").fill(text)
        page.get_by_role("button", name="Post", exact=True).click()
        expect(post_that_says(page, text)).to_have_count(1)


def edit_post(page: Page, text: str, new: str) -> None:
    page.goto("/feed/")
    post_that_says(page, text).get_by_role("link", name="Edit").click()
    page.get_by_role("textbox", name="Post", exact=True).fill(new)  # not the "New post" of the feed
    page.get_by_role("button", name="Save").click()
    expect(post_that_says(page, new)).to_have_count(1)


def delete_post(page: Page, text: str) -> None:
    page.goto("/feed/")
    post_that_says(page, text).get_by_role("link", name="Delete").click()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("The post is deleted.")).to_be_visible()


def test_a_list_shows_what_changed_in_it_before_it_was_connected(
    server: Server, open_page: PageOpener
) -> None:
    alice = open_page("alice", "/feed/", at=server)
    write_posts(alice, "Leave the old alone", "Leave the odd here", "Leave it all be")
    held = Held()
    bob = open_page("bob", "/people/", at=server)
    bob.context.route(SCRIPT, held.keep)
    bob.goto("/people/alice/", wait_until="commit")
    old, odd = (post_that_says(bob, f"Leave the {which}") for which in ("old", "odd"))
    for post in (old, odd, post_that_says(bob, "Leave it all be")):
        expect(post).to_have_count(1)
    edit_post(alice, "Leave the old alone", "Leave the old where they are")
    delete_post(alice, "Leave the odd here")
    held.let_go()
    expect(old).to_contain_text("Leave the old where they are")
    expect(odd).to_have_count(0)
    expect(post_that_says(bob, "Leave it all be")).to_have_count(1)


def test_what_changes_while_it_is_fetched_is_fetched_again(
    server: Server, open_page: PageOpener
) -> None:
    alice = open_page("alice", "/feed/", at=server)
    write_posts(alice, "Rewrite me")
    bob = open_page("bob", "/explore/", at=server)
    seen = post_that_says(bob, "Rewrite")
    expect(seen).to_have_count(1)
    held: list[tuple[Route, APIResponse]] = []
    late = True

    def answer_late(route: Route) -> None:
        answer = route.fetch()
        if late:
            held.append((route, answer))
        else:
            route.fulfill(response=answer)

    bob.route(re.compile(r"/posts/[?\d]"), answer_late)
    edit_post(alice, "Rewrite me", "Rewrite two")
    while not held:
        bob.wait_for_timeout(20)
    edit_post(alice, "Rewrite two", "Rewrite three")
    late = False
    for route, answer in held:
        route.fulfill(response=answer)
    expect(seen).to_contain_text("Rewrite three")
    bob.unroute_all(behavior="wait")


def test_what_waits_above_a_list_changes_and_goes_there(
    server: Server, open_page: PageOpener
) -> None:
    alice = open_page("alice", "/feed/", at=server)
    bob = open_page("bob", "/explore/", at=server)
    write_posts(alice, "Wait for tea", "Wait for cake")
    expect(bob.get_by_role("button", name="2 new posts")).to_be_visible()
    edit_post(alice, "Wait for tea", "Wait for coffee")
    delete_post(alice, "Wait for cake")
    news = bob.get_by_role("button", name="1 new post")
    news.click()
    expect(news).to_be_hidden()
    expect(bob.locator(".post").first).to_contain_text("Wait for coffee")
    expect(post_that_says(bob, "Wait for cake")).to_have_count(0)


def test_the_list_of_notifications_waits_for_who_is_in_it(
    server: Server, open_page: PageOpener
) -> None:
    alice = open_page("alice", "/feed/", at=server)
    write_posts(alice, "Ask me, @carol")
    carol = open_page("carol", "/notifications/", at=server)
    carol.locator(".row-link").first.focus()
    with carol.expect_response("**/notifications/"):
        write_posts(alice, "Answer me, @carol")
    news = carol.locator(".row.is-unread").filter(has_text="Answer me")
    expect(carol.locator(".row-link").first).to_be_focused()
    expect(news).to_have_count(0)
    carol.locator(".row-link").first.blur()
    expect(news).to_have_count(1)


def test_what_came_to_nothing_says_why_until_one_goes_on(
    server: Server, open_page: PageOpener
) -> None:
    alice = open_page("alice", "/people/bob/", at=server)
    button = alice.get_by_role("button", name=re.compile("Follow"))
    was = button.inner_text()
    notice = alice.locator("main > .flash")

    def refuse(route: Route) -> None:
        route.fulfill(status=429, body="<main><h1>No</h1><p>Wait &lt;a&gt; minute.</p></main>")

    alice.route("**/follow/", refuse)
    button.click()
    expect(notice).to_have_text("Wait <a> minute.")
    expect(notice).to_have_role("alert")
    expect(button).to_be_focused()
    alice.keyboard.press("Escape")
    expect(notice).to_have_count(0)

    alice.unroute("**/follow/", refuse)
    alice.route("**/follow/", lambda route: route.abort())
    button.click()
    expect(notice).to_have_text("There is no connection. Try again when it is back.")
    button.click()
    expect(notice).to_have_count(1)
    expect(button).to_have_text(was)


def test_who_was_signed_out_meanwhile_is_led_to_the_sign_in_and_back(
    server: Server, open_page: PageOpener
) -> None:
    alice = open_page("alice", "/people/bob/", at=server)
    alice.context.clear_cookies(name="sessionid")
    alice.get_by_role("button", name=re.compile("Follow")).click()
    alice.wait_for_url("**/accounts/login/?next=/people/bob/")


def test_edits_and_deletions_reach_open_lists(
    server: Server, other_server: Server, open_page: PageOpener
) -> None:
    alice = open_page("alice", "/feed/", at=server)
    alice.get_by_role("textbox", name="New post").fill("Something to change")
    alice.get_by_role("button", name="Post", exact=True).click()
    mine = post_that_says(alice, "Something to change")
    expect(mine).to_have_count(1)
    bob = open_page("bob", "/explore/", at=other_server)
    seen = post_that_says(bob, "Something to change")
    expect(seen).to_have_count(1)
    mine.get_by_role("link", name="Edit").click()
    alice.get_by_role("textbox", name="Post", exact=True).fill("Something changed")
    alice.get_by_role("button", name="Preview").click()
    expect(alice.locator("#preview")).to_contain_text("Something changed")
    alice.get_by_role("button", name="Save").click()
    expect(post_that_says(bob, "Something changed")).to_contain_text("edited")
    alice.get_by_role("link", name="Delete").click()
    alice.get_by_role("button", name="Delete").click()
    expect(post_that_says(bob, "Something changed")).to_have_count(0)


def test_without_javascript_one_writes_comments_and_follows(
    server: Server, open_page: PageOpener
) -> None:
    alice = open_page("alice", "/feed/", at=server, scripts=False)
    alice.get_by_role("textbox", name="New post").fill("From a form")
    alice.get_by_role("button", name="Preview").click()
    expect(alice.locator("#preview")).to_contain_text("From a form")
    alice.get_by_role("button", name="Post", exact=True).click()
    post_that_says(alice, "From a form").get_by_role("link", name="No comments").click()
    alice.get_by_role("textbox", name="New comment").fill("And an answer")
    alice.get_by_role("button", name="Comment", exact=True).click()
    expect(alice.locator(".comment")).to_contain_text("And an answer")
    alice.goto("/people/bob/")
    alice.get_by_role("button", name="Follow bob").click()
    expect(alice.get_by_role("button", name="Following bob")).to_have_count(1)
    alice.get_by_role("button", name="Following bob").click()
    expect(alice.get_by_role("button", name="Follow bob")).to_have_count(1)
