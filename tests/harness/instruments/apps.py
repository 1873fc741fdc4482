"""Puts the deadly marks in place when a server of the tests starts."""

from django.apps import AppConfig


class InstrumentsConfig(AppConfig):
    name = "tests.harness.instruments"

    def ready(self) -> None:
        from . import deadly_marks

        deadly_marks.install()
