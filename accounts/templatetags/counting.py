"""Numbers that were counted up to a bound only."""

from __future__ import annotations

from django import template

from accounts.queries.counting import COUNTED_UP_TO
from accounts.queries.posts import COMMENTS_COUNTED_UP_TO

register = template.Library()


@register.filter
def counted(count: int) -> str:
    """What `upto` counted: at the bound there may be more."""
    return _or_more(count, COUNTED_UP_TO)


@register.filter
def comments_counted(count: int) -> str:
    """The same of a post's comments."""
    return _or_more(count, COMMENTS_COUNTED_UP_TO)


def _or_more(count: int, limit: int) -> str:
    return f"{limit:,}+" if count >= limit else str(count)
