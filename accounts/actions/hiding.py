"""What moderators do about posts and comments: hide them, and show them again.

What is hidden keeps its place, where a notice stands instead of the text. Its author and
moderators can still read it.
"""

from typing import TYPE_CHECKING, TypeVar, cast

from django.db import transaction
from django.utils import timezone

from accounts.errors import AccountsError, Refusal
from accounts.models import Comment, Post, User
from accounts.signals import announce_comment_changed, announce_post_changed

from .rights import hide_permission, require_right

if TYPE_CHECKING:
    from django.db.models import Manager

W = TypeVar("W", bound=Post | Comment)


@transaction.atomic
def hide(writing: W, *, by: User, reason: str) -> W:
    """Let a notice stand in place of a post or comment. Hiding it again changes nothing.

    Raises `AccountsError` (`not_found`, `not_allowed`).
    """
    present = _locked(writing, by)
    if present.hidden_at is None:
        present.hidden_at, present.hidden_by = timezone.now(), by
        present.hidden_reason = reason.strip()
        _save(present)
    return present


@transaction.atomic
def show(writing: W, *, by: User) -> W:
    """Show it again, as if it had never been hidden. Raises `AccountsError` like `hide`."""
    present = _locked(writing, by)
    if present.hidden_at is not None:
        present.hidden_at, present.hidden_by, present.hidden_reason = None, None, ""
        _save(present)
    return present


def _locked(writing: W, by: User) -> W:
    require_right(by, hide_permission(writing))
    rows = cast("Manager[W]", type(writing).objects).select_for_update()
    present = rows.filter(pk=writing.pk).first()
    if present is None:
        raise AccountsError(Refusal.NOT_FOUND)
    return present


def _save(writing: Post | Comment) -> None:
    writing.save(update_fields=["hidden_at", "hidden_by", "hidden_reason"])
    if isinstance(writing, Post):
        announce_post_changed(post_id=writing.pk)
    else:
        announce_comment_changed(post_id=writing.post_id, comment_id=writing.pk)
