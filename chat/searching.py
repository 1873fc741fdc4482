"""What a person finds: in rooms they belong to, in what is said there now, and nothing else.

Beside it, what accounts finds: every door searches by `look_for`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.db.models import F, QuerySet

from accounts.queries.finding import search_people, search_posts
from accounts.search.excerpts import Part, excerpt
from accounts.search.found import FOUND_CAP, Found, best_first, newest_first
from accounts.search.matching import Condition, Rank
from accounts.search.words import Words

from .models import Membership, Message, MessageWords

if TYPE_CHECKING:
    from accounts.models import User

# A person's rooms up to this many are part of what the index is asked. With more, the index finds
# the words in all rooms, and the others are left out after it.
SCOPE_CAP = 200


@dataclass(frozen=True, slots=True)
class Hit:
    """A message that was found, with sender and room loaded, and the piece that tells why."""

    message: Message
    parts: list[Part]


class Kind(StrEnum):
    """What can be looked for; comments are found with the posts."""

    MESSAGES = "messages"
    POSTS = "posts"
    PEOPLE = "people"


NOTHING: Found[Any] = Found([], 0, more=False)


def look_for(
    kind: Kind,
    *,
    user: User,
    words: Words,
    room: int | None = None,
    best: bool = False,
    start: int,
    size: int,
) -> Found[Any]:
    """Look for `words` in what `user` may read of that kind, and return `size` hits from `start`
    on: `Hit`, `WritingHit` or `PersonHit`. Only messages are in a `room`; people have no order but
    the best first.
    """
    match kind:
        case Kind.MESSAGES:
            return search_messages(
                user=user, words=words, room=room, best=best, start=start, size=size
            )
        case Kind.POSTS:
            return search_posts(reader=user, words=words, best=best, start=start, size=size)
        case Kind.PEOPLE:
            return search_people(reader=user, words=words, start=start, size=size)


def search_messages(
    *, user: User, words: Words, room: int | None = None, best: bool = False, start: int, size: int
) -> Found[Hit]:
    """Look for `words` in the rooms of `user`, or in one of them (its key).

    Newest first, or the `best` first: what says little else, fading with age. Returns `size` hits
    from `start` on. Three queries, four on PostgreSQL.
    """
    rooms = list(_rooms(user, room).values_list("room_id", flat=True)[: SCOPE_CAP + 1])
    if not words or not rooms:
        return NOTHING
    condition = Condition(words, scopes=tuple(rooms) if len(rooms) <= SCOPE_CAP else ())
    found = _readable(MessageWords.objects.newest(condition), user, room)
    if best:
        ranked = found.annotate(rank=Rank(condition))
        keys = best_first(ranked.values_list("message__created_at", "pk", "rank")[: FOUND_CAP + 1])
    else:
        keys = newest_first(found.values_list("message__created_at", "pk")[: FOUND_CAP + 1])
    return Found(
        hits=_hits(user, room, keys[:FOUND_CAP][start : start + size], words),
        total=min(len(keys), FOUND_CAP),
        more=len(keys) > FOUND_CAP,
    )


def _rooms(user: User, room: int | None) -> QuerySet[Membership]:
    memberships = Membership.objects.filter(user=user, user__is_active=True)
    return memberships if room is None else memberships.filter(room=room)


def _readable(rows: QuerySet[MessageWords], user: User, room: int | None) -> QuerySet[MessageWords]:
    """What `user` may read is decided here, whatever the index says."""
    return rows.filter(
        message__room__in=_rooms(user, room).values("room_id"),
        message__deleted_at=None,
        message__sequence__gte=F("message__room__head__floor"),
    )


def _hits(user: User, room: int | None, keys: Sequence[int], words: Words) -> list[Hit]:
    # By their keys alone: SQLite would look for the words anew for each of them.
    found = _readable(MessageWords.objects.filter(pk__in=keys), user, room)
    rows = found.select_related("message__sender", "message__room")
    messages = {row.pk: row.message for row in rows.defer("words")}
    return [
        Hit(messages[key], excerpt(messages[key].text, words)) for key in keys if key in messages
    ]
