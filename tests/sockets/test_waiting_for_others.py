"""Requests that wait for an outside service keep nobody else waiting."""

from __future__ import annotations

import asyncio
import json
from http.client import HTTPConnection

from tests.harness.address_service import address_service
from tests.harness.correspondent import PATIENCE
from tests.harness.fixtures import Serve
from tests.harness.servers import ServerProcess

HEADERS = {"Content-Type": "application/json"}


def make_account(server: ServerProcess, name: str) -> int:
    connection = HTTPConnection(server.address, timeout=PATIENCE)
    body = json.dumps({"username": name, "email": f"{name}@example.org"})
    try:
        connection.request("POST", "/api/users/", body, HEADERS)
        return connection.getresponse().status
    finally:
        connection.close()


def log_in_page(server: ServerProcess) -> int:
    connection = HTTPConnection(server.address, timeout=PATIENCE)
    try:
        connection.request("GET", "/accounts/login/")
        return connection.getresponse().status
    finally:
        connection.close()


async def test_who_waits_for_the_check_of_an_address_holds_nobody_up(serve: Serve) -> None:
    with address_service() as service:
        server = serve(
            EMAIL_CHECK_URL=service.url,
            EMAIL_CHECK_TIMEOUT=str(PATIENCE),
            EMAIL_URL="dummymail://",
            HTTP_THREADS="2",
        )
        await server.ready()
        service.hold()
        names = [f"newcomer{number}" for number in range(4)]
        waiting = [asyncio.create_task(asyncio.to_thread(make_account, server, n)) for n in names]
        async with asyncio.timeout(PATIENCE):
            while len(service.asked) < len(names):  # more than there are threads
                await asyncio.sleep(0.02)
            assert await asyncio.to_thread(log_in_page, server) == 200
        assert not [task.result() for task in waiting if task.done()]
        service.go_on()
        assert await asyncio.gather(*waiting) == [201] * len(names)
        assert not any(word in server.log for word in ("newcomer", "example.org"))
