"""Let be found what was stored before there was a search, or under other rules for words; and
people, whichever way they are saved."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import Comment, CommentWords, PersonWords, Post, PostWords, User
from accounts.search.index import SearchIndex

BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Searched:
    """One kind of thing that is searched: what of it can be found, and by which index.

    `hold` takes the locks that whoever changes these things (keys) takes before theirs.
    """

    things: Callable[[], QuerySet[Any]]
    index: type[SearchIndex]
    hold: Callable[[Sequence[int]], object] = list

    def missing(self, *, anew: bool = False) -> QuerySet[Any]:
        """What can be found and is not in the index; `anew`: what is, too."""
        things = self.things()
        if anew:
            return things
        return things.filter(~Exists(self.index.objects.filter(pk=OuterRef("pk"))))

    def put_in(self, *, anew: bool = False) -> Iterator[int]:
        """Index what is `missing`, a batch a transaction; yield how many were in each.

        People may go on meanwhile. Whoever stops half-way leaves out nothing: the next run begins
        with what is not there.
        """
        after = 0
        missing = self.missing(anew=anew).order_by("pk").values_list("pk", flat=True)
        while keys := list(missing.filter(pk__gt=after)[:BATCH]):
            after = keys[-1]
            with transaction.atomic():
                self.hold(keys)
                # Locked, so that no change falls between reading a text and storing its words. A
                # change that this waited for has indexed its thing already.
                locked = self.things().filter(pk__in=keys).order_by("pk")
                present = list(locked.select_for_update(of=("self",), no_key=True))
                self.index.objects.remove(keys)
                self.index.objects.add(present)
            yield len(keys)


POSTS = Searched(Post.objects.all, PostWords)
COMMENTS = Searched(Comment.objects.all, CommentWords)
PEOPLE = Searched(User.objects.all, PersonWords)


@transaction.atomic
def index_person(*, user_id: int) -> None:
    """Let somebody be found by what is stored of them now.

    Read under their lock: an instance that was loaded long ago may know another name than the one
    that somebody stored meanwhile.
    """
    PersonWords.objects.renew(User.objects.select_for_update(no_key=True).filter(pk=user_id))
