"""What a person finds: in rooms they belong to, in what is said there now, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import F, QuerySet
from django.utils import timezone

from accounts.search.excerpts import Part, excerpt
from accounts.search.index import Condition, Rank
from accounts.search.words import Words

from .models import Membership, Message, MessageWords

if TYPE_CHECKING:
    from accounts.models import User

# The newest so many that fit are looked at, counted and ordered; a search costs no more than that.
FOUND_CAP = 1_000
# A person's rooms up to this many are part of what the index is asked. With more, the index finds
# the words in all rooms, and the others are left out after it.
SCOPE_CAP = 200
# After so long, a message counts for half of what a new one does.
FADES_IN = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Hit:
    """A message that was found, with sender and room loaded, and the piece that tells why."""

    message: Message
    parts: list[Part]


@dataclass(frozen=True, slots=True)
class Found:
    """One page of what was found, `total` in all: at most `FOUND_CAP`, and `more` beyond that."""

    hits: list[Hit]
    total: int
    more: bool


NOTHING = Found([], 0, more=False)


def search_messages(
    *, user: User, words: Words, room: int | None = None, best: bool = False, start: int, size: int
) -> Found:
    """Look for `words` in the rooms of `user`, or in one of them (its key).

    Newest first, or the `best` first: what says little else, fading with age. Returns `size` hits
    from `start` on. Three queries.
    """
    rooms = list(_rooms(user, room).values_list("room_id", flat=True)[: SCOPE_CAP + 1])
    if not words or not rooms:
        return NOTHING
    condition = Condition(words, scopes=tuple(rooms) if len(rooms) <= SCOPE_CAP else ())
    found = _found(user, room, condition)
    if best:
        ranked = found.annotate(rank=Rank(condition))
        rows = list(ranked.values_list("pk", "message__created_at", "rank")[: FOUND_CAP + 1])
        now = timezone.now()
        rows.sort(key=lambda row: (row[2] * _freshness(row[1], now), row[0]), reverse=True)
        keys = [key for key, _, _ in rows]
    else:
        dated = list(found.values_list("message__created_at", "pk")[: FOUND_CAP + 1])
        keys = [key for _, key in sorted(dated, reverse=True)]
    return Found(
        hits=_hits(found, keys[:FOUND_CAP][start : start + size], words),
        total=min(len(keys), FOUND_CAP),
        more=len(keys) > FOUND_CAP,
    )


def _rooms(user: User, room: int | None) -> QuerySet[Membership]:
    memberships = Membership.objects.filter(user=user, user__is_active=True)
    return memberships if room is None else memberships.filter(room=room)


def _found(user: User, room: int | None, condition: Condition) -> QuerySet[MessageWords]:
    """The newest stored first. What `user` may read is decided here, whatever the index says."""
    return MessageWords.objects.filter(
        words__matches=condition,
        message__room__in=_rooms(user, room).values("room_id"),
        message__deleted_at=None,
        message__sequence__gte=F("message__room__head__floor"),
    ).order_by("-pk")


def _freshness(at: datetime, now: datetime) -> float:
    return 1 / (1 + max(now - at, timedelta(0)) / FADES_IN)


def _hits(found: QuerySet[MessageWords], keys: Sequence[int], words: Words) -> list[Hit]:
    rows = found.filter(pk__in=keys).select_related("message__sender", "message__room")
    messages = {row.pk: row.message for row in rows.defer("words")}
    return [
        Hit(messages[key], excerpt(messages[key].text, words)) for key in keys if key in messages
    ]
