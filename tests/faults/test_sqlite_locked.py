"""Somebody else holds SQLite's lock: writers are told to try again, readers notice nothing."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator

import pytest
from django.conf import settings

from tests.harness.client import living
from tests.harness.fixtures import Serve, make_person, make_place
from tests.harness.oracle import assert_promises_kept, in_database
from tests.harness.outbox import Refused


@contextlib.contextmanager
def locked_database() -> Iterator[None]:
    with contextlib.closing(sqlite3.connect(settings.DATABASES["default"]["NAME"])) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.rollback()


async def test_a_locked_database_is_unavailable_for_a_while_and_then_works(serve: Serve) -> None:
    server = serve(TEST_BUSY_TIMEOUT="0.3")
    await server.ready()
    alice, bob = await in_database(lambda: (make_person(), make_person()))
    room = await in_database(make_place, alice, bob)
    rooms = (room.slug,)
    async with living([alice.client(server, rooms=rooms)]) as [speaker]:
        before = await speaker.say(room.slug, "before")
        with locked_database():
            for event, change in (
                ("send_message", {"message": "now?", "client_id": "locked"}),
                ("edit_message", {"message": "now?", "message_id": before["message_id"]}),
                ("delete_message", {"message_id": before["message_id"]}),
            ):
                with pytest.raises(Refused) as refusal:
                    await speaker.ask(event, room_id=room.slug, **change)
                assert refusal.value.code == "unavailable"
            async with living([bob.client(server, rooms=rooms)]) as [reader]:
                page = await reader.ask("fetch_history", room_id=room.slug, before=99)
                assert page["messages"][-1]["message"] == "before"
            waiting = speaker.begin_to_say(room.slug, "whenever you can")
            await speaker.until(lambda: speaker.outbox.postponed, "for the first refusal")
        ack = await waiting.done
        await speaker.stands_at(room.slug, ack["sequence"])
        await in_database(assert_promises_kept, room.slug, [speaker])
        assert speaker.connects == 1
