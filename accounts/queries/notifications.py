"""What waits for somebody to be read."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Count

from accounts.models import Notification, User
from accounts.paging import Page, page

NOTIFICATIONS_A_PAGE = 50


def unread_count(user: User) -> int:
    """How many notifications the person has not read: exactly."""
    return Notification.objects.filter(recipient=user, read_at=None).count()


def unread_counts(user_ids: Collection[int]) -> dict[int, int]:
    """The same for several people (ids), each of whom is in the answer."""
    waiting = Notification.objects.filter(recipient__in=user_ids, read_at=None)
    counted = waiting.values_list("recipient").annotate(count=Count("pk")).order_by()
    return dict.fromkeys(user_ids, 0) | dict(counted)


def notification_of(user: User, notification_id: int) -> Notification | None:
    """One of the person's own, with what it is about."""
    told = Notification.objects.filter(recipient=user, pk=notification_id)
    return told.select_related("actor", "post", "comment").first()


def notifications_of(user: User, *, cursor: str | None = None) -> Page[Notification]:
    """What the person was told, the newest first. Raises `BadCursor`."""
    told = Notification.objects.filter(recipient=user)
    told = told.select_related("actor", "post", "comment")
    return page(told, cursor=cursor, size=NOTIFICATIONS_A_PAGE)
