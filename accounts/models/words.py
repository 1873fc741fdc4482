"""The words of posts, comments and people, by which they are found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models

from accounts.search.index import Entry, SearchIndex, entry

from .posts import Comment, Post

if TYPE_CHECKING:
    from .users import User


class PostWords(SearchIndex):
    """The entry of one post."""

    post = models.OneToOneField(
        Post,
        models.CASCADE,
        primary_key=True,
        db_column="rowid",
        db_constraint=False,
        related_name="+",
    )

    class Meta(SearchIndex.Meta):
        abstract = False
        db_table = "accounts_post_words"

    def __str__(self) -> str:
        return f"words of post {self.post_id}"

    @classmethod
    def of(cls, thing: Post) -> Entry:
        return entry(thing.pk, thing.plain)


class CommentWords(SearchIndex):
    """The entry of one comment."""

    comment = models.OneToOneField(
        Comment,
        models.CASCADE,
        primary_key=True,
        db_column="rowid",
        db_constraint=False,
        related_name="+",
    )

    class Meta(SearchIndex.Meta):
        abstract = False
        db_table = "accounts_comment_words"

    def __str__(self) -> str:
        return f"words of comment {self.comment_id}"

    @classmethod
    def of(cls, thing: Comment) -> Entry:
        return entry(thing.pk, thing.plain)


class PersonWords(SearchIndex):
    """The entry of one person: their names, and what they say about themselves."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        primary_key=True,
        db_column="rowid",
        db_constraint=False,
        related_name="+",
    )

    class Meta(SearchIndex.Meta):
        abstract = False
        db_table = "accounts_person_words"

    def __str__(self) -> str:
        return f"words of person {self.person_id}"

    @classmethod
    def of(cls, thing: User) -> Entry:
        return entry(thing.pk, f"{thing.names}\n{thing.about_me}")
