"""`manage.py prune_messages`: let rooms forget what their history limit does not keep."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from chat.actions.retention import prune_messages
from chat.models import Room


class Command(BaseCommand):
    help = (
        "Drop the oldest messages of every room that has a history limit. Nothing younger than "
        "CHAT_RETENTION_MINIMUM goes. It may run while people talk, once a night for instance."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--room", metavar="SLUG", help="only this room")

    def handle(self, *args: Any, room: str | None, **options: Any) -> None:
        rooms = self._rooms(room)
        gone = {found: prune_messages(room=found.pk) for found in rooms}
        for found, count in gone.items():
            if count or options["verbosity"] > 1:
                self.stdout.write(
                    f"{found.slug}: {count:,} messages dropped; the limit is"
                    f" {found.history_limit:,}."
                )
        self.stdout.write(
            f"{sum(gone.values()):,} messages dropped in {len(gone):,} rooms with a history limit."
        )

    def _rooms(self, slug: str | None) -> list[Room]:
        limited = Room.objects.filter(history_limit__isnull=False).order_by("slug")
        if slug is None:
            return list(limited)
        room = Room.objects.filter(slug=slug).first()
        if room is None:
            raise CommandError(f"There is no room {slug}.")
        if room.history_limit is None:
            raise CommandError(f"{slug} has no history limit: it keeps everything.")
        return [room]
