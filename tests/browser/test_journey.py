"""What somebody does who is new here, from the first page to the first notification."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing

from playwright.sync_api import Browser, Page, StorageState, expect

from tests.browser.conftest import Server

PASSWORD = "lovely weather outside"


def link_mailed_to(server: Server, address: str) -> str:
    """The link of the mail that waits to be sent: no worker sends it here."""
    with closing(sqlite3.connect(server.database)) as connection:
        query = "SELECT text FROM accounts_mail WHERE recipient = ? ORDER BY id DESC"
        (text,) = connection.execute(query, [address]).fetchone()
    found = re.search(r"https?://[^/\s]+(/\S+)", text)
    assert found, text
    return found[1]


def register(page: Page, server: Server, name: str) -> None:
    page.goto("/")
    page.get_by_role("link", name="Make an account").click()
    page.get_by_label("Username").fill(name)
    page.get_by_label("Email").fill(f"{name}@example.org")
    page.get_by_label("Password").fill("12345678")
    page.get_by_role("button", name="Make the account").click()
    expect(page.get_by_text("This password is too common.")).to_be_visible()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Make the account").click()
    expect(page.get_by_role("heading", name="Look at your mail")).to_be_visible()
    page.goto(link_mailed_to(server, f"{name}@example.org"))
    page.get_by_role("button", name="Confirm it").click()
    expect(page.get_by_text(f"{name}@example.org is confirmed.")).to_be_visible()


def use(page: Page, bob: Page, server: Server, name: str, *, has_script: bool) -> None:
    """Register, write, follow, comment, look for it, and hear of what bob does about it."""
    register(page, server, name)
    page.goto("/feed/")
    page.get_by_role("textbox", name="New post").fill(f"I am **{name}** and drink oolong")
    page.get_by_role("button", name="Post", exact=True).click()
    expect(page.locator(".post")).to_contain_text(f"I am {name} and drink oolong")

    page.goto("/people/?q=carol")
    page.get_by_role("button", name="Follow carol").click()
    expect(page.get_by_role("button", name="Following carol")).to_be_visible()
    page.goto("/feed/")
    carols = page.locator(".post").filter(has_text=f"for {name}")
    carols.get_by_role("link", name="No comments").click()
    page.get_by_role("textbox", name="New comment").fill(f"Welcome from {name}")
    page.get_by_role("button", name="Comment", exact=True).click()
    expect(page.locator(".comment")).to_contain_text(f"Welcome from {name}")

    page.goto("/search/")
    page.get_by_role("searchbox").fill(f"oolong {name}")
    page.get_by_role("searchbox").press("Enter")
    expect(page.locator("mark").filter(has_text="oolong")).to_be_visible()

    badge = page.locator(".side-item [data-alerts] .badge")
    expect(badge).to_have_count(0)
    bob.goto(f"/people/{name}/")
    bob.get_by_role("button", name=f"Follow {name}").click()
    expect(bob.get_by_role("button", name=f"Following {name}")).to_be_visible()
    if not has_script:
        page.reload()
    expect(badge).to_have_text("1")
    page.locator(".side-item").filter(has_text="Notifications").click()
    expect(page.locator(".row.is-unread")).to_contain_text("bob follows you")
    page.get_by_role("button", name="Mark all as read").click()
    expect(badge).to_have_count(0)


def test_who_is_new_registers_writes_follows_comments_searches_and_is_told(
    server: Server, browser: Browser, logins: dict[str, StorageState]
) -> None:
    """Once with scripts, once without: every step is a form or a link."""
    for name, scripts in (("dora", True), ("emil", False)):
        with (
            browser.new_context(base_url=server.address, storage_state=logins["carol"]) as hers,
            browser.new_context(base_url=server.address, storage_state=logins["bob"]) as his,
            browser.new_context(base_url=server.address, java_script_enabled=scripts) as new,
        ):
            carol = hers.new_page()
            carol.goto("/feed/")
            carol.get_by_role("textbox", name="New post").fill(f"Something for {name}")
            carol.get_by_role("button", name="Post", exact=True).click()
            expect(carol.locator(".post").first).to_contain_text(f"for {name}")
            use(new.new_page(), his.new_page(), server, name, has_script=scripts)
