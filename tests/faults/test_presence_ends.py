"""Who is gone is gone for everybody: clients and servers that vanish, and servers that restart."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import cast

from chat.models import Room
from tests.harness.fixtures import Person, Serve, make_person, make_place
from tests.harness.oracle import in_database
from tests.harness.proxy import Proxy
from tests.harness.servers import ServerProcess, ready

from .tabs import Tab

# What takes seconds in life takes tenths here.
QUICK = {
    "CHAT_PRESENCE_GRACE": "0.2",
    "CHAT_PRESENCE_SWEEP": "0.2",
    "CHAT_PRESENCE_RENEW": "0.5",
    # A server under load may be late with a renewal; who is told is a matter of the sweep alone.
    "CHAT_PRESENCE_LEASE": "6",
}
# As long as the client that still answers may be held up: it is asked as often.
PINGED = QUICK | {"CHAT_PING_INTERVAL": "0.5", "CHAT_PING_TIMEOUT": "5"}


async def comes(stack: AsyncExitStack, person: Person, server: ServerProcess, place: Room) -> Tab:
    tab = await stack.enter_async_context(Tab(person.name, server, token=person.token))
    return await tab.open(place.slug)


async def sees_come(witness: Tab, person: Person) -> None:
    await witness.until(
        lambda: any(told["username"] == person.name for told in witness.heard("user_joined")),
        f"for {person.name}",
    )


async def sees_go(witness: Tab, person: Person) -> list[str | None]:
    """Wait until it was told; return the reasons, as often as it was."""
    await witness.until(lambda: reasons(witness, person), f"for {person.name} to go")
    return reasons(witness, person)


def reasons(witness: Tab, person: Person) -> list[str | None]:
    return [
        told.get("reason") for told in witness.heard("user_left") if told["username"] == person.name
    ]


async def test_the_people_of_a_killed_server_have_left_once(serve: Serve) -> None:
    servers = [serve(**QUICK) for _ in range(3)]
    await ready(*servers)
    alice, bob, carol = people = await in_database(lambda: [make_person() for _ in range(3)])
    place = await in_database(make_place, *people)
    async with AsyncExitStack() as stack:
        # Alice has a tab on each survivor; carol's second tab is on one of them.
        witnesses = [await comes(stack, alice, server, place) for server in servers[:2]]
        for person, server in ((bob, 2), (bob, 2), (carol, 2), (carol, 1)):
            await comes(stack, person, servers[server], place)
        for witness in witnesses:
            await sees_come(witness, bob)
            await sees_come(witness, carol)
        servers[2].kill()
        for witness in witnesses:
            assert await sees_go(witness, bob) == ["lost"]
            last = witness.heard("user_left")[-1]
            assert set(last["active_users"]) == {alice.name, carol.name}
        # Somebody comes and goes: whatever else was to be told has been told before.
        guest = await comes(stack, bob, servers[0], place)
        await guest.ask("leave_room", room_id=place.slug)
        for witness in witnesses:
            await witness.until(
                lambda: len(reasons(witness, bob)) == 2,  # noqa: B023
                "for bob to go again",
            )
            assert reasons(witness, bob) == ["lost", "left"]
            assert reasons(witness, carol) == []


async def test_who_vanishes_without_a_word_has_left(serve: Serve) -> None:
    server = serve(**PINGED)
    await ready(server)
    alice, bob = people = await in_database(lambda: [make_person() for _ in range(2)])
    place = await in_database(make_place, *people)
    async with AsyncExitStack() as stack:
        witness = await comes(stack, alice, server, place)
        tunnel = await stack.enter_async_context(Proxy(server.address))
        await comes(stack, bob, cast("ServerProcess", tunnel), place)
        await sees_come(witness, bob)
        tunnel.stall()
        assert await sees_go(witness, bob) == ["disconnected"]
        assert witness.closed is None
        tunnel.flow()


async def test_a_server_that_restarts_lets_nobody_leave_who_comes_back(serve: Serve) -> None:
    staying, leaving = serve(**QUICK), serve(**QUICK)
    await ready(staying, leaving)
    alice, bob, carol = people = await in_database(lambda: [make_person() for _ in range(3)])
    place = await in_database(make_place, *people)
    async with AsyncExitStack() as stack:
        witness = await comes(stack, alice, staying, place)
        # Bob's client comes back by itself, to the other server; carol's does not.
        client = await stack.enter_async_context(bob.client(leaving, staying, rooms=(place.slug,)))
        await client.settled()
        tab = await comes(stack, carol, leaving, place)
        for person in (bob, carol):
            await sees_come(witness, person)
        leaving.ask_to_stop()
        await tab.until(lambda: tab.closed == 1012, "to be asked to come back")
        await client.until(lambda: client.connects > 1, "to come back")
        await client.settled()
        assert await leaving.exit_code() == 0
        assert await sees_go(witness, carol) == ["lost"]
        assert reasons(witness, bob) == []
        last = witness.heard("user_left")[-1]
        assert set(last["active_users"]) == {alice.name, bob.name}
