"""What a crowd publishes: any number of posts, with comments, by people who follow each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from random import Random
from typing import TypeVar

from django.utils import timezone

from accounts import markdown
from accounts.models import Comment, CommentWords, Follow, Post, PostWords, User

from .posts import POSTS

CHUNK = 2_000
HISTORY = timedelta(days=90)
FOLLOWED = 8  # people that everybody follows, or as many as there are
COMMENTS = (0, 0, 0, 1, 1, 2, 4)  # of a post, each as likely

W = TypeVar("W", Post, Comment)


class CrowdPosts:
    """Stores what `people` publish. `progress` is called with how many posts were stored."""

    def __init__(
        self, people: Sequence[User], *, random: Random, progress: Callable[[int], None]
    ) -> None:
        self._people = people
        self._random = random
        self._progress = progress
        # Rendered once: a million times would take an hour.
        self._texts = [(plan.text, markdown.render(plan.text)) for plan in POSTS]

    def follow(self) -> None:
        """Let everybody follow a few others."""
        rows = iter(self._follows())
        while chunk := list(islice(rows, CHUNK)):
            Follow.objects.bulk_create(chunk)

    def publish(self, count: int) -> None:
        """Store `count` posts over the whole history; a few people write most of them."""
        weights = [1 / n for n in range(1, len(self._people) + 1)]
        moments = iter(self._moments(count))
        while chunk := list(islice(moments, CHUNK)):
            authors = self._random.choices(self._people, weights, k=len(chunk))
            posts = Post.objects.bulk_create(
                self._text(Post(author=author, created_at=at))
                for author, at in zip(authors, chunk, strict=True)
            )
            comments = Comment.objects.bulk_create(self._comments(posts), batch_size=CHUNK)
            PostWords.objects.add(posts)
            CommentWords.objects.add(comments)
            self._progress(len(chunk))

    def _follows(self) -> Iterator[Follow]:
        few = min(FOLLOWED, len(self._people) - 1)
        for person in self._people:
            for other in self._random.sample(self._people, few + 1)[:few]:
                if other.pk != person.pk:
                    yield Follow(follower=person, followed=other)

    def _moments(self, count: int) -> Iterator[datetime]:
        start = timezone.now() - HISTORY
        for part in sorted(self._random.random() for _ in range(count)):
            yield start + HISTORY * part

    def _comments(self, posts: Sequence[Post]) -> Iterator[Comment]:
        for post in posts:
            for number in range(self._random.choice(COMMENTS)):
                author = self._random.choice(self._people)
                at = min(post.created_at + (number + 1) * timedelta(minutes=7), timezone.now())
                yield self._text(Comment(post=post, author=author, created_at=at))

    def _text(self, writing: W) -> W:
        writing.body, writing.html = self._random.choice(self._texts)
        writing.html_version = markdown.VERSION
        return writing
