"""`manage.py serve`: Parley in production form."""

import asyncio
import logging
import os
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from daphne.management.commands.runserver import get_default_application
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from project import greeting, static
from project.listening import CannotServe, Listening, bind, bind_unix
from project.server import Server
from project.supervisor import Supervisor
from project.task_worker import TaskWorker
from project.valkey import EmbeddedValkey, ValkeyError

MOST_WORKERS = 64


class Command(BaseCommand):
    help = "Serve pages, API and sockets. SIGTERM and Ctrl-C let what is under way finish first."
    requires_migrations_checks = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
        parser.add_argument("--port", default=8000, type=int, help="0 takes any free one")
        parser.add_argument("--unix", type=Path, help="listen on this Unix socket instead")
        parser.add_argument(
            "--workers",
            type=int,
            choices=range(1, MOST_WORKERS + 1),
            metavar="N",
            help="serve by N processes, replaced one by one on SIGHUP (without: by this one)",
        )

    def handle(
        self,
        *args: Any,
        host: str,
        port: int,
        unix: Path | None,
        workers: int | None,
        **options: Any,
    ) -> None:
        redis = EmbeddedValkey(settings.VAR_DIR) if settings.EMBEDDED_VALKEY else nullcontext()
        try:
            with redis, _listening(host, port, unix) as listening, TaskWorker() as tasks:
                abandoned = self._serve(listening, workers, tasks)
        except (CannotServe, ValkeyError) as error:
            raise CommandError(str(error)) from error
        if abandoned:
            # A thread that hangs would keep the interpreter from ending by itself.
            logging.shutdown()
            sys.stdout.flush()
            os._exit(1)

    def _serve(self, listening: Listening, workers: int | None, tasks: TaskWorker) -> bool:
        """Serve until the end; return whether something had to be left unfinished."""

        def ready(address: str) -> None:
            greeting.log(address, workers=workers)
            if settings.LOG_FILE or settings.LOG_FORMAT == "plain":  # else only objects come here
                self._say(f"Parley is at {address}")

        if workers is None:
            static.collect_if_changed(self._say)
            server = Server(get_default_application(), [listening], ready=ready)
            server.run()
            return server.abandoned
        supervisor = Supervisor(listening, workers=workers, ready=ready, renewed=tasks.renew)
        return asyncio.run(supervisor.run())

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


@contextmanager
def _listening(host: str, port: int, unix: Path | None) -> Iterator[Listening]:
    listening = bind_unix(unix) if unix else bind(host, port)
    try:
        with listening:
            yield listening
    finally:
        if unix:
            unix.unlink(missing_ok=True)
