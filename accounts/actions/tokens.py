"""Bearer tokens: making and revoking them."""

from django.db import transaction

from accounts.models import AuthToken, User
from accounts.signals import EndReason, announce_access_ended


def create_token(*, user: User) -> tuple[AuthToken, str]:
    """Store a token for `user`; return its row and the token itself, which is stored nowhere."""
    row, token = AuthToken.objects.create(user=user)
    return row, token


@transaction.atomic
def revoke_token(*, user: User, digest: str) -> None:
    """Delete the token of `user` that hashes to `digest`. Deleting it again changes nothing."""
    deleted, _ = AuthToken.objects.filter(user=user, digest=digest).delete()
    if deleted:
        announce_access_ended(user_id=user.pk, token_digest=digest, reason=EndReason.TOKEN_REVOKED)
