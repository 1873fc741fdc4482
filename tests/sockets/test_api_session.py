"""The session of `docs/api.md`, typed as it stands there. Not every machine has curl, so its
commands are read here and sent by Python."""

from __future__ import annotations

import asyncio
import json
import re
import shlex
from argparse import ArgumentParser
from base64 import b64encode
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from string import Template
from typing import Any
from urllib.parse import urlsplit

from tests.harness.correspondent import PATIENCE
from tests.harness.fixtures import Serve
from tests.harness.oracle import in_database
from tests.harness.servers import manage

PAGE = Path(__file__).parents[2] / "docs" / "api.md"


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any


class Shell:
    """Knows assignments, quotes, comments, and of curl what the session uses."""

    def __init__(self) -> None:
        self.variables: dict[str, str] = {}
        self.curl = ArgumentParser(exit_on_error=False)
        self.curl.add_argument("url")
        self.curl.add_argument("-s", action="store_true")
        for option in ("-u", "-X", "-d"):
            self.curl.add_argument(option)
        self.curl.add_argument("-H", action="append", default=[])

    def run(self, line: str) -> Answer | None:
        """Do what a line says; None if that asks no server."""
        words = shlex.split(Template(line).substitute(self.variables), comments=True)
        if assigned := re.fullmatch(r"(\w+)=(.*)", words[0]):
            self.variables[assigned[1]] = assigned[2]
            return None
        assert words[0] == "curl"
        asked = self.curl.parse_args(words[1:])
        headers = dict(header.split(": ", 1) for header in asked.H)
        if asked.u:
            headers["Authorization"] = f"Basic {b64encode(asked.u.encode()).decode()}"
        return ask(asked.X or ("POST" if asked.d else "GET"), asked.url, asked.d, headers)


def ask(method: str, url: str, body: str | None, headers: dict[str, str]) -> Answer:
    place = urlsplit(url)
    connection = HTTPConnection(place.netloc, timeout=PATIENCE)
    try:
        connection.request(method, f"{place.path}?{place.query}", body, headers)
        response = connection.getresponse()
        text = response.read()
        return Answer(response.status, json.loads(text) if text else None)
    finally:
        connection.close()


def session() -> list[str]:
    found = re.search(r"## A session\n.*?```sh\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert found
    return [line for line in found[1].replace("\\\n", " ").splitlines() if line]


def type_session(address: str) -> list[tuple[str, Answer]]:
    """Type it, with the token that the first answer brings, and what sends a message twice, as the
    page says. Returns every command that asks, and its answer."""
    shell, token = Shell(), "parley_…"
    typed: list[tuple[str, Answer]] = []
    for line in session():
        for _ in range(2 if "client_id" in line else 1):
            mine = line.replace("127.0.0.1:8000", address).replace("parley_…", token)
            if answer := shell.run(mine):
                typed.append((line, answer))
        if typed:
            token = typed[0][1].body["token"]
    return typed


async def test_the_session_of_the_guide_goes_as_it_is_written(serve: Serve) -> None:
    await in_database(manage, "seed_demo", "--known-passwords")
    server = serve()
    await server.ready()
    typed = await asyncio.to_thread(type_session, server.address)
    assert [answer.status for _, answer in typed] == [201, 200, 200, 201, 201, 200, 200, 204]
    for line, answer in typed:
        promised = set(re.findall(r'"(\w+)":', line.partition(" # ")[2]))
        assert promised <= set(answer.body or ()), line

    _, _, _, sent, again, read, found, _ = (answer.body for _, answer in typed)
    assert sent["message"] == "Hello from a shell."
    assert sent["sequence"] == again["sequence"] == read["items"][-1]["sequence"]
    assert sent["message_id"] in [item["message_id"] for item in found["items"]]
