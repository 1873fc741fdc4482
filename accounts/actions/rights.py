"""Who may publish, how much of it, and who may hide what others published."""

from datetime import timedelta

from django.utils import timezone

from accounts.errors import AccountsError, Refusal
from accounts.limits import within_limit
from accounts.models import Comment, Post, User

AN_HOUR = timedelta(hours=1)


def present_and_locked(user: User) -> User | None:
    """Return `user` as they are now, if they are active: a request or a session may have loaded
    its person long ago.

    Their row stays locked until the commit: what one person does at once is done one after the
    other, so that a form sent twice finds what it made before, and no act sees half of another.
    """
    # Without touching the key: others may refer to the person meanwhile.
    locked = User.objects.select_for_update(no_key=True)
    return locked.filter(pk=user.pk, is_active=True).first()


def require_right(user: User, permission: str) -> None:
    """Let `user` go on, locked, if they are active and have `permission` ("app.codename").

    Raises `AccountsError` (`not_allowed`).
    """
    present = present_and_locked(user)
    if present is None or not present.has_perm(permission):
        raise AccountsError(Refusal.NOT_ALLOWED)


def require_active(user: User) -> None:
    """Raises `AccountsError` (`not_allowed`) for who is suspended."""
    if not User.objects.filter(pk=user.pk, is_active=True).exists():
        raise AccountsError(Refusal.NOT_ALLOWED)


def require_few(model: type[Post] | type[Comment], author: User, *, an_hour: int) -> None:
    """Let nobody write more than so many in an hour. Raises `AccountsError` (`rate_limited`)."""
    written = model.objects.filter(author=author, created_at__gt=timezone.now() - AN_HOUR)
    if written.order_by()[:an_hour].count() >= an_hour:
        raise AccountsError(Refusal.RATE_LIMITED, limit=an_hour)


def require_pace(what: str, user: User, *, a_minute: int) -> None:
    """Count one more time that `user` does `what`, done or refused. Without Redis all pass.

    Raises `AccountsError` (`rate_limited`).
    """
    if not within_limit(what=what, who=user.pk, a_minute=a_minute):
        raise AccountsError(Refusal.RATE_LIMITED, limit=a_minute)


def hide_permission(writing: Post | Comment) -> str:
    """The permission that it takes to hide or show it."""
    return "accounts.hide_post" if isinstance(writing, Post) else "accounts.hide_comment"


def may_hide(user: User, writing: Post | Comment) -> bool:
    """Whether `user`, as their login knows them, may hide it, and so read what is hidden."""
    return user.has_perm(hide_permission(writing))


def may_read(user: User, writing: Post | Comment) -> bool:
    """Whether `user` may see what it says: what is hidden, its author and moderators alone may."""
    return writing.hidden_at is None or writing.author_id == user.pk or may_hide(user, writing)
