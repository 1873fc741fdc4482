"""Browsers that a person is logged in with."""

from django.db.models import F, QuerySet

from accounts.identity import live_sessions
from accounts.models import Login, User


def logins_of(*, user: User) -> QuerySet[Login]:
    """The logins of `user` whose session still stands, the last used first."""
    logins = Login.objects.filter(user=user, access_version=F("user__access_version"))
    standing = live_sessions().values("session_key")
    return logins.filter(session_key__in=standing).order_by("-last_used", "-pk")
