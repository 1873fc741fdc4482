"""`manage.py prune_attachments`: remove files that nobody sent."""

from typing import Any

from django.core.management.base import BaseCommand

from chat.actions.attachments import prune_attachments


class Command(BaseCommand):
    help = (
        "Remove files that were uploaded and not sent within CHAT_UNSENT_AGE, and what a crash "
        "left in the storage. It may run while people talk, once a night for instance."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        unsent, strays = prune_attachments()
        self.stdout.write(f"{unsent:,} files removed that nobody sent, {strays:,} without a row.")
