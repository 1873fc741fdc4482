"""Puts the instruments in place when a server of the tests starts."""

import os

from django.apps import AppConfig


class InstrumentsConfig(AppConfig):
    name = "tests.harness.instruments"

    def ready(self) -> None:
        from . import deadly_marks

        deadly_marks.install()
        # Seconds that a peer has for a close before it is cut off.
        if patience := os.environ.get("TEST_CLOSE_PATIENCE"):
            import project.server  # noqa: F401 - first: it chooses Twisted's loop
            from project import sockets

            sockets.CLOSE_PATIENCE = float(patience)
