"""Bearer tokens: making and revoking them."""

from django.db import transaction

from accounts.models import AuthToken, User
from accounts.signals import EndReason, announce_access_ended


def create_token(*, user: User, name: str = "") -> tuple[AuthToken, str]:
    """Store a token for `user`, who calls it `name`; return its row and the token itself, which is
    stored nowhere.
    """
    row, token = AuthToken.objects.create(user=user, name=name)
    return row, token


@transaction.atomic
def rotate_token(*, user: User, digest: str) -> tuple[AuthToken, str] | None:
    """Make a token in place of the one that hashes to `digest`; None if that one has gone."""
    old = AuthToken.objects.filter(user=user, digest=digest).first()
    if old is None or not revoke_token(user=user, digest=digest):
        return None
    return create_token(user=user, name=old.name)


@transaction.atomic
def revoke_token(*, user: User, digest: str) -> bool:
    """Delete the token of `user` that hashes to `digest`; say whether it was still there."""
    deleted, _ = AuthToken.objects.filter(user=user, digest=digest).delete()
    if deleted:
        announce_access_ended(user_id=user.pk, token_digest=digest, reason=EndReason.TOKEN_REVOKED)
    return bool(deleted)
