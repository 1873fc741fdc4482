"""What one's memberships and reading are, on every device, whichever process it is connected to."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

from chat.actions.direct import start_direct_room
from chat.actions.memberships import silence_room
from chat.actions.moderation import set_role
from chat.models import Role
from tests.harness.client import Client, living
from tests.harness.fixtures import make_person, make_place
from tests.harness.oracle import in_database
from tests.harness.pages import Page, cookie_of, hidden_fields
from tests.harness.servers import ServerProcess
from tests.harness.wire import hear, tell, wire


async def test_a_room_joined_on_one_device_is_known_on_the_other(
    pair: list[ServerProcess],
) -> None:
    alice, bob = await in_database(lambda: (make_person(), make_person()))
    room = await in_database(make_place, alice)
    async with living([bob.client(pair[0]), bob.client(pair[1])]) as (here, there):
        await here.open(room.slug)
        [began, *_] = await there.receives("membership_began")
        assert began["room"]["room_id"] == room.slug
        # And what is said there is told there, though the room is not open.
        async with living([alice.client(pair[0], rooms=(room.slug,))]) as (speaker,):
            await speaker.say(room.slug, "Hi")
            assert await told_of_one_message(there) == (room.slug, 0)


async def test_a_direct_room_reaches_both_people_wherever_they_are(
    pair: list[ServerProcess],
) -> None:
    alice, bob = await in_database(lambda: (make_person(), make_person()))
    cookie = await in_database(cookie_of, alice)
    async with living([alice.client(pair[0]), bob.client(pair[1])]) as (one, other):
        assert await asyncio.to_thread(write_to, bob.name, Page(pair[0], cookie)) == 302
        [mine, *_] = await one.receives("membership_began")
        [theirs, *_] = await other.receives("membership_began")
        slug = mine["room"]["room_id"]
        assert theirs["room"]["room_id"] == slug
        assert (mine["room"]["name"], theirs["room"]["name"]) == (bob.name, alice.name)
        await one.open(slug)
        await one.say(slug, "Hi")
        assert await told_of_one_message(other) == (slug, 1)


async def told_of_one_message(client: Client) -> tuple[str, int]:
    """Wait until a client is told that one waits; return in which room, and how many mentions.
    Before that it may be told that the room moved, by the membership itself."""

    def told() -> list[dict[str, Any]]:
        return [data for data in client.heard("room_activity") if data["unread"]]

    await client.until(told, "for a message to wait")
    [activity, *_] = told()
    assert activity["unread"] == 1
    return activity["room_id"], activity["mentions"]


async def test_whom_one_writes_to_directly_is_seen_coming_and_going_on_any_process(
    pair: list[ServerProcess],
) -> None:
    alice, bob = await in_database(lambda: (make_person(), make_person()))
    await in_database(start_direct_room, by=alice.user, user=bob.user)
    async with living([alice.client(pair[0])]) as (one,):
        async with living([bob.client(pair[1])]) as (other,):
            await other.until(lambda: present_to(other) == [alice.user.pk])
            await one.until(lambda: present_to(one) == [bob.user.pk])
        await one.until(lambda: present_to(one) == [])


def present_to(client: Client) -> Any:
    """What a client was told last."""
    told = [data for event, data in client.events if event in {"welcome", "direct_presence"}]
    return told[-1]["present"] if told else None


async def test_what_one_is_in_a_room_is_told_everywhere_and_by_welcome(
    pair: list[ServerProcess],
) -> None:
    alice, bob = await in_database(lambda: (make_person(), make_person()))
    room = await in_database(make_place, alice, bob)
    devices = [bob.client(pair[0], rooms=(room.slug,)), bob.client(pair[1])]
    appoint = partial(set_role, room=room.pk, by=alice.user, user=bob.user, role=Role.MODERATOR)
    async with living(devices) as alive:
        await in_database(appoint, reason="")
        for device in alive:
            assert await device.receives("membership_changed") == [
                {"room_id": room.slug, "role": "moderator", "silenced": False}
            ]
        await in_database(silence_room, room=room.pk, user=bob.user, silenced=True)
        for device in alive:
            assert (await device.receives("membership_changed", 2))[1]["silenced"] is True
    async with wire(pair[1], token=bob.token) as socket:
        [told] = (await hear(socket, "welcome"))["data"]["rooms"]
    assert (told["role"], told["silenced"]) == ("moderator", True)


async def test_how_far_one_has_read_reaches_the_others_and_ones_own_devices(
    pair: list[ServerProcess],
) -> None:
    alice, bob = await in_database(lambda: (make_person(), make_person()))
    room = await in_database(start_direct_room, by=alice.user, user=bob.user)
    clients = [
        alice.client(pair[0], rooms=(room.slug,)),
        bob.client(pair[1], rooms=(room.slug,)),
        bob.client(pair[0]),
    ]
    async with living(clients) as (writer, reader, elsewhere):
        said = await writer.say(room.slug, "Hi")
        await reader.ask("mark_read", room_id=room.slug, sequence=said["sequence"])
        public = {
            "room_id": room.slug,
            "username": bob.name,
            "read_sequence": said["sequence"],
        }
        own = {**public, "unread": 0, "mentions": 0}
        assert await writer.receives("message_read") == [public]
        assert await elsewhere.receives("message_read") == [own]
        back = await reader.ask("mark_unread", room_id=room.slug, sequence=said["sequence"])
        assert (back["unread"], back["mentions"]) == (1, 1)
        [_, again] = await elsewhere.receives("message_read", 2)
        assert (again["unread"], again["read_sequence"]) == (1, said["sequence"] - 1)
        assert reader.heard("message_read") == [own, again]
        # Who comes later is told that it was read, and it stays so.
        async with wire(pair[1], token=alice.token) as socket:
            await hear(socket, "welcome")
            await tell(socket, "join_room", room_id=room.slug)
            history = (await hear(socket, "room_history"))["data"]
        assert by_name(history["readers"]) == {alice.name: 0, bob.name: said["sequence"]}
        assert writer.heard("message_read") == [public]


def write_to(name: str, page: Page) -> int:
    return page.post(f"/people/{name}/message/", hidden_fields(page.get("/new-room/")))


def by_name(readers: list[dict[str, Any]]) -> dict[str, int]:
    return {reader["username"]: reader["read_sequence"] for reader in readers}
