"""`manage.py index_search`: lets search find the messages that were there before it."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from chat.actions.indexing import index_messages, messages_to_index


class Command(BaseCommand):
    help = (
        "Put the messages into the search index that are not in it: once after an upgrade that "
        "says so. It may run while people talk; stopped, it goes on where it was when run again."
    )
    requires_migrations_checks = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--anew",
            action="store_true",
            help="also those that are in it, since words are told apart in another way now",
        )

    def handle(self, *args: Any, anew: bool, **options: Any) -> None:
        columns = (
            TextColumn("messages"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
        )
        quiet = options["verbosity"] == 0
        done = 0
        with Progress(*columns, console=Console(stderr=True), disable=quiet) as bars:
            task = bars.add_task("messages", total=messages_to_index(anew=anew).count())
            for count in index_messages(anew=anew):
                done += count
                bars.advance(task, count)
        self.stdout.write(f"{done:,} messages were put into the search index.")
