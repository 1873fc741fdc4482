"""Searching, in short words, and what a search must find."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from accounts.models import User
from accounts.search.folding import fold
from accounts.search.found import Found
from accounts.search.tokens import tokens
from accounts.search.words import words_of
from chat.models import Membership, Message, Room
from chat.searching import Hit, search_messages


def asked_first() -> int:
    """Queries of a search in one index beside its own: PostgreSQL has to be told what is common."""
    return int(connection.vendor == "postgresql")


def search(
    user: User,
    typed: str,
    *,
    room: Room | None = None,
    best: bool = False,
    start: int = 0,
    size: int = 50,
) -> Found[Hit]:
    return search_messages(
        user=user,
        words=words_of(typed),
        room=room.pk if room else None,
        best=best,
        start=start,
        size=size,
    )


def texts(found: Found[Hit]) -> list[str]:
    return [hit.message.text for hit in found.hits]


def finds(user: User, typed: str, *, room: Room | None = None) -> list[str]:
    return texts(search(user, typed, room=room))


def must_find(user: User, typed: str) -> list[int]:
    """The keys of what the search must find, newest first, by looking at everything."""
    if not words_of(typed):
        return []
    rooms = Membership.objects.filter(user=user).values_list("room_id", flat=True)
    said = Message.objects.filter(deleted_at=None, kind="text", room__in=rooms)
    live = [m for m in said.select_related("room__head") if m.sequence >= m.room.head.floor]
    return sorted((m.pk for m in live if holds(m.text, typed)), reverse=True)


def holds(text: str, typed: str) -> bool:
    words = [token.text for token in tokens(fold(text))]
    return all(
        any(_fits(words[at:], term.tokens, prefix=term.prefix) for at in range(len(words)))
        for term in words_of(typed).terms
    )


def _fits(words: list[str], wanted: Iterable[str], *, prefix: bool) -> bool:
    *firsts, last = wanted
    if len(words) <= len(firsts) or words[: len(firsts)] != firsts:
        return False
    word = words[len(firsts)]
    return word.startswith(last) if prefix else word == last
