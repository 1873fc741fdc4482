"""Bearer tokens that a person has."""

from typing import Any

from django.db.models import QuerySet

from accounts.models import AuthToken, User


def tokens_of(*, user: User) -> QuerySet[Any]:
    """The tokens of `user`, the newest first."""
    found: QuerySet[Any] = AuthToken.objects.filter(user=user).order_by("-created")
    return found
