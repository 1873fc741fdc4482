"""Types the shell sessions of documents. Not every machine has curl, so their commands are read
here and sent by Python."""

from __future__ import annotations

import json
import re
import shlex
from argparse import ArgumentParser
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection
from string import Template
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from tests.harness.correspondent import PATIENCE


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


def commands(page: str, heading: str) -> list[str]:
    """The lines of the first shell session below a heading, each with what it continues on."""
    found = re.search(rf"## {heading}\n.*?```sh\n(.*?)```", page, re.DOTALL)
    assert found, heading
    return [line for line in found[1].replace("\\\n", " ").splitlines() if line]


def type_in(
    lines: list[str],
    *,
    address: str,
    stand_ins: Mapping[str, str] = MappingProxyType({"parley_…": "token"}),
    twice: str | None = None,
) -> list[tuple[str, Answer]]:
    """Type `lines` at the server there; those with `twice` in them twice. For each of `stand_ins`
    comes what the first answer that has a field of that name has in it. Returns every command that
    asks, and its answer."""
    shell = Shell()
    typed: list[tuple[str, Answer]] = []
    meant = {"127.0.0.1:8000": address}
    for line in lines:
        for _ in range(2 if twice and twice in line else 1):
            mine = line
            for stand_in, text in meant.items():
                mine = mine.replace(stand_in, text)
            if answer := shell.run(mine):
                typed.append((line, answer))
                for stand_in, field in stand_ins.items():
                    if field in (answer.body or ()):
                        meant.setdefault(stand_in, str(answer.body[field]))
    return typed
