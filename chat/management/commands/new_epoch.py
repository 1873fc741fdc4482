"""`manage.py new_epoch`: what has to be done after a backup of the database was restored."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from chat.actions.retention import renew_epochs

EXPLANATION = """\
A restored database knows nothing of what was said after the backup, but the pages that were open
then do: their numbers are ahead of it, and soon the same numbers will mean other messages.
This gives the count of every room a new name. Whoever remembers the old one, a page or a serving
process, then drops what it holds and loads the rooms afresh. No message is changed or lost.
Do it before people come back; a process that serves already notices by its next check of the
rooms (CHAT_HEAD_CHECK_INTERVAL).
"""


class Command(BaseCommand):
    help = "Let all clients start afresh after a backup of the database was restored."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--no-input",
            "--noinput",
            action="store_false",
            dest="interactive",
            help="do it without asking",
        )

    def handle(self, *args: Any, interactive: bool, **options: Any) -> None:
        if interactive and not self._agreed():
            raise CommandError("Nothing was changed.")
        self.stdout.write(f"A new epoch has begun in {renew_epochs():,} rooms.")

    def _agreed(self) -> bool:
        self.stdout.write(EXPLANATION)
        try:
            answer = input("Start a new epoch in every room? [y/N] ")
        except EOFError:
            raise CommandError(
                "There is nobody to ask. Nothing was changed; add --no-input."
            ) from None
        return answer.strip().lower() in ("y", "yes")
