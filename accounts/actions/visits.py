"""When somebody was last seen, and by what they came in."""

from collections.abc import Collection
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from accounts.identity import Identity
from accounts.models import AuthToken, Login, User

SEEN_AGAIN_AFTER = timedelta(minutes=1)


def touch_last_seen(*, user_ids: Collection[int]) -> None:
    """Note that these people are here. A row is written at most once a minute, however many
    processes see the person: the database decides, in one statement.
    """
    now = timezone.now()
    stale = Q(last_seen=None) | Q(last_seen__lt=now - SEEN_AGAIN_AFTER)
    User.objects.filter(stale, pk__in=user_ids).update(last_seen=now)


def touch_last_used(*, identities: Collection[Identity]) -> None:
    """Note that these logins and tokens are in use, likewise."""
    now = timezone.now()
    stale = Q(last_used=None) | Q(last_used__lt=now - SEEN_AGAIN_AFTER)
    keys = {identity.session_key for identity in identities if identity.session_key}
    if keys:
        Login.objects.filter(stale, session_key__in=keys).update(last_used=now)
    digests = {identity.token_digest for identity in identities if identity.token_digest}
    if digests:
        AuthToken.objects.filter(stale, digest__in=digests).update(last_used=now)
