"""Counting without reading whole tables."""

from typing import Any

from django.db.models import IntegerField, QuerySet, Subquery

# Beyond this, pages only say that there are more.
COUNTED_UP_TO = 10_000


class CountOf(Subquery):
    """COUNT(*) of a correlated subquery that may carry a LIMIT."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()


def upto(rows: QuerySet[Any], limit: int = COUNTED_UP_TO) -> int:
    """How many `rows` there are, or `limit` if there are at least so many."""
    return rows.order_by()[:limit].count()
