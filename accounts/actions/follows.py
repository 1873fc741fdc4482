"""Following people."""

from django.db import transaction

from accounts.errors import AccountsError, Refusal
from accounts.models import Follow, Notification, NotificationKind, User
from accounts.signals import announce_notifications_changed

from .notifications import notify
from .rights import present_and_locked, require_right


@transaction.atomic
def follow(*, follower: User, followed: User) -> None:
    """Let `follower` have the posts of `followed` in their feed. Again changes nothing.

    Raises `AccountsError` (`oneself`, `not_allowed`).
    """
    if follower.pk == followed.pk:
        raise AccountsError(Refusal.ONESELF)
    require_right(follower, "accounts.add_follow")
    _, is_new = Follow.objects.get_or_create(follower=follower, followed=followed)
    if is_new:
        notify(recipients=[followed], kind=NotificationKind.FOLLOW, actor=follower)


@transaction.atomic
def unfollow(*, follower: User, followed: User) -> None:
    """End that. Whoever has not read yet that they are followed need not read it any more."""
    present_and_locked(follower)
    Follow.objects.filter(follower=follower, followed=followed).delete()
    told, _ = Notification.objects.filter(
        recipient=followed, actor=follower, kind=NotificationKind.FOLLOW, read_at=None
    ).delete()
    if told:
        announce_notifications_changed(user_ids=[followed.pk])
