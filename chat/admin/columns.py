"""What columns and pages of the admin show alike."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.db.models import Model
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

EXCERPT = 120
NOTHING = "–"  # noqa: RUF001 - what the admin shows for nothing


def page_of(row: Model) -> str:
    """The address of a row's page."""
    return reverse(f"admin:{row._meta.label_lower.replace('.', '_')}_change", args=[row.pk])  # noqa: SLF001


def list_of(model: type[Model], **filters: object) -> str:
    """The address of a list, filtered."""
    name = f"admin:{model._meta.label_lower.replace('.', '_')}_changelist"  # noqa: SLF001
    return f"{reverse(name)}?{urlencode(filters)}"


def link(row: Model | None, words: str = "") -> SafeString | str:
    if row is None:
        return NOTHING
    return format_html('<a href="{}">{}</a>', page_of(row), words or str(row))


def links(pairs: Iterable[tuple[str, StrPromise | str]]) -> SafeString:
    """Links to (address, words), one after the other."""
    return format_html_join(" · ", '<a href="{}">{}</a>', pairs)


def excerpt(text: str) -> str:
    return Truncator(" ".join(text.split())).chars(EXCERPT)


def badge(words: StrPromise | str, *, tone: str = "") -> SafeString:
    """A word that stands out. `tone` is "", "good", "warn" or "bad"."""
    return format_html('<span class="badge {}">{}</span>', tone, words)


def when(moment: datetime | None) -> SafeString | str:
    if moment is None:
        return NOTHING
    local = localtime(moment)
    today = localdate()
    if local.date() == today:
        shown = _("today %(time)s") % {"time": date_format(local, "H:i")}
    else:
        shown = date_format(local, "j M, H:i" if local.year == today.year else "j M Y")
    full = date_format(local, "DATETIME_FORMAT")
    return format_html('<time datetime="{}" title="{}">{}</time>', moment.isoformat(), full, shown)


def upto(count: int, limit: int) -> str:
    """A number that was counted up to `limit` only."""
    return _("%(count)d or more") % {"count": limit} if count >= limit else str(count)
