"""`manage.py index_search`: lets search find what was there before it."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from accounts.actions.indexing import COMMENTS, PEOPLE, POSTS
from chat.actions.indexing import MESSAGES

EVERYTHING = {"messages": MESSAGES, "posts": POSTS, "comments": COMMENTS, "people": PEOPLE}


class Command(BaseCommand):
    help = (
        "Put what is not in the search index into it: once after an upgrade that says so. It may "
        "run while people talk; stopped, it goes on where it was when run again."
    )
    requires_migrations_checks = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--anew",
            action="store_true",
            help="also what is in it, since words are told apart in another way now",
        )

    def handle(self, *args: Any, anew: bool, **options: Any) -> None:
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
        )
        quiet = options["verbosity"] == 0
        done = dict.fromkeys(EVERYTHING, 0)
        with Progress(*columns, console=Console(stderr=True), disable=quiet) as bars:
            for name, searched in EVERYTHING.items():
                task = bars.add_task(name, total=searched.missing(anew=anew).count())
                for count in searched.put_in(anew=anew):
                    done[name] += count
                    bars.advance(task, count)
        counted = ", ".join(f"{count:,} {name}" for name, count in done.items())
        self.stdout.write(f"Put into the search index: {counted}.")
