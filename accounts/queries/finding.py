"""What a person finds of what others publish, and whom they find: what they may read, no more."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from accounts.models import Comment, CommentWords, PersonWords, Post, PostWords, User
from accounts.search.excerpts import Part, excerpt
from accounts.search.found import FOUND_CAP, Found, best_first, newest_first
from accounts.search.index import SearchIndex
from accounts.search.matching import Condition, Rank
from accounts.search.words import Words

from .people import Acquaintance, acquainted

# Where posts are searched, by the name of what is found there; and what is shown with it.
WRITINGS: dict[str, tuple[type[SearchIndex], tuple[str, ...]]] = {
    "post": (PostWords, ("post__author",)),
    "comment": (CommentWords, ("comment__author", "comment__post__author")),
}
Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class WritingHit:
    """A post or comment that was found, with its author (and what it was said to) loaded, and the
    piece that tells why."""

    writing: Post | Comment
    parts: list[Part]

    @property
    def post(self) -> Post:
        """The post, or what the comment was said to."""
        return self.writing if isinstance(self.writing, Post) else self.writing.post

    @property
    def comment(self) -> Comment | None:
        return self.writing if isinstance(self.writing, Comment) else None


@dataclass(frozen=True, slots=True)
class PersonHit:
    """Somebody who was found, as the directory shows them, and what they say about themselves."""

    row: Acquaintance
    parts: list[Part]


def search_posts(
    *, reader: User, words: Words, best: bool = False, start: int, size: int
) -> Found[WritingHit]:
    """Look for `words` in the posts and comments that `reader` may read.

    Newest first, or the `best` first: what says little else, fading with age. Returns `size` hits
    from `start` on. Four queries, besides those for the reader's rights; two for counting alone.
    On PostgreSQL, one more for each of both kinds.
    """
    if not words or not reader.is_active:
        return Found([], 0, more=False)
    condition = Condition(words)
    found = {
        name: _readable(name, reader, index.objects.newest(condition))
        for name, (index, _) in WRITINGS.items()
    }
    keys = _best_writings(found, condition) if best else _newest_writings(found)
    shown = keys[:FOUND_CAP][start : start + size]
    return Found(
        hits=_writing_hits(reader, shown, words),
        total=min(len(keys), FOUND_CAP),
        more=len(keys) > FOUND_CAP,
    )


def _readable(name: str, reader: User, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Those of `rows` that `reader` may read. What is hidden is found by who wrote it, and by
    moderators."""
    if reader.has_perm(f"accounts.hide_{name}"):
        return rows
    return rows.filter(Q(**{f"{name}__hidden_at": None}) | Q(**{f"{name}__author": reader}))


def _newest_writings(found: dict[str, QuerySet[Any]]) -> list[Key]:
    return newest_first(
        (at, (name, key))
        for name, rows in found.items()
        for at, key in rows.values_list(f"{name}__created_at", "pk")[: FOUND_CAP + 1]
    )


def _best_writings(found: dict[str, QuerySet[Any]], condition: Condition) -> list[Key]:
    return best_first(
        (at, (name, key), rank)
        for name, rows in found.items()
        for at, key, rank in rows.annotate(rank=Rank(condition)).values_list(
            f"{name}__created_at", "pk", "rank"
        )[: FOUND_CAP + 1]
    )


def _writing_hits(reader: User, keys: Sequence[Key], words: Words) -> list[WritingHit]:
    writings: dict[Key, Post | Comment] = {}
    for name, (index, shown) in WRITINGS.items():
        # By their keys alone: SQLite would look for the words anew for each of them.
        rows = index.objects.filter(pk__in=[key for kind, key in keys if kind == name])
        for row in _readable(name, reader, rows).select_related(*shown).defer("words"):
            writings[name, row.pk] = getattr(row, name)
    present = (writings[key] for key in keys if key in writings)
    return [WritingHit(writing, excerpt(writing.plain, words)) for writing in present]


def search_people(*, reader: User, words: Words, start: int, size: int) -> Found[PersonHit]:
    """Look for `words` in the names of active people, and in what they say about themselves.

    Who is called so comes first, and then who says little else. Returns `size` hits from `start`
    on. Four queries; one for counting alone. On PostgreSQL, one more.
    """
    if not words or not reader.is_active:
        return Found([], 0, more=False)
    condition = Condition(words)
    found = PersonWords.objects.newest(condition).filter(person__is_active=True)
    names = ("pk", "person__username", "person__first_name", "person__last_name")
    ranked = found.annotate(rank=Rank(condition)).values_list(*names, "rank")
    rows = [
        (not words.are_in(" ".join(called)), -rank, called[0], key)
        for key, *called, rank in ranked[: FOUND_CAP + 1]
    ]
    keys = [key for *_, key in sorted(rows)]
    return Found(
        hits=_person_hits(keys[:FOUND_CAP][start : start + size], reader, words),
        total=min(len(keys), FOUND_CAP),
        more=len(keys) > FOUND_CAP,
    )


def _person_hits(keys: Collection[int], reader: User, words: Words) -> list[PersonHit]:
    people = User.objects.filter(is_active=True).in_bulk(keys) if keys else {}
    rows = acquainted([people[key] for key in keys if key in people], reader=reader)
    return [PersonHit(row, excerpt(row.person.about_me, words)) for row in rows]
