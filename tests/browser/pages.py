"""A room as somebody looks at it."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

# Runs on a page before its own scripts: keeps what is said for a moment only, wherever the test is
# just then.
KEEP_WHAT_IS_SAID = """
new MutationObserver(() => {
  const html = document.documentElement;
  for (const place of ["banner", "said", "typing", "typing-aloud"]) {
    const shown = document.querySelector(`.${place}:not([hidden])`);
    const line = `${place}: ${shown?.innerText.replace(/\\s+/g, " ")}\\n`;
    const said = html.dataset.said ?? "";
    if (shown && !said.includes(line)) html.dataset.said = said + line;
  }
}).observe(document, {
  subtree: true, childList: true, characterData: true, attributeFilter: ["hidden"],
});
"""


# What only the script says of who is here. It takes the page for lost before that.
AWAKE = re.compile("here|Presence unknown")


class RoomPage:
    """What one does and sees in a room."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.field = page.get_by_role("textbox", name="Message to")
        self.banner = page.locator(".banner > p:visible")

    def wake(self) -> None:
        """Wait until the page's script is there: before that, keys and buttons do nothing."""
        expect(self.page.locator(".faces-words")).to_have_text(AWAKE)

    def join(self) -> None:
        """Wait until it hears the room, too: before that, what is done there is refused."""
        hears = "main[data-connection=open]:has(#timeline[aria-live=polite])"
        expect(self.page.locator(f"{hears} .faces-words")).to_have_text(AWAKE)

    def say(self, text: str) -> None:
        self.wake()
        self.field.fill(text)
        self.field.press("Enter")

    def message(self, text: str) -> Locator:
        """The message that says exactly this."""
        return self.page.locator(".message").filter(
            has=self.page.locator(".message-text > p").get_by_text(text, exact=True)
        )

    def act(self, text: str, act: str) -> None:
        """Press one of the buttons that a message shows when it is pointed at, or has the focus:
        which it keeps when something comes in and moves it away from under the pointer."""
        self.join()
        self.expect_stored(text)
        message = self.message(text)
        message.hover()
        message.focus()
        message.get_by_role("button", name=act, exact=True).click()

    def choose(self, text: str, act: str) -> None:
        """Press something in a message's menu."""
        self.act(text, "More")
        self.page.get_by_role("menuitem", name=act, exact=True).click()

    def reconnect(self) -> None:
        """Let it try again at once, as often as it takes: a hint during an attempt that fails is
        none."""
        self.page.wait_for_function(
            "() => document.querySelector('main').dataset.connection === 'open'"
            " || void dispatchEvent(new Event('online'))",
            polling=100,
        )

    def expect_stored(self, *texts: str) -> None:
        """Wait until each is shown once, as stored."""
        for text in texts:
            expect(self.message(text)).to_have_count(1)
            expect(self.message(text)).not_to_have_attribute("data-state", "pending")

    def expect_said(self, place: str, words: str) -> None:
        """Wait until that was shown in a place, be it for a moment."""
        told = re.compile(f"^{place}: .*{re.escape(words)}", re.MULTILINE)
        expect(self.page.locator("html")).to_have_attribute("data-said", told)

    def timeline(self) -> list[tuple[int, str]]:
        """Place and text of every message shown; what is not stored has no place."""
        found: list[list[int | str]] = self.page.locator(".message").evaluate_all(
            "all => all.map(each => [Number(each.dataset.sequence ?? -1),"
            " each.querySelector('.message-text > p').textContent])"
        )
        return [(int(place), str(text)) for place, text in found]
