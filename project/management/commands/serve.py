"""`manage.py serve`: Parley in production form."""

import logging
import os
import sys
from argparse import ArgumentParser
from contextlib import nullcontext
from typing import Any

from daphne.endpoints import build_endpoint_description_strings
from daphne.management.commands.runserver import get_default_application
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from project import static
from project.server import CannotServe, Server
from project.valkey import EmbeddedValkey, ValkeyError


class Command(BaseCommand):
    help = "Serve pages, API and sockets. SIGTERM and Ctrl-C let what is under way finish first."
    requires_migrations_checks = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
        parser.add_argument("--port", default=8000, type=int, help="0 takes any free one")

    def handle(self, *args: Any, host: str, port: int, **options: Any) -> None:
        static.collect_if_changed(self._say)
        redis = EmbeddedValkey(settings.VAR_DIR) if settings.EMBEDDED_VALKEY else nullcontext()
        try:
            with redis:
                server = Server(
                    get_default_application(),
                    build_endpoint_description_strings(host=host, port=port),
                    ready=lambda address: self._say(f"Parley is at {address}"),
                )
                server.run()
        except (CannotServe, ValkeyError) as error:
            raise CommandError(str(error)) from error
        if server.abandoned:
            # A thread that hangs would keep the interpreter from ending by itself.
            logging.shutdown()
            sys.stdout.flush()
            os._exit(1)

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
