"""How many rows there are, without reading them all."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.db import connection
from django.db.models import Model, QuerySet
from django.utils.functional import cached_property

if TYPE_CHECKING:
    BasePaginator = Paginator[Any]
else:
    BasePaginator = Paginator

# Rows are counted one by one up to here; pages end here too, since a page far down a list costs
# as much as all the pages before it.
COUNTED_UP_TO = 2_000


def estimated_rows(model: type[Model]) -> int:
    """About how many rows the table has: PostgreSQL's statistics, or SQLite's highest row."""
    table = connection.ops.quote_name(model._meta.db_table)  # noqa: SLF001 - Django's public name
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", [table])
        else:
            cursor.execute(f"SELECT MAX(rowid) FROM {table}")  # noqa: S608 - a model's own table
        (rows,) = cursor.fetchone()
    return max(0, int(rows or 0))


class EstimatingPaginator(BasePaginator):
    """Counts exactly up to `COUNTED_UP_TO`. Beyond that a whole table is estimated, and of a
    choice of its rows it is only said that there are more."""

    object_list: QuerySet[Any]

    @cached_property
    def count(self) -> int:
        if self._counted <= COUNTED_UP_TO:
            return self._counted
        if self._whole_table:
            return max(self._counted, estimated_rows(self.object_list.model))
        return COUNTED_UP_TO

    @cached_property
    def num_pages(self) -> int:
        return max(1, ceil(min(self.count, COUNTED_UP_TO) / self.per_page))

    @property
    def is_estimate(self) -> bool:
        return self._counted > COUNTED_UP_TO and self._whole_table

    @property
    def has_more(self) -> bool:
        """Whether only the beginning was counted."""
        return self._counted > COUNTED_UP_TO and not self._whole_table

    @cached_property
    def _counted(self) -> int:
        return self.object_list.order_by()[: COUNTED_UP_TO + 1].count()

    @property
    def _whole_table(self) -> bool:
        return not self.object_list.query.where
