"""The bot of the documents, run as a newcomer runs it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket as socketlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher

from accounts.models import User
from tests.factories import make_room
from tests.harness.fixtures import Person, make_person
from tests.harness.oracle import in_database
from tests.harness.servers import START_PATIENCE, ServerProcess
from tests.harness.wire import ask, hear, wire

BOT = Path(__file__).parents[2] / "docs" / "examples" / "bot.py"
PASSWORD = "a-long-and-winding-password"


Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def start_bot() -> Iterator[Start]:
    """Starts bots, which end with the test."""
    running: list[subprocess.Popen[bytes]] = []

    def start(*arguments: str) -> subprocess.Popen[bytes]:
        running.append(subprocess.Popen([sys.executable, str(BOT), *arguments]))
        return running[-1]

    yield start
    for process in running:
        process.kill()
        process.wait()


def free_port() -> int:
    """One that the kernel gives to nobody by itself, while the server that uses it is away."""
    for port in range(20_000 + os.getpid() % 10_000, 32_000):
        with socketlib.socket() as found, contextlib.suppress(OSError):
            found.bind(("127.0.0.1", port))
            return port
    raise AssertionError("all are taken")


def make_people() -> tuple[Person, str]:
    """Alice, and a room of hers where the bot can log in."""
    alice = make_person("alice")
    echo = User.objects.create_user("echo")
    echo.password = Argon2PasswordHasher().encode(PASSWORD, "salt and pepper")
    echo.save()
    return alice, make_room(alice.user).slug


async def answer_to(server: ServerProcess, alice: Person, room: str, text: str) -> str:
    """Say `text` and wait for what the bot says to it."""
    async with wire(server, token=alice.token) as socket:
        await ask(socket, "join_room", room_id=room)
        await ask(socket, "send_message", room_id=room, message=text)
        while True:
            said = (await hear(socket, "new_message"))["data"]
            if said["username"] == "echo" and said["kind"] == "text":
                return str(said["message"])


async def test_the_bot_answers_also_after_a_restart(
    transactional_db: None, tmp_path: Path, start_bot: Start
) -> None:
    alice, room = await in_database(make_people)
    port = str(free_port())
    ours = {"VAR_DIR": str(tmp_path)}
    server = ServerProcess(ours, "--port", port)
    try:
        await server.ready()
        async with wire(server, token=alice.token) as socket:
            await ask(socket, "join_room", room_id=room)
            bot = start_bot(f"http://{server.address}", "echo", PASSWORD, room)
            # What was said before that, it does not answer.
            while (await hear(socket, "user_joined"))["data"]["username"] != "echo":
                pass
        assert await answer_to(server, alice, room, "echo: one") == "alice, you said: one"

        server.ask_to_stop()
        await server.exit_code()
        server.forget()
        server = ServerProcess(ours, "--port", port)
        await server.ready()
        assert await answer_to(server, alice, room, "echo, two") == "alice, you said: two"
        assert bot.poll() is None
    finally:
        server.forget()


async def test_the_bot_says_why_it_cannot_log_in(transactional_db: None, tmp_path: Path) -> None:
    server = ServerProcess({"VAR_DIR": str(tmp_path)})
    try:
        await server.ready()
        command = [sys.executable, str(BOT), f"http://{server.address}", "echo", "wrong", "room"]
        done = await asyncio.to_thread(
            subprocess.run,
            command,
            capture_output=True,
            text=True,
            timeout=START_PATIENCE,
            check=False,
        )
        assert done.returncode == 1
        assert "do not match" in done.stderr
    finally:
        server.forget()
