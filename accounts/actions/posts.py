"""Posts: writing, changing and deleting them, each by its author."""

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.errors import AccountsError, Refusal
from accounts.models import Comment, Notification, NotificationKind, Post, PostWords, User
from accounts.signals import (
    announce_notifications_changed,
    announce_post_changed,
    announce_post_published,
)

from .holding import hold
from .notifications import notify
from .rights import require_active, require_few, require_pace, require_right
from .texts import read_text, tidied


@transaction.atomic
def write_post(*, author: User, text: str, client_id: str | None = None) -> Post:
    """Publish `text`, and tell whom it mentions.

    With the `client_id` of an earlier post of theirs, that one is returned and nothing is stored:
    a form that is sent twice makes one post. Raises `AccountsError` (`not_allowed`, `empty_text`,
    `text_too_long`, `rate_limited`; `conflict` if the earlier one says something else).
    """
    require_right(author, "accounts.add_post")
    if client_id and (earlier := Post.objects.filter(author=author, client_id=client_id).first()):
        # What the first words of an edited one were nobody knows any more.
        if earlier.edited_at is None and earlier.body != tidied(text):
            raise AccountsError(Refusal.CONFLICT)
        return earlier
    require_few(Post, author, an_hour=settings.POSTS_PER_HOUR)
    read = read_text(text, limit=settings.POST_TEXT_LIMIT)
    post = Post(author=author, client_id=client_id, created_at=timezone.now())
    read.put_on(post)
    post.save()
    PostWords.objects.add([post])
    notify(recipients=read.mentioned, kind=NotificationKind.MENTION, actor=author, post=post)
    announce_post_published(post_id=post.pk, username=author.username)
    return post


@transaction.atomic
def edit_post(*, post_id: int, by: User, text: str) -> Post:
    """Give a post of one's own another text, and tell whom only the new one mentions:
    nobody, while it is hidden.

    Raises `AccountsError` (`not_found`, `not_allowed`, `empty_text`, `text_too_long`,
    `rate_limited`).
    """
    post = _own_post(post_id, by)
    # Each of them may ring at other people, and every open page hears of it.
    require_pace("post_edits", by, a_minute=settings.POST_EDITS_PER_MINUTE)
    read = read_text(text, limit=settings.POST_TEXT_LIMIT)
    if read.body != post.body:
        read.put_on(post)
        post.edited_at = timezone.now()
        post.save(update_fields=["body", "html", "html_version", "mentions", "edited_at"])
        PostWords.objects.renew([post])
        if post.hidden_at is None:
            notify(recipients=read.mentioned, kind=NotificationKind.MENTION, actor=by, post=post)
        announce_post_changed(post_id=post.pk)
    return post


@transaction.atomic
def delete_post(*, post_id: int, by: User) -> None:
    """Delete a post of one's own, with its comments and what anybody was told of them.

    Raises `AccountsError` (`not_found`, `not_allowed`).
    """
    post = _own_post(post_id, by)
    told = Notification.objects.filter(post=post)
    hold(told)
    hold(Comment.objects.filter(post=post))
    concerned = set(told.filter(read_at=None).values_list("recipient_id", flat=True))
    post.delete()
    announce_notifications_changed(user_ids=concerned)
    announce_post_changed(post_id=post_id, gone=True)


def _own_post(post_id: int, by: User) -> Post:
    """The post, locked, if it is `by`'s."""
    require_active(by)
    post = Post.objects.select_for_update().filter(pk=post_id).first()
    if post is None:
        raise AccountsError(Refusal.NOT_FOUND)
    if post.author_id != by.pk:
        raise AccountsError(Refusal.NOT_ALLOWED)
    return post
