"""Log lines, and the file that several processes write."""

import json
import logging
import subprocess
import sys
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pytest_django import Settings

from project import greeting, request_ids
from project.log_files import SharedRotatingFile
from project.log_lines import (
    JsonLines,
    NotOfVisitors,
    PlainLines,
    RoutesForPaths,
    VisitorsInOneLine,
)

ROOT = Path(__file__).parents[2]
WRITER = """
import logging, sys
from project.log_files import SharedRotatingFile
from project.log_lines import {form}

path, name = sys.argv[1:]
handler = SharedRotatingFile(path, size=20_000, count=500)
handler.setFormatter({form}())
logging.basicConfig(handlers=[handler], level="INFO")
sys.stdin.readline()
for number in range(3000):
    logging.info("%s %d %s", name, number, "x" * (number % 200 * (30 if number % 50 == 0 else 1)))
"""


def record(message: str, *args: object, **extra: Any) -> logging.LogRecord:
    made = logging.LogRecord("parley.test", logging.INFO, __file__, 1, message, args, None)
    made.created, made.msecs, made.process = 1_800_000_000.25, 250.0, 7
    made.__dict__.update(extra)
    return made


def failed() -> logging.LogRecord:
    try:
        raise ValueError("one\n2027-01-01T00:00:00.000Z INFO two")
    except ValueError:
        made = record("broke")
        made.exc_info = sys.exc_info()
        return made


def test_a_plain_line_says_when_how_bad_who_and_what() -> None:
    line = PlainLines().format(record("%d done", 3))
    assert line == "2027-01-15T08:00:00.250Z INFO parley.test[7]: 3 done"


def test_nothing_in_a_plain_message_can_pose_as_a_line_of_its_own() -> None:
    assert PlainLines().format(record("a\r\nb")).endswith(": a\\r\\nb")
    lines = PlainLines().format(failed()).splitlines()
    assert all(line.startswith("  ") for line in lines[1:])


def test_a_json_line_is_one_object_with_the_traceback_inside() -> None:
    line = JsonLines().format(failed())
    assert "\n" not in line
    read = json.loads(line)
    assert read.pop("exception").startswith("Traceback")
    assert read == {
        "time": "2027-01-15T08:00:00.250Z",
        "level": "INFO",
        "logger": "parley.test",
        "process": 7,
        "message": "broke",
    }


def test_both_forms_name_the_request(monkeypatch: pytest.MonkeyPatch) -> None:
    token = request_ids._current.set("abc12345")
    try:
        assert PlainLines().format(record("x")).endswith(": x [abc12345]")
        assert json.loads(JsonLines().format(record("x")))["request_id"] == "abc12345"
    finally:
        request_ids._current.reset(token)


@pytest.mark.parametrize(
    ("match", "shown"),
    [
        (SimpleNamespace(route="reset/<key>/"), "/reset/<key>/"),
        (None, "an address that nothing has"),
    ],
)
def test_a_path_is_shown_as_its_route(match: Any, shown: str) -> None:
    request = SimpleNamespace(path="/reset/sécret/", resolver_match=match)
    for path in ("/reset/sécret/", "/reset/s\\xe9cret/"):
        made = record("%s: %s", "Not Found", path, request=request)
        assert RoutesForPaths().filter(made)
        assert made.getMessage() == f"Not Found: {shown}"


def test_administrators_hear_of_our_faults_not_of_visitors() -> None:
    theirs = record("Invalid HTTP_HOST header")
    theirs.name = "django.security.DisallowedHost"
    assert not NotOfVisitors().filter(theirs)
    assert NotOfVisitors().filter(record("broke"))


def test_what_visitors_cause_is_one_line() -> None:
    theirs, ours = failed(), failed()
    theirs.name = "django.security.DisallowedHost"
    lines = []
    for each in (theirs, ours):
        assert VisitorsInOneLine().filter(each)
        lines.append(PlainLines().format(each).splitlines())
    assert [len(said) > 1 for said in lines] == [False, True]


# --- The file ------------------------------------------------------------------------------------


def lines_in(folder: Path) -> list[str]:
    files = sorted(folder.glob("log*"))
    return [
        line for file in files if file.suffix != ".lock" for line in file.read_text().split("\n")
    ]


@pytest.mark.parametrize("form", ["PlainLines", "JsonLines"])
def test_two_processes_lose_and_tear_no_line_while_the_file_is_renamed(
    tmp_path: Path, form: str
) -> None:
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER.format(form=form), str(tmp_path / "log"), name],
            cwd=ROOT,
            stdin=subprocess.PIPE,
        )
        for name in ("one", "two")
    ]
    for writer in writers:
        assert writer.stdin
        writer.stdin.write(b"\n")
        writer.stdin.close()
    assert [writer.wait(180) for writer in writers] == [0, 0]

    lines = [line for line in lines_in(tmp_path) if line]
    if form == "JsonLines":
        said = [json.loads(line)["message"] for line in lines]
    else:
        said = [line.partition("]: ")[2] for line in lines]
    words = Counter(tuple(message.split(" ")[:2]) for message in said)
    assert words == Counter((name, str(n)) for name in ("one", "two") for n in range(3000))
    for message in said:
        _name, number, filling = message.split(" ")
        assert len(filling) == int(number) % 200 * (30 if int(number) % 50 == 0 else 1)
    assert len(list(tmp_path.glob("log.*"))) > 10  # it was renamed again and again


def test_only_as_many_old_files_are_kept_as_were_asked_for(tmp_path: Path) -> None:
    handler = SharedRotatingFile(str(tmp_path / "log"), size=100, count=2)
    handler.setFormatter(PlainLines())
    for number in range(40):
        handler.handle(record("%d", number))
    handler.close()
    kept = sorted(path.name for path in tmp_path.iterdir())
    assert kept == ["log", "log.1", "log.2", "log.lock"]
    assert "39" in lines_in(tmp_path)[0] + lines_in(tmp_path)[1]


def test_a_file_that_somebody_else_renamed_is_made_anew(tmp_path: Path) -> None:
    handler = SharedRotatingFile(str(tmp_path / "log"), size=10_000, count=1)
    handler.handle(record("before"))
    (tmp_path / "log").rename(tmp_path / "old")
    handler.handle(record("after"))
    handler.close()
    assert (tmp_path / "log").read_text() == "after\n"


# --- What a server says of itself ----------------------------------------------------------------


def test_the_first_line_holds_no_secret(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.EMBEDDED_VALKEY = False
    settings.REDIS_URL = "rediss://parley:secret@cache.example.org/1"
    with caplog.at_level("INFO"):
        greeting.log("http://127.0.0.1:8000", workers=2)
    [line] = caplog.messages
    assert "Redis at cache.example.org:6379" in line
    assert "workers: 2" in line
    assert line.endswith("at http://127.0.0.1:8000")
    assert "secret" not in line


# --- Requests ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("from-the-proxy.1", True),
        ("short", False),
        ("x" * 65, False),
        ("with blank", False),
        ("<script>", False),
    ],
)
async def test_a_request_keeps_an_id_that_it_brings_if_that_is_one(given: str, taken: bool) -> None:
    heard: list[dict[str, Any]] = []
    seen: list[str] = []

    async def inner(scope: dict[str, Any], receive: Any, send: Any) -> None:
        seen.append(request_ids.request_id())
        await send({"type": "http.response.start", "status": 200, "headers": [(b"a", b"b")]})

    async def send(message: dict[str, Any]) -> None:
        heard.append(message)

    scope = {"headers": [(b"x-request-id", given.encode())]}
    await request_ids.RequestIds(inner)(scope, None, send)
    headers = dict(heard[0]["headers"])
    assert headers[b"a"] == b"b"
    assert headers[b"x-request-id"].decode() == seen[0]
    assert (seen[0] == given) is taken
    assert request_ids.ACCEPTABLE.fullmatch(seen[0].encode())
