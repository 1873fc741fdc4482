"""What accounts tells the rest of the house: after the commit, but for `account_closing`.

Receivers connect to the signals; senders use the functions, which say what a signal carries.
A receiver that fails is logged and disturbs neither the sender nor the other receivers; one of
`account_closing` lets the whole act fail.
"""

from collections.abc import Iterable
from enum import StrEnum

from django.db import transaction
from django.dispatch import Signal

# user_id: int, session_key: str | None, token_digest: str | None, reason: str.
# With neither a session nor a token, every login of the person ended.
access_ended = Signal()

# user_id: int. The name or picture that others see of this person is another one.
profile_changed = Signal()

# user_id: int. An account is about to be closed for good, in the present transaction.
account_closing = Signal()

# user_ids: tuple[int, ...]. What these people have not read yet is more, or less.
notifications_changed = Signal()

# post_id: int, username: str. Somebody published a post.
post_published = Signal()

# post_id: int, gone: bool. A post has another text, was hidden or shown again, or was deleted.
post_changed = Signal()

# post_id: int, comment_id: int, username: str. Somebody commented on a post.
comment_published = Signal()

# post_id: int, comment_id: int, gone: bool. A comment was hidden or shown again, or deleted.
comment_changed = Signal()


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


def tell_account_closing(*, user_id: int) -> None:
    """Send `account_closing` now: what receivers store is committed with the closing, or not at
    all. Call it before the person's row is locked, since receivers may lock what writers hold who
    refer to people."""
    account_closing.send(sender=None, user_id=user_id)


def announce_notifications_changed(*, user_ids: Iterable[int]) -> None:
    """Send `notifications_changed`, if there is anybody to send it about, after the commit."""
    if concerned := tuple(sorted(set(user_ids))):
        _after_commit(notifications_changed, user_ids=concerned)


def announce_post_published(*, post_id: int, username: str) -> None:
    """Send `post_published` once the present transaction is committed."""
    _after_commit(post_published, post_id=post_id, username=username)


def announce_post_changed(*, post_id: int, gone: bool = False) -> None:
    """Send `post_changed` once the present transaction is committed."""
    _after_commit(post_changed, post_id=post_id, gone=gone)


def announce_comment_published(*, post_id: int, comment_id: int, username: str) -> None:
    """Send `comment_published` once the present transaction is committed."""
    _after_commit(comment_published, post_id=post_id, comment_id=comment_id, username=username)


def announce_comment_changed(*, post_id: int, comment_id: int, gone: bool = False) -> None:
    """Send `comment_changed` once the present transaction is committed."""
    _after_commit(comment_changed, post_id=post_id, comment_id=comment_id, gone=gone)


def _after_commit(signal: Signal, **facts: int | str | tuple[int, ...] | None) -> None:
    # Not a partial: Django asks a function that failed for its name, and a partial has none.
    transaction.on_commit(lambda: signal.send_robust(sender=None, **facts), robust=True)
