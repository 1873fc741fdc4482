"""Axe finds nothing on any page: in both themes, wide and on a phone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.template.loader import render_to_string
from playwright.sync_api import Browser, Page, Route, StorageState, ViewportSize

from tests.browser.conftest import Server

ROOM = "/rooms/looked-at/"
INSIDE = [
    "/",
    "/?q=called-like-nothing",
    "/new-room/",
    "/rooms/elsewhere/",
    "/rooms/empty/",
    ROOM,
    f"{ROOM}?before=4",
    f"{ROOM}settings/",
    f"{ROOM}members/",
    f"{ROOM}members/?show=banned",
    f"{ROOM}members/?q=called-like-nobody",
    f"{ROOM}members/bob/",
    f"{ROOM}members/alice/",
    f"{ROOM}reports/",
    f"{ROOM}reports/?show=settled",
    f"{ROOM}log/",
    "/rooms/empty/log/",
    "/search/",
    "/search/?q=welcome&best=on",
    "/search/?q=called-like-nothing&room=looked-at",
    "/search/?q=said&kind=posts",
    "/search/?q=called-like-nothing&kind=posts",
    "/search/?q=bob&kind=people",
    "/search/?q=called-like-nobody&kind=people",
    "/feed/",
    "/explore/",
    "/posts/1/",
    "/posts/1/edit/",
    "/posts/1/delete/",
    "/posts/2/",
    "/people/",
    "/people/?q=called-like-nobody",
    "/people/alice/",
    "/people/alice/followers/",
    "/people/guest1/",
    "/people/guest1/following/",
    "/people/bob/",
    "/notifications/",
    "/accounts/profile/",
    "/accounts/",
    "/accounts/sessions/",
    "/accounts/tokens/new/",
    "/accounts/email/",
    "/accounts/password/change/",
    "/accounts/logout/",
    "/accounts/reauthenticate/",
    "/nowhere/",
]
OUTSIDE = [
    "/",
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/accounts/password/reset/done/",
    "/accounts/confirm-email/",
    "/accounts/confirm-email/x/",
    "/accounts/inactive/",
]
ERRORS = ["403", "403_csrf", "404", "429", "500", "503", "too_quick"]

WIDE: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 360, "height": 720}
AXE = Axe().axe_script
# Which rules each theme is held to: colours are all that another one changes.
THEMES: dict[Literal["light", "dark"], dict[str, Any]] = {
    "light": {},
    "dark": {"runOnly": ["color-contrast", "link-in-text-block"]},
}


@pytest.fixture
def inside(server: Server, browser: Browser, logins: dict[str, StorageState]) -> Iterator[Page]:
    """A page of alice's."""
    with browser.new_context(base_url=server.address, storage_state=logins["alice"]) as context:
        yield context.new_page()


@pytest.fixture
def outside(server: Server, browser: Browser) -> Iterator[Page]:
    """A page of somebody who is not logged in."""
    with browser.new_context(base_url=server.address) as context:
        yield context.new_page()


def faults(page: Page) -> list[str]:
    """What axe finds, in each theme and width, in lines; and where a page is wider than its
    window."""
    page.emulate_media(reduced_motion="reduce")
    page.evaluate(AXE)
    found = []
    for theme, options in THEMES.items():
        for size in (WIDE, PHONE):
            page.emulate_media(color_scheme=theme)
            page.set_viewport_size(size)
            found += [f"{theme}, {size['width']}: {line}" for line in axe_says(page, options)]
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                found.append(f"{size['width']}: wider than the window")
    return found


def axe_says(page: Page, options: dict[str, Any]) -> list[str]:
    violations = page.evaluate("async options => (await axe.run(options)).violations", options)
    return [
        f"{rule['id']}: {node['html'][:200]} {node['any'][0]['message'] if node['any'] else ''}"
        for rule in violations
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize("path", INSIDE)
def test_nothing_is_in_the_way_inside(inside: Page, path: str) -> None:
    answer = inside.goto(path)
    assert answer is not None
    assert answer.status == (404 if path == "/nowhere/" else 200)
    assert faults(inside) == []


@pytest.mark.parametrize("path", OUTSIDE)
def test_nothing_is_in_the_way_at_the_gate(outside: Page, path: str) -> None:
    outside.goto(path)
    assert faults(outside) == []


@pytest.mark.parametrize("name", ERRORS)
def test_nothing_is_in_the_way_when_something_is_wrong(outside: Page, name: str) -> None:
    body = render_to_string(f"{name}.html")

    def answer(route: Route) -> None:
        route.fulfill(body=body, content_type="text/html")

    outside.route("**/wrong/", answer)
    outside.goto("/wrong/")
    assert faults(outside) == []


def test_nothing_is_in_the_way_of_a_report(inside: Page) -> None:
    inside.goto(ROOM)
    of_bob = inside.locator(".message", has_text="Welcome to looked-at")
    number = re.sub(r"\D", "", of_bob.get_attribute("id") or "")
    inside.goto(f"{ROOM}messages/{number}/report/")
    assert faults(inside) == []


def test_nothing_is_in_the_way_of_what_opens(inside: Page) -> None:
    inside.goto(f"{ROOM}members/bob/")
    for summary in inside.locator("details.act > summary").all():
        summary.click()
        assert faults(inside) == []
    inside.get_by_role("button", name="Hand the room over").click()
    assert faults(inside) == []
    inside.goto(f"{ROOM}reports/")
    inside.get_by_role("button", name="Delete the message").click()
    assert faults(inside) == []
    inside.goto(ROOM)
    inside.get_by_role("button", name="Room menu").click()
    assert faults(inside) == []


def test_nothing_is_in_the_way_of_invitations(
    inside: Page, server: Server, browser: Browser, logins: dict[str, StorageState]
) -> None:
    inside.goto("/new-room/")
    inside.get_by_label("Room name").fill("A private room with quite a long name, all the same")
    inside.get_by_label("Private").check()
    inside.get_by_role("button", name="Make room").click()
    inside.wait_for_url("**/rooms/*/")
    room = inside.url
    inside.goto(f"{room}invite/")
    assert faults(inside) == []
    inside.get_by_label("Username").fill("bob")
    inside.get_by_role("button", name="Add").click()
    inside.goto(f"{room}members/?show=invited")
    assert faults(inside) == []
    inside.goto(f"{room}links/")
    inside.get_by_role("button", name="Make link").click()
    link = inside.get_by_label("Link", exact=True).input_value()
    assert faults(inside) == []
    with browser.new_context(base_url=server.address, storage_state=logins["bob"]) as context:
        for path in ("/", room, link):
            page = context.new_page()
            page.goto(path)
            assert faults(page) == []
