"""The pages of the API, which bring styles of their own, under the policy that visitors get."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, StorageState, expect

from tests.browser.conftest import Server


@pytest.mark.parametrize(
    ("path", "shown"),
    [("/api/docs/", "Say something to a post"), ("/api/rooms/", '"room_id": "about"')],
)
def test_a_page_of_the_api_shows_everything_and_asks_for_nothing_it_may_not_have(
    server: Server, browser: Browser, logins: dict[str, StorageState], path: str, shown: str
) -> None:
    said: list[str] = []
    with browser.new_context(base_url=server.address, storage_state=logins["alice"]) as context:
        page = context.new_page()
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("console", lambda line: said.append(f"{line.text} {line.location}"))
        page.goto(path)
        expect(page.get_by_text(shown).first).to_be_visible()
        page.wait_for_load_state("networkidle")
    assert said == []
