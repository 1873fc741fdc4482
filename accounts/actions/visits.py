"""When somebody was last seen."""

from collections.abc import Collection
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from accounts.models import User

SEEN_AGAIN_AFTER = timedelta(minutes=1)


def touch_last_seen(*, user_ids: Collection[int]) -> None:
    """Note that these people are here. A row is written at most once a minute, however many
    processes see the person: the database decides, in one statement.
    """
    now = timezone.now()
    stale = Q(last_seen=None) | Q(last_seen__lt=now - SEEN_AGAIN_AFTER)
    User.objects.filter(stale, pk__in=user_ids).update(last_seen=now)
