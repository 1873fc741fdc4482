"""How long ago, as people say it; a script of the page keeps it true (`static/js/ago.js`)."""

from datetime import datetime, timedelta

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

register = template.Library()

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@register.simple_tag
def ago(at: datetime) -> SafeString:
    """A `<time>`: minutes and hours of the last day, the day of the last week, the date before."""
    here = timezone.localtime(at)
    full = date_format(here, "l, j F Y, H:i")
    return format_html(
        '<time datetime="{}" title="{}" data-ago>{}</time>', here.isoformat(), full, said(here)
    )


def said(here: datetime) -> str:
    """How long ago a time in the reader's zone was."""
    now = timezone.localtime()
    age = now - here
    if age < MINUTE:
        return _("just now")
    if age < HOUR:
        minutes = age // MINUTE
        words = ngettext("%(n)d minute ago", "%(n)d minutes ago", minutes)
        return words % {"n": minutes}
    if age < DAY:
        hours = age // HOUR
        return ngettext("%(n)d hour ago", "%(n)d hours ago", hours) % {"n": hours}
    if age < 6 * DAY:
        return date_format(here, "l")
    return date_format(here, "j F" if here.year == now.year else "j F Y")


@register.filter
def part_of_time(at: datetime) -> str:
    """The heading under which something of that time stands in a list, the newest first."""
    return _("Today") if timezone.localtime(at).date() == timezone.localdate() else _("Earlier")
