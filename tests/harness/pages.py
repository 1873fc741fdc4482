"""A browser without JavaScript, as far as tests of live conversation need one."""

from __future__ import annotations

import re
from html import unescape
from http.client import HTTPConnection, HTTPResponse
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from django.test import Client as Browser

from .correspondent import PATIENCE
from .fixtures import Person
from .servers import ServerProcess

HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)"[^>]*? value="([^"]*)"')


def cookie_of(person: Person) -> str:
    """The session cookie of somebody who has logged in."""
    browser = Browser()
    browser.force_login(person.user)
    return browser.cookies["sessionid"].value


class Page:
    """Gets pages of a server and posts their forms."""

    def __init__(self, server: ServerProcess, session: str) -> None:
        self._server = server
        self._cookies: SimpleCookie = SimpleCookie({"sessionid": session})

    def get(self, path: str) -> str:
        return self._ask("GET", path).text

    def post(self, path: str, fields: dict[str, str]) -> int:
        """Post a form and return the status of the answer."""
        return self._ask("POST", path, urlencode(fields)).status

    def _ask(self, method: str, path: str, body: str = "") -> Answer:
        headers = {
            "Cookie": self._cookies.output(attrs=[], header="", sep=";").strip(),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        connection = HTTPConnection(self._server.address, timeout=PATIENCE)
        try:
            connection.request(method, path, body, headers)
            return Answer(connection.getresponse(), self._cookies)
        finally:
            connection.close()


class Answer:
    """What a server answered; its cookies are kept."""

    def __init__(self, response: HTTPResponse, cookies: SimpleCookie) -> None:
        self.status = response.status
        self.text = response.read().decode()
        for cookie in response.headers.get_all("Set-Cookie") or ():
            cookies.load(cookie)


def hidden_fields(page: str) -> dict[str, str]:
    """The fields of a page's forms that nobody fills in."""
    return {name: unescape(value) for name, value in HIDDEN.findall(page)}


def say_by_form(server: ServerProcess, session: str, room_id: str, text: str) -> None:
    """Get a room's page, fill in its form and post it."""
    page = Page(server, session)
    fields = hidden_fields(page.get(f"/rooms/{room_id}/"))
    assert page.post(f"/rooms/{room_id}/", {**fields, "message": text}) == 302
