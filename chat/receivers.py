"""What chat does when something happened to a person, and when attachments go."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models.signals import post_delete

from accounts.models import User
from accounts.signals import (
    access_ended,
    account_closing,
    comment_changed,
    comment_published,
    notifications_changed,
    post_changed,
    post_published,
    profile_changed,
)

from . import fanout
from .actions.memberships import pass_on_rooms
from .bus_items import AccessEnded, Everybody, NotificationsChanged, ProfileChanged
from .files import storage
from .models import Attachment
from .protocol.codec import event_frame
from .protocol.outbound import FeedChanged, PostChanged


def connect() -> None:
    access_ended.connect(end_sessions, dispatch_uid="chat.end_sessions")
    account_closing.connect(pass_rooms_on, dispatch_uid="chat.pass_rooms_on")
    profile_changed.connect(show_profile, dispatch_uid="chat.show_profile")
    notifications_changed.connect(count_notifications, dispatch_uid="chat.count_notifications")
    post_published.connect(show_post, dispatch_uid="chat.show_post")
    post_changed.connect(show_change, dispatch_uid="chat.show_post_changed")
    comment_published.connect(show_change, dispatch_uid="chat.show_comment")
    comment_changed.connect(show_change, dispatch_uid="chat.show_comment_changed")
    post_delete.connect(remove_contents, Attachment, dispatch_uid="chat.remove_contents")


def remove_contents(*, instance: Attachment, **kwargs: Any) -> None:
    """Remove what an attachment was about, whatever took its row: a message, pruning, a room.

    After the commit, since what is gone cannot be rolled back.
    """
    path = instance.path
    # Not a partial: Django asks a function that failed for its name, and a partial has none. That
    # error would keep back what is announced after it.
    transaction.on_commit(lambda: storage.remove(path), robust=True)


def pass_rooms_on(*, user_id: int, **kwargs: Any) -> None:
    """Let no room be owned by somebody who never comes back: within the closing's transaction, so
    that nothing can come between the two."""
    pass_on_rooms(user=User.objects.get(pk=user_id))


def show_profile(*, user_id: int, **kwargs: Any) -> None:
    """Let live rooms show who comes now the person's new name, in every process."""
    fanout.broadcast(ProfileChanged(user_id))


def count_notifications(*, user_ids: tuple[int, ...], **kwargs: Any) -> None:
    """Let these people's sessions know how much waits for them, in every process."""
    fanout.broadcast(*(NotificationsChanged(user) for user in user_ids))


def show_post(*, post_id: int, username: str, **kwargs: Any) -> None:
    """Let open lists of posts know of a new one."""
    fanout.broadcast(Everybody(event_frame(FeedChanged(post_id=post_id, username=username))))


def show_change(
    *, post_id: int, comment_id: int | None = None, gone: bool = False, **kwargs: Any
) -> None:
    """Let whoever has a post open know that it, or what stands under it, is another."""
    # A comment that is gone is a change of its post.
    is_gone = gone and comment_id is None
    changed = PostChanged(post_id=post_id, comment_id=comment_id, gone=is_gone)
    fanout.broadcast(Everybody(event_frame(changed)))


def end_sessions(
    *,
    user_id: int,
    session_key: str | None,
    token_digest: str | None,
    reason: str,
    **kwargs: Any,
) -> None:
    """Close the sockets of a login that ended, in every process."""
    everywhere = not (session_key or token_digest)
    fanout.broadcast(
        AccessEnded(
            user=user_id,
            session_key=session_key or "",
            token_digest=token_digest or "",
            reason=reason,
            version=_version_of(user_id) if everywhere else 0,
        )
    )


def _version_of(user_id: int) -> int:
    """The version from which on logins count: those of before have ended."""
    versions = User.objects.filter(pk=user_id).values_list("access_version", flat=True)
    return versions.first() or 0
