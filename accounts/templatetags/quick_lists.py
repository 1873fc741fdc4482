"""What the admin's lists show instead of Django's own, which would read whole tables for it."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import date
from typing import Any

from django import template
from django.contrib.admin.views.main import ChangeList
from django.utils.dates import MONTHS
from django.utils.formats import date_format
from django.utils.timezone import localdate

register = template.Library()

Step = dict[str, str]


@register.inclusion_tag("admin/date_hierarchy.html")
def date_steps(cl: ChangeList) -> dict[str, Any]:
    """Years, then months, then days, from the oldest row to the newest: two look-ups in an index.

    Django's own date hierarchy names only the days that have rows, and reads every date for that.
    """
    if not cl.date_hierarchy or not (span := _span(cl, cl.date_hierarchy)):
        return {"show": False}
    steps = DateSteps(cl, cl.date_hierarchy, *span)
    return {"show": True, "back": steps.back(), "choices": list(steps.choices())}


def _span(cl: ChangeList, field: str) -> tuple[date, date] | None:
    moments = cl.model._default_manager.order_by(field).values_list(field, flat=True)  # noqa: SLF001
    oldest, newest = moments.first(), moments.last()
    return (localdate(oldest), localdate(newest)) if oldest and newest else None


class DateSteps:
    """The links of one list, which shows rows of some year, month and day, or of any."""

    def __init__(self, cl: ChangeList, field: str, oldest: date, newest: date) -> None:
        self.cl, self.field, self.oldest, self.newest = cl, field, oldest, newest
        # Already checked by the list itself.
        self.year, self.month, self.day = (
            int(cl.params.get(f"{field}__{part}") or 0) for part in ("year", "month", "day")
        )

    def choices(self) -> Iterator[Step]:
        if self.day:
            yield {"title": date_format(date(self.year, self.month, self.day), "MONTH_DAY_FORMAT")}
        elif self.month:
            yield from self._days()
        elif self.year:
            yield from self._months()
        else:
            for year in range(self.newest.year, self.oldest.year - 1, -1):
                yield self._step(str(year), year=year)

    def back(self) -> Step | None:
        if self.day:
            first = date(self.year, self.month, 1)
            title = date_format(first, "YEAR_MONTH_FORMAT")
            return self._step(title, year=self.year, month=self.month)
        if self.month:
            return self._step(str(self.year), year=self.year)
        return self._step("…") if self.year else None

    def _months(self) -> Iterator[Step]:
        begin, end = (self.oldest.year, self.oldest.month), (self.newest.year, self.newest.month)
        for month, name in MONTHS.items():
            if begin <= (self.year, month) <= end:
                yield self._step(str(name), year=self.year, month=month)

    def _days(self) -> Iterator[Step]:
        _, last = monthrange(self.year, self.month)
        for number in range(1, last + 1):
            day = date(self.year, self.month, number)
            if self.oldest <= day <= self.newest:
                title = date_format(day, "MONTH_DAY_FORMAT")
                yield self._step(title, year=self.year, month=self.month, day=number)

    def _step(self, title: str, **parts: int) -> Step:
        chosen = {f"{self.field}__{part}": number for part, number in parts.items()}
        link = self.cl.get_query_string(chosen, remove=[f"{self.field}__"])
        return {"link": link, "title": title}
