"""What accounts tells the rest of the house, always after the commit.

Receivers connect to the signals; senders use the functions, which say what a signal carries.
A receiver that fails is logged and disturbs neither the sender nor the other receivers.
"""

from enum import StrEnum

from django.db import transaction
from django.dispatch import Signal

# user_id: int, session_key: str | None, token_digest: str | None, reason: str.
# With neither a session nor a token, every login of the person ended.
access_ended = Signal()

# user_id: int. The name or picture that others see of this person is another one.
profile_changed = Signal()


class EndReason(StrEnum):
    """Why access ended, as clients hear it."""

    LOGGED_OUT = "logged_out"
    LOGGED_OUT_EVERYWHERE = "logged_out_everywhere"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a reason, not a secret
    DEACTIVATED = "deactivated"
    TOKEN_REVOKED = "token_revoked"  # noqa: S105 - a reason, not a secret
    # Found out by asking, since nobody says when time is over.
    EXPIRED = "expired"


def announce_access_ended(
    *,
    user_id: int,
    reason: EndReason,
    session_key: str | None = None,
    token_digest: str | None = None,
) -> None:
    """Send `access_ended` once the present transaction is committed."""
    _after_commit(
        access_ended,
        user_id=user_id,
        session_key=session_key,
        token_digest=token_digest,
        reason=str(reason),
    )


def announce_profile_changed(*, user_id: int) -> None:
    """Send `profile_changed` once the present transaction is committed."""
    _after_commit(profile_changed, user_id=user_id)


def _after_commit(signal: Signal, **facts: int | str | None) -> None:
    # Not a partial: Django asks a function that failed for its name, and a partial has none.
    transaction.on_commit(lambda: signal.send_robust(sender=None, **facts), robust=True)
