"""Telling people what others did, and noting that they read it.

`notify` belongs into the transaction of what it tells of: either both are stored or neither.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import Comment, Notification, NotificationKind, Post, User
from accounts.signals import announce_notifications_changed

from .holding import hold

PRUNED_TOGETHER = 1_000


def notify(
    *,
    recipients: Iterable[User],
    kind: NotificationKind,
    actor: User,
    post: Post | None = None,
    comment: Comment | None = None,
) -> None:
    """Tell `recipients`, but not the actor themselves. Who was told of it already is not again."""
    concerned = [user for user in recipients if user.pk != actor.pk]
    Notification.objects.bulk_create(
        (
            Notification(recipient=user, kind=kind, actor=actor, post=post, comment=comment)
            for user in concerned
        ),
        ignore_conflicts=True,
    )
    announce_notifications_changed(user_ids=[user.pk for user in concerned])


@transaction.atomic
def mark_read(*, recipient: User, notification_id: int) -> None:
    """Note that `recipient` read one. Doing it again, or for another's, changes nothing."""
    _mark(recipient, notification_id, notification_id)


@transaction.atomic
def mark_all_read(*, recipient: User, newest: int) -> None:
    """Note that `recipient` read everything up to the notification `newest` (its key), which is
    the last that they have seen: what came since then stays unread.
    """
    _mark(recipient, 0, newest)


def _mark(recipient: User, first: int, last: int) -> None:
    waiting = Notification.objects.filter(
        recipient=recipient, read_at=None, pk__gte=first, pk__lte=last
    )
    hold(waiting)
    if waiting.update(read_at=timezone.now()):
        announce_notifications_changed(user_ids=[recipient.pk])


def prune_notifications(*, before: datetime) -> int:
    """Delete what was told `before`, a chunk in each transaction; return how many there were."""
    gone = 0
    while pruned := _prune_some(before):
        gone += pruned
    return gone


@transaction.atomic
def _prune_some(before: datetime) -> int:
    oldest = Notification.objects.filter(created_at__lt=before).order_by("created_at", "pk")
    rows = list(oldest.values_list("pk", "recipient_id", "read_at")[:PRUNED_TOGETHER])
    told = Notification.objects.filter(pk__in=[pk for pk, _, _ in rows])
    hold(told)
    told.delete()
    announce_notifications_changed(user_ids=[user for _, user, read_at in rows if read_at is None])
    return len(rows)
