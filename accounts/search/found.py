"""What a search answers, and in which order: the same for every kind of thing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from django.utils import timezone

# The newest so many that fit are looked at, counted and ordered; a search costs no more than that.
FOUND_CAP = 1_000
# After so long, something counts for half of what a new one does.
FADES_IN = timedelta(days=30)

H = TypeVar("H")
K = TypeVar("K", int, tuple[str, int])


@dataclass(frozen=True, slots=True)
class Found(Generic[H]):
    """One page of what was found, `total` in all: at most `FOUND_CAP`, and `more` beyond that."""

    hits: list[H]
    total: int
    more: bool


def newest_first(dated: Iterable[tuple[datetime, K]]) -> list[K]:
    """The keys of what was said at those moments."""
    return [key for _, key in sorted(dated, reverse=True)]


def best_first(ranked: Iterable[tuple[datetime, K, float]]) -> list[K]:
    """The keys of what was said at those moments and has those ranks, which fade with age."""
    now = timezone.now()
    scored = ((rank * _freshness(at, now), key) for at, key, rank in ranked)
    return [key for _, key in sorted(scored, reverse=True)]


def _freshness(at: datetime, now: datetime) -> float:
    return 1 / (1 + max(now - at, timedelta(0)) / FADES_IN)
