"""PostgreSQL is restarted while people talk: everything heals by itself.

Not among the tests that share one PostgreSQL: `make test` runs this file alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from django.db import connections

from tests.harness import postgres_control
from tests.harness.client import living
from tests.harness.conversation import conversation
from tests.harness.fixtures import Serve, make_person
from tests.harness.oracle import in_database
from tests.harness.pages import Page, cookie_of
from tests.harness.servers import ready

pytestmark = [
    pytest.mark.both_databases,
    pytest.mark.skipif(
        not postgres_control.DATA.exists(), reason="only a PostgreSQL of the test run's own"
    ),
]


OUTAGES = [0, pytest.param(70, marks=pytest.mark.soak)]  # seconds


@pytest.fixture(autouse=True)
def fresh_connection(transactional_db: None) -> Iterator[None]:
    """The test's own connection does not survive the restart either."""
    yield
    connections.close_all()


@pytest.mark.parametrize("outage", OUTAGES)
async def test_a_restart_of_postgresql_heals_unaided(serve: Serve, outage: float) -> None:
    servers = [serve(), serve()]
    await ready(*servers)
    newcomer = await in_database(make_person)
    cookie = await in_database(cookie_of, newcomer)
    async with conversation(*servers) as held:
        await held.goes_on()
        await asyncio.to_thread(postgres_control.stop)
        await held.somebody_is_put_off()
        await asyncio.sleep(outage)
        postgres_control.start()
        await held.goes_on()
        rooms = (held.room.slug,)
        async with living([newcomer.client(servers[1], rooms=rooms)]) as [latecomer]:
            await latecomer.say(held.room.slug, "are you well again?")
            for server in servers:
                page = await asyncio.to_thread(Page(server, cookie).get, f"/rooms/{rooms[0]}/")
                assert "are you well again?" in page
            await held.ends()
            await held.is_whole(latecomer)
        assert {client.connects for client in held.clients} == {1}
