"""Times as people say them."""

from __future__ import annotations

from datetime import datetime, timedelta

from django import template
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

A_WEEK = timedelta(days=6)


@register.simple_tag
def moment(at: datetime) -> SafeString:
    """A `<time>`: the hour of today, the day of this week, the date before; all of it on hover."""
    here = timezone.localtime(at)
    full = formats.date_format(here, "l, j F Y, H:i")
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', here.isoformat(), full, short(here)
    )


def short(here: datetime) -> str:
    """The shortest that is still clear, of a time in the reader's zone."""
    today = timezone.localdate()
    if here.date() == today:
        return formats.date_format(here, "H:i")
    if today - here.date() <= A_WEEK and here.date() < today:
        return formats.date_format(here, "l")
    return formats.date_format(here, "j F" if here.year == today.year else "j F Y")
