"""Comments on posts."""

from functools import partial

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.errors import AccountsError, Refusal
from accounts.models import Comment, CommentWords, Notification, NotificationKind, Post, User
from accounts.signals import (
    announce_comment_changed,
    announce_comment_published,
    announce_notifications_changed,
)

from .holding import hold
from .notifications import notify
from .rights import require_active, require_few, require_right
from .texts import read_text, tidied


@transaction.atomic
def write_comment(
    *, post_id: int, author: User, text: str, client_id: str | None = None
) -> Comment:
    """Say something to a post, and tell its author and whom the text mentions: each once.

    With the `client_id` of an earlier comment of theirs, that one is returned and nothing is
    stored. Raises `AccountsError` (`not_found`; `not_allowed`, also on a post that is hidden;
    `empty_text`, `text_too_long`, `rate_limited`; `conflict` if the earlier one says something
    else, or to another post).
    """
    require_right(author, "accounts.add_comment")
    # Locked, so that it is neither deleted nor hidden meanwhile.
    post = Post.objects.select_for_update(of=("self",)).select_related("author")
    target = post.filter(pk=post_id).first()
    if target is None:
        raise AccountsError(Refusal.NOT_FOUND)
    if client_id and (
        earlier := Comment.objects.filter(author=author, client_id=client_id).first()
    ):
        if (earlier.post_id, earlier.body) != (target.pk, tidied(text)):
            raise AccountsError(Refusal.CONFLICT)
        return earlier
    if target.hidden_at is not None:
        raise AccountsError(Refusal.NOT_ALLOWED)
    require_few(Comment, author, an_hour=settings.COMMENTS_PER_HOUR)
    read = read_text(text, limit=settings.COMMENT_TEXT_LIMIT)
    comment = Comment(post=target, author=author, client_id=client_id, created_at=timezone.now())
    read.put_on(comment)
    comment.save()
    CommentWords.objects.add([comment])
    tell = partial(notify, actor=author, post=target, comment=comment)
    # Its author first: who is told of the comment is not told again that it mentions them.
    tell(recipients=[target.author], kind=NotificationKind.COMMENT)
    tell(recipients=read.mentioned, kind=NotificationKind.MENTION)
    announce_comment_published(post_id=target.pk, comment_id=comment.pk, username=author.username)
    return comment


@transaction.atomic
def delete_comment(*, comment_id: int, by: User) -> None:
    """Delete a comment: its author may, and who wrote the post that it stands under.

    Raises `AccountsError` (`not_found`, `not_allowed`).
    """
    require_active(by)
    # The post first, as whoever deletes that does: two who go the other way about wait for ever.
    of_the_post = Comment.objects.filter(pk=comment_id).values("post")
    post = Post.objects.select_for_update().filter(pk__in=of_the_post).first()
    wanted = Comment.objects.select_for_update(of=("self",)).filter(pk=comment_id)
    comment = wanted.first() if post is not None else None
    if post is None or comment is None:
        raise AccountsError(Refusal.NOT_FOUND)
    if by.pk not in (comment.author_id, post.author_id):
        raise AccountsError(Refusal.NOT_ALLOWED)
    told = Notification.objects.filter(comment=comment)
    hold(told)
    concerned = set(told.filter(read_at=None).values_list("recipient_id", flat=True))
    comment.delete()
    announce_notifications_changed(user_ids=concerned)
    announce_comment_changed(post_id=post.pk, comment_id=comment_id, gone=True)
