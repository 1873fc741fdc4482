"""The project's settings at a standstill: it is always the same moment, for pictures that change
only when the pages do."""

from datetime import UTC, datetime

from django.utils import timezone

from project.settings import *  # noqa: F403

MOMENT = datetime(2026, 11, 20, 9, 42, tzinfo=UTC)

timezone.now = lambda: MOMENT
