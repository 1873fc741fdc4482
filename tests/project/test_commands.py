"""The commands, each in a process of its own, with a folder of its own."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PATIENCE = 180.0  # seconds for anything that ought to happen, starts of processes among it
PRODUCTION = {
    "SECRET_KEY": "k" * 25 + "0123456789abcdefghijklmnopqrs",
    "ALLOWED_HOSTS": "127.0.0.1",
}
DEVELOPMENT = {"DEBUG": "1"}


class Manage:
    """Runs manage.py with one set of environment variables and nothing of ours."""

    def __init__(self, var_dir: Path, environment: dict[str, str]) -> None:
        self.var_dir = var_dir
        plain = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        self.environment = {**plain, "VAR_DIR": str(var_dir), "PYTHONUNBUFFERED": "1"} | environment

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    @contextmanager
    def running(self, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
        process = subprocess.Popen(
            # Whoever runs the tests in the background ignores these two, and hands that on.
            ["env", "--default-signal=INT,HUP", sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            process.terminate()  # and with it the Valkey that it started
            try:
                process.communicate(timeout=PATIENCE)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.communicate()

    def valkeys(self) -> list[int]:
        """Return the ids of the Valkeys of this folder that run, with or without an owner."""
        title = f"unixsocket:{self.var_dir}".encode()
        return [
            int(line.parent.name)
            for line in Path("/proc").glob("[0-9]*/cmdline")
            if title in read_or_nothing(line)
        ]


def read_or_nothing(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def port_of(process: "subprocess.Popen[str]") -> int:
    """Return where the server listens, as it says itself."""
    return int(said_by(process, "http://127.0.0.1:").rpartition(":")[2].strip("/\n"))


def said_by(process: "subprocess.Popen[str]", words: str) -> str:
    """Return the next line with these words."""
    assert process.stdout
    seen = []
    for line in process.stdout:
        seen.append(line)
        if words in line:
            return line
    raise AssertionError("".join(seen))


def get(port: int, path: str) -> tuple[HTTPResponse, bytes]:
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request("GET", path)
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response, body


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture(scope="module")
def var_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("var")
    migrated = Manage(folder, DEVELOPMENT).run("migrate", "--verbosity", "0")
    assert migrated.returncode == 0, migrated.stderr
    return folder


@pytest.fixture
def production(var_dir: Path) -> Manage:
    return Manage(var_dir, PRODUCTION | {"HTTPS": "0"})


@pytest.fixture
def development(var_dir: Path) -> Manage:
    return Manage(var_dir, DEVELOPMENT)


def test_production_passes_djangos_own_review(var_dir: Path) -> None:
    review = Manage(var_dir, PRODUCTION).run("check", "--deploy", "--fail-level", "INFO")
    assert review.returncode == 0, review.stderr


def test_production_without_a_secret_key_does_not_start(var_dir: Path) -> None:
    refused = Manage(var_dir, {}).run("check")
    assert refused.returncode == 1
    assert "Set SECRET_KEY" in refused.stderr


def test_development_keeps_one_secret_key_that_only_its_owner_reads(development: Manage) -> None:
    code = "from django.conf import settings as s; print(s.SECRET_KEY)"
    kept = (development.var_dir / "secret_key").read_text()
    assert development.run("shell", "--no-imports", "-c", code).stdout.strip() == kept
    assert (development.var_dir / "secret_key").stat().st_mode & 0o077 == 0


def test_serve_serves_hashed_static_files_that_browsers_may_keep(production: Manage) -> None:
    with production.running("serve", "--port", "0") as server:
        port = port_of(server)
        _response, page = get(port, "/accounts/login/")
        stylesheet = page.decode().partition("/static/css/")[2].partition('"')[0]
        response, _body = get(port, f"/static/css/{stylesheet}")
        assert response.status == 200
        assert "immutable" in response.headers["Cache-Control"]
        server.terminate()
        assert server.wait(PATIENCE) == 0
    assert production.valkeys() == []


def test_serve_serves_hashed_files_of_other_versions_but_nothing_else(production: Manage) -> None:
    with production.running("serve", "--port", "0") as server:
        port = port_of(server)
        css = production.var_dir / "static" / "css"
        (css / "other.0123456789ab.css").write_text("other {}")
        (css / "other.css").write_text("unknown {}")
        (production.var_dir / "outside.0123456789ab.css").write_text("outside {}")
        assert get(port, "/static/css/other.0123456789ab.css")[1] == b"other {}"
        for path in (
            "/static/css/other.css",
            "/static/css/none.0123456789ab.css",
            "/static/../outside.0123456789ab.css",
            "/static/%2e%2e/outside.0123456789ab.css",
        ):
            assert get(port, path)[0].status == 404
        server.terminate()
        server.wait(PATIENCE)


def test_serve_on_a_unix_socket(production: Manage) -> None:
    path = production.var_dir / "door"
    with production.running("serve", "--unix", str(path)) as server:
        said_by(server, f"unix:{path}")
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(path))
            client.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            assert client.makefile("rb").read().endswith(b"\r\n\r\nok\n")
        server.terminate()
        assert server.wait(PATIENCE) == 0
    assert not path.exists()


def test_serve_says_that_its_port_is_taken(production: Manage) -> None:
    with production.running("serve", "--port", "0") as server:
        port = str(port_of(server))
        refused = production.run("serve", "--port", port)
        assert refused.returncode == 1
        assert f"Cannot listen on 127.0.0.1:{port}: Address already in use" in refused.stderr
        assert len(production.valkeys()) == 1


def test_a_killed_server_leaves_a_valkey_that_the_next_one_takes_over(production: Manage) -> None:
    with production.running("serve", "--port", "0") as server:
        port_of(server)
        (valkey,) = production.valkeys()
        server.kill()
        server.wait(PATIENCE)
    assert production.valkeys() == [valkey]
    with production.running("serve", "--port", "0") as server:
        port_of(server)
        assert production.valkeys() == [valkey]
        server.terminate()
        server.wait(PATIENCE)
    assert production.valkeys() == []


def test_the_shell_reaches_the_valkey_of_the_server(production: Manage) -> None:
    ping = "import redis; from django.conf import settings as s; "
    ping += "print(redis.Redis.from_url(s.REDIS_URL).ping())"
    with production.running("serve", "--port", "0") as server:
        port_of(server)
        assert production.run("shell", "--no-imports", "-c", ping).stdout.strip() == "True"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_the_reloader_leaves_no_valkey_behind(development: Manage, number: signal.Signals) -> None:
    with development.running("runserver", "127.0.0.1:0") as server:
        port_of(server)
        until(lambda: len(development.valkeys()) == 1)
        if number == signal.SIGTERM:
            server.terminate()
        else:  # from the terminal, to both processes of the reloader
            os.killpg(server.pid, number)
        server.wait(PATIENCE)
        assert development.valkeys() == []


def test_a_newcomer_is_told_what_to_do_once_it_is_served(tmp_path: Path) -> None:
    development = Manage(tmp_path / "var", DEVELOPMENT)
    development.run("migrate", "--verbosity", "0")
    with development.running("runserver", "--demo", "--noreload", "127.0.0.1:0") as server:
        assert server.stdout
        said = ""
        while "Ctrl-C stops Parley" not in said:
            line = server.stdout.readline()
            assert line, said
            said += line
        address = re.search(r"Parley is at (http://127\.0\.0\.1:\d+)", said)
        assert address
        told = ("log in as alice", "parley-demo", "log in there as bob", f"{address[1]}/admin/")
        assert [words for words in told if words not in said] == []
        port = int(address[1].rpartition(":")[2])
        # The files of a page do not push that out of the terminal.
        asked = {"/": 200, "/static/css/parley.css": 200, "/nothing/": 404}
        assert {path: get(port, path)[0].status for path in asked} == asked
        while "/nothing/ 404" not in said:
            line = server.stdout.readline()
            assert line, said
            said += line
        assert "GET / 200" in said
        assert "parley.css" not in said
