"""Bearer tokens that a person has."""

from django.db.models import QuerySet

from accounts.identity import live_tokens
from accounts.models import AuthToken, User


def tokens_of(*, user: User) -> QuerySet[AuthToken]:
    """The tokens of `user` that have not expired, the newest first."""
    return live_tokens().filter(user=user).order_by("-created")
