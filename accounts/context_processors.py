"""What every page with the sidebar shows of accounts."""

from collections.abc import Callable
from functools import cache

from django.http import HttpRequest

from accounts.models import User
from accounts.queries.notifications import unread_count


def notices(request: HttpRequest) -> dict[str, Callable[[], int]]:
    """`unread_notifications`: how many wait for who asks; counted once, if the page shows it."""

    @cache
    def count() -> int:
        return unread_count(request.user) if isinstance(request.user, User) else 0

    return {"unread_notifications": count}
