"""What a browser is told to keep, and what it is told to forbid."""

from __future__ import annotations

from contextlib import closing
from http.client import HTTPConnection, HTTPResponse

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Server
from tests.browser.seed import PASSWORD
from tests.harness.servers import ServerProcess

PAGES = ["/", "/accounts/login/", "/accounts/", "/accounts/sessions/", "/feed/", "/nowhere/"]


def test_no_script_reads_the_session_and_no_other_site_sends_it(
    server: Server, browser: Browser
) -> None:
    with browser.new_context(base_url=server.address) as context:
        page = context.new_page()
        page.goto("/accounts/login/")
        page.fill("[name=login]", "alice")
        page.fill("[name=password]", PASSWORD)
        page.click("[type=submit]")
        expect(page.get_by_role("heading", name="Rooms", exact=True)).to_be_visible()
        kept = {cookie["name"]: cookie for cookie in context.cookies()}
        assert kept["sessionid"]["httpOnly"]
        assert {cookie["sameSite"] for cookie in kept.values()} == {"Lax"}
        assert "sessionid" not in page.evaluate("document.cookie")
        for path in PAGES:
            answer = page.goto(path)
            assert answer is not None
            check_headers(answer.headers)


def check_headers(headers: dict[str, str]) -> None:
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "server" not in headers


@pytest.fixture
def behind_tls(server: Server) -> ServerProcess:
    """A server as behind a proxy that ends TLS."""
    return ServerProcess(
        {
            "DJANGO_SETTINGS_MODULE": "project.settings",
            "VAR_DIR": str(server.database.parent),
            "DATABASE_URL": f"sqlite:///{server.database}",
            "HTTPS": "1",
            "TRUSTED_PROXIES": "1",
        }
    )


def test_behind_tls_cookies_never_travel_in_the_clear(behind_tls: ServerProcess) -> None:
    try:
        behind_tls.wait_until_ready()
        headers = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.1"}
        answer = ask(behind_tls, headers)
        assert answer.status == 200
        assert "Secure" in (answer.getheader("Set-Cookie") or "")
        assert "max-age=" in (answer.getheader("Strict-Transport-Security") or "")
        plain = ask(behind_tls, {})
        assert plain.status == 301
        assert (plain.getheader("Location") or "").startswith("https://")
    finally:
        behind_tls.forget()


def ask(server: ServerProcess, headers: dict[str, str]) -> HTTPResponse:
    with closing(HTTPConnection(server.address)) as connection:
        connection.request("GET", "/accounts/login/", headers=headers)
        answer = connection.getresponse()
        answer.read()
        return answer
