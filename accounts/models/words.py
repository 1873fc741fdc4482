"""The words of posts, comments and people, by which they are found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

from accounts.search.index import Entry, SearchIndex, entry, indexed

from .posts import Comment, Post

if TYPE_CHECKING:
    from .users import User


class PostWords(SearchIndex):
    """The entry of one post."""

    post = indexed(Post)

    class Meta(SearchIndex.Meta):
        db_table = "accounts_post_words"

    @classmethod
    def of(cls, thing: Post) -> Entry:
        return entry(thing.pk, thing.plain)


class CommentWords(SearchIndex):
    """The entry of one comment."""

    comment = indexed(Comment)

    class Meta(SearchIndex.Meta):
        db_table = "accounts_comment_words"

    @classmethod
    def of(cls, thing: Comment) -> Entry:
        return entry(thing.pk, thing.plain)


class PersonWords(SearchIndex):
    """The entry of one person: their names, and what they say about themselves."""

    person = indexed(settings.AUTH_USER_MODEL)

    class Meta(SearchIndex.Meta):
        db_table = "accounts_person_words"

    @classmethod
    def of(cls, thing: User) -> Entry:
        return entry(thing.pk, f"{thing.names}\n{thing.about_me}")
