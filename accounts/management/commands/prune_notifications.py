"""`manage.py prune_notifications`: forget what people were told long ago."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts.actions.notifications import prune_notifications


class Command(BaseCommand):
    help = (
        "Delete notifications that are older than NOTIFICATIONS_KEPT days, read or not. It may run "
        "while people are here, once a night for instance."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        days = settings.NOTIFICATIONS_KEPT
        gone = prune_notifications(before=timezone.now() - timedelta(days=days))
        self.stdout.write(f"{gone:,} notifications older than {days} days deleted.")
