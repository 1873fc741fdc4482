"""`manage.py runserver`: Daphne's command for development, on our server."""

import os
import signal
import sys
from argparse import ArgumentParser
from contextlib import nullcontext
from typing import Any

from channels.routing import ProtocolTypeRouter
from daphne.management.commands.runserver import Command as DaphneCommand
from daphne.management.commands.runserver import get_default_application
from django.conf import settings
from django.core.management.base import CommandError
from django.utils.autoreload import DJANGO_AUTORELOAD_ENV

from project import greeting
from project.listening import CannotServe
from project.server import Server
from project.task_worker import TaskWorker
from project.valkey import EmbeddedValkey, ValkeyError


class Command(DaphneCommand):
    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--demo", action="store_true", help="say how to try the demo, once it is served"
        )
        parser.set_defaults(
            websocket_max_message_size=settings.CHAT_FRAME_LIMIT,
            websocket_max_frame_size=settings.CHAT_FRAME_LIMIT,
        )

    def run(self, **options: Any) -> None:
        # The reloader is this command twice: an outer process that starts the inner one anew
        # after every change. Redis belongs to the outer, which stays.
        is_inner = os.environ.get(DJANGO_AUTORELOAD_ENV) == "true"
        embedded = settings.EMBEDDED_VALKEY and not is_inner
        if signal.getsignal(signal.SIGHUP) == signal.SIG_DFL:
            # A closed terminal ends the outer process like SIGTERM does, with its Valkey.
            signal.signal(signal.SIGHUP, lambda *_: sys.exit(0))
        try:
            with EmbeddedValkey(settings.VAR_DIR) if embedded else nullcontext():
                super().run(**options)
        except ValkeyError as error:
            raise CommandError(str(error)) from error

    def server_cls(self, **options: Any) -> Server:
        """Make the server that Daphne's command runs."""
        return Server(**options, ready=self._ready)

    def _ready(self, address: str) -> None:
        if self._demo:
            self.stdout.write(greeting.how_to_try(address))
            self.stdout.flush()

    def inner_run(self, *args: Any, **options: Any) -> None:
        self._demo: bool = options["demo"]
        try:
            with TaskWorker():  # here, so that it is started anew with the code
                super().inner_run(*args, **options)
        except CannotServe as error:
            if not options["use_reloader"]:
                raise CommandError(str(error)) from error
            self.stderr.write(self.style.ERROR(f"CommandError: {error}"))
            os._exit(1)  # this is a thread of the inner process: sys.exit() would end only that

    def log_action(self, protocol: str, action: str, details: dict[str, Any]) -> None:
        """Tell of what was asked, but for the two dozen files that come with each page: they would
        push the guide and the mails out of the terminal."""
        found = details.get("status", 0) < 400
        if not (found and details["path"].startswith(settings.STATIC_URL)):
            super().log_action(protocol, action, details)

    def get_application(self, options: dict[str, Any]) -> ProtocolTypeRouter:
        return get_default_application()  # its middleware serves static files, as in production
