"""Locking several rows so that no two who do so wait for each other."""

from typing import Any

from django.db.models import QuerySet


def hold(rows: QuerySet[Any]) -> list[int]:
    """Lock `rows` until the commit and return their keys, in the order of which they are locked.

    Whoever changes or deletes several rows of a kind that others also change several of holds them
    first. So does whoever deletes what search knows of: what hangs on a row goes before the row,
    and must not be made anew in between.
    """
    return list(rows.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True))
