"""What the documents have one type goes as it stands there."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

from tests.harness.fixtures import Serve
from tests.harness.oracle import in_database
from tests.harness.servers import manage
from tests.harness.shell import commands, type_in

DOCS = Path(__file__).parents[2] / "docs"


async def test_the_session_of_the_api_goes_as_it_is_written(serve: Serve) -> None:
    await in_database(manage, "seed_demo", "--known-passwords")
    server = serve()
    await server.ready()
    lines = commands((DOCS / "api.md").read_text("utf-8"), "A session")
    typed = await asyncio.to_thread(type_in, lines, address=server.address, twice="client_id")
    assert [answer.status for _, answer in typed] == [201, 200, 200, 201, 201, 200, 200, 204]
    for line, answer in typed:
        promised = set(re.findall(r'"(\w+)":', line.partition(" # ")[2]))
        assert promised <= set(answer.body or ()), line

    _, _, _, sent, again, read, found, _ = (answer.body for _, answer in typed)
    assert sent["message"] == "Hello from a shell."
    assert sent["sequence"] == again["sequence"] == read["items"][-1]["sequence"]
    assert sent["message_id"] in [item["message_id"] for item in found["items"]]


async def test_the_commands_of_the_tour_are_answered_as_it_says(serve: Serve) -> None:
    await in_database(manage, "seed_demo", "--known-passwords")
    server = serve()
    await server.ready()
    page = (DOCS / "tour.md").read_text("utf-8")
    lines = commands(page, "3. The same for programs") + commands(page, "4. What goes wrong")
    typed = await asyncio.to_thread(
        type_in, lines, address=server.address, stand_ins={"parley_…": "token", "DAVE": "id"}
    )
    assert len(typed) == 12
    for line, answer in typed:
        assert str(answer.status) in line.rpartition("# ")[2], line
        if answer.status >= 400:
            assert answer.body.keys() >= {"error", "message"}, line
