"""Posts and comments, as lists and one by one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from django.db.models import OuterRef, QuerySet

from accounts.errors import AccountsError, Refusal
from accounts.models import Comment, Follow, Post, User
from accounts.paging import OLDEST_FIRST, Page, cursor_at, page

from .counting import CountOf

if TYPE_CHECKING:
    from typing import TypedDict

    from django_stubs_ext import WithAnnotations

    class Comments(TypedDict):
        comment_count: int

    CountedPost = WithAnnotations[Post, Comments]

POSTS_A_PAGE = 20
COMMENTS_A_PAGE = 50
COMMENTS_COUNTED_UP_TO = 1_000
FOLLOWED_IN_FEED = 5_000  # people, those followed last


def counted_posts() -> QuerySet[CountedPost]:
    """Posts with their authors and `comment_count`, which is counted up to a bound."""
    comments = Comment.objects.filter(post=OuterRef("pk")).order_by().values("pk")
    count = CountOf(comments[:COMMENTS_COUNTED_UP_TO])
    return Post.objects.select_related("author").annotate(comment_count=count)


def post_by_id(post_id: int) -> CountedPost:
    """One post. Raises `AccountsError` (`not_found`)."""
    found = counted_posts().filter(pk=post_id).first()
    if found is None:
        raise AccountsError(Refusal.NOT_FOUND)
    return found


def posts_by_ids(ids: Collection[int]) -> list[CountedPost]:
    """Those of them that are there."""
    return list(counted_posts().filter(pk__in=ids))


def comment_by_id(comment_id: int) -> Comment:
    """One comment with its post. Raises `AccountsError` (`not_found`)."""
    found = Comment.objects.select_related("post", "author").filter(pk=comment_id).first()
    if found is None:
        raise AccountsError(Refusal.NOT_FOUND)
    return found


def feed(reader: User, *, cursor: str | None = None) -> Page[CountedPost]:
    """The posts of `reader` and of whom they follow, the newest first. Raises `BadCursor`."""
    followed = Follow.objects.filter(follower=reader).order_by("-created_at", "-pk")
    newest = followed.values_list("followed_id", flat=True)[:FOLLOWED_IN_FEED]
    # All of these people's posts are sorted for a page: first their keys alone, which the index
    # has, and then the page's rows.
    keys = Post.objects.filter(author__in=[reader.pk, *newest]).only("created_at")
    return page(keys, cursor=cursor, size=POSTS_A_PAGE).of(_counted)


def _counted(posts: Sequence[Post]) -> list[CountedPost]:
    found = counted_posts().in_bulk([post.pk for post in posts])
    return [found[post.pk] for post in posts if post.pk in found]


def explore(*, cursor: str | None = None) -> Page[CountedPost]:
    """Everybody's posts, the newest first. Raises `BadCursor`."""
    return page(counted_posts(), cursor=cursor, size=POSTS_A_PAGE)


def posts_by(author: User, *, cursor: str | None = None) -> Page[CountedPost]:
    """The author's posts, the newest first. Raises `BadCursor`."""
    return page(counted_posts().filter(author=author), cursor=cursor, size=POSTS_A_PAGE)


def comments_on(
    post: Post, *, cursor: str | None = None, at: Comment | None = None
) -> Page[Comment]:
    """What was said to the post, in order. With `at`, a page that has that comment: the first one
    if it can be, else one that begins with it. Raises `BadCursor`.
    """
    comments = Comment.objects.filter(post=post).select_related("author")
    asked = page(comments, cursor=cursor, size=COMMENTS_A_PAGE, order=OLDEST_FIRST)
    if at is None or cursor is not None or at in asked.items:
        return asked
    begins = cursor_at(at, order=OLDEST_FIRST)
    return page(comments, cursor=begins, size=COMMENTS_A_PAGE, order=OLDEST_FIRST)
