"""`manage.py export_room`: what was said in a room, to keep or to look at elsewhere."""

import csv
import json
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

import msgspec
from django.core.management.base import BaseCommand, CommandError

from chat import shapes
from chat.models import Message, Room
from chat.protocol.contents import MessageBody

PAGE = 500  # messages that are in memory at a time
COLUMNS = ("message_id", "timestamp", "username", "kind", "message", "edited", "deleted")
# A spreadsheet takes what begins with one of these for a formula, and computes it.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Command(BaseCommand):
    help = (
        "Write a room's messages, the oldest first: one JSON object a line, with the fields of"
        " new_message, or with --csv a table for spreadsheets. It may run while people talk."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("room", metavar="SLUG")
        parser.add_argument("--csv", action="store_true", help="a table instead of JSON")

    def handle(self, *args: Any, room: str, **options: Any) -> None:
        found = Room.objects.filter(slug=room).first()
        if found is None:
            raise CommandError(f"There is no room {room}.")
        if options["csv"]:
            self._write_table(found)
            return
        for body in said_in(found):
            self.stdout.write(msgspec.json.encode(body).decode())

    def _write_table(self, room: Room) -> None:
        table = csv.writer(self.stdout)
        table.writerow(COLUMNS)
        for body in said_in(room):
            table.writerow([harmless(getattr(body, column)) for column in COLUMNS])


def said_in(room: Room) -> Iterator[MessageBody]:
    """Every message of the room by its place, as it is when its page is read."""
    place = 0
    while page := list(
        Message.objects.filter(room=room, sequence__gt=place).order_by("sequence").as_shown()[:PAGE]
    ):
        for message in page:
            yield shapes.message_body(message, room_id=room.slug)
        place = page[-1].sequence


def harmless(value: Any) -> str:
    """A cell's text, which no spreadsheet takes for a formula."""
    text = value if isinstance(value, str) else json.dumps(msgspec.to_builtins(value)).strip('"')
    return f"'{text}" if text.startswith(FORMULA) else text
