"""`manage.py seed_demo`: data to try Parley with."""

from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from chat.demo import crowd, team
from chat.demo.crowd import Size
from chat.models import Message

DEFAULT = Size(users=200, rooms=50, messages=20_000, posts=2_000)
AMOUNTS = ("users", "rooms", "messages", "posts")


class Command(BaseCommand):
    help = (
        "Load the demo: alice, bob, carol and admin, four rooms, a direct one, some posts. Once; "
        "again changes nothing. With a number, add that many made-up people, rooms, messages and "
        "posts instead."
    )
    requires_migrations_checks = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        for name in AMOUNTS:
            number = getattr(DEFAULT, name)
            parser.add_argument(
                f"--{name}", type=int, help=f"how many to add (with one of the others: {number})"
            )
        parser.add_argument(
            "--known-passwords",
            action="store_true",
            help="do it without DEBUG too, although everybody knows the password",
        )

    def handle(self, *args: Any, known_passwords: bool, **options: Any) -> None:
        if not (settings.DEBUG or known_passwords):
            raise CommandError(
                f'The accounts made here all have the password "{team.PASSWORD}". Set DEBUG=1, or '
                "add --known-passwords if that is what you want."
            )
        given = {name: options[name] for name in AMOUNTS}
        if any(number is not None for number in given.values()):
            self._fill(self._size(given), quiet=options["verbosity"] == 0)
        else:
            self._load()

    # The small demo

    def _load(self) -> None:
        taken = team.names_taken()
        everybody = [*team.PEOPLE, team.ADMIN]
        if taken == everybody:
            self.stdout.write("The demo is there already. Nothing was changed.")
        elif taken:
            raise CommandError(
                f"There is somebody called {taken[0]} already, and the demo would mix with what "
                "is theirs. Nothing was changed. Use a database without them."
            )
        else:
            rooms = team.load()
            counts = [room.messages.filter(kind="text").count() for room in rooms]
            told = ", ".join(
                f"{room.name} ({count})" for room, count in zip(rooms, counts, strict=True)
            )
            self.stdout.write(f"Loaded the demo: {len(everybody)} people; messages: {told}.")
        self.stdout.write(
            f"Log in as {', '.join(team.PEOPLE)} or {team.ADMIN}; the password is {team.PASSWORD}."
        )

    # In bulk

    def _size(self, given: dict[str, int | None]) -> Size:
        size = Size(
            **{
                name: getattr(DEFAULT, name) if number is None else number
                for name, number in given.items()
            }
        )
        if size.users < 2 or size.rooms < 1 or min(size.messages, size.posts) < 0:
            raise CommandError("It takes two users and one room at least.")
        return size

    def _fill(self, size: Size, *, quiet: bool) -> None:
        started = monotonic()
        before = Message.objects.count()
        with self._progress(size, quiet=quiet) as progress:
            crowd.fill(size, progress=progress)
        told = Message.objects.count() - before - size.messages
        self.stdout.write(
            f"Added {size.users:,} people (user-…, password {team.PASSWORD}), {size.rooms:,} rooms,"
            f" {size.messages:,} messages and {told:,} that tell who joined, {size.posts:,} posts"
            f" in {monotonic() - started:.0f} s."
        )

    @contextmanager
    def _progress(self, size: Size, *, quiet: bool) -> Iterator[crowd.Progress]:
        columns = (
            TextColumn("{task.description:>9}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=Console(stderr=True), disable=quiet) as bars:
            tasks = {
                "people": bars.add_task("people", total=size.users),
                "rooms": bars.add_task("rooms", total=size.rooms),
                "messages": bars.add_task("messages", total=size.messages),
                "posts": bars.add_task("posts", total=size.posts),
            }
            yield lambda what, count: bars.advance(tasks[what], count)
