"""Short words for what people publish, and for what is told of it."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import Group

from accounts.actions.comments import write_comment
from accounts.actions.posts import write_post
from accounts.errors import AccountsError, Refusal
from accounts.models import Comment, Notification, Post, User
from accounts.roles import MODERATOR
from tests.factories import make_user


def post(author: User, text: str = "Hello", **options: Any) -> Post:
    return write_post(author=author, text=text, **options)


def comment(on: Post, author: User, text: str = "Well said", **options: Any) -> Comment:
    return write_comment(post_id=on.pk, author=author, text=text, **options)


def make_moderator(name: str = "mia") -> User:
    user = make_user(name)
    user.groups.add(Group.objects.get(name=MODERATOR))
    return user


def refused(call: Callable[..., object], *arguments: Any, **named: Any) -> Refusal:
    """Why `call` is refused."""
    try:
        answer = call(*arguments, **named)
    except AccountsError as error:
        return error.code
    raise AssertionError(f"it was not refused but answered {answer!r}")


def told(user: User) -> list[tuple[str, str]]:
    """What waits for somebody, the oldest first: its kind, and who did it."""
    rows = Notification.objects.filter(recipient=user, read_at=None).order_by("pk")
    return [(row.kind, row.actor.username) for row in rows]
