"""When somebody was last seen."""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from accounts.models import User

SEEN_AGAIN_AFTER = timedelta(minutes=1)


def touch_last_seen(*, user_id: int) -> None:
    """Note that the person is here. The row is written at most once a minute, however many
    processes see the person: the database decides, in one statement.
    """
    now = timezone.now()
    stale = Q(last_seen=None) | Q(last_seen__lt=now - SEEN_AGAIN_AFTER)
    User.objects.filter(stale, pk=user_id).update(last_seen=now)
