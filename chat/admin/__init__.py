"""The chat in Django's admin, for daily work. One file a kind of row; whatever changes something
goes through an action, so that the live clients hear of it (`acting`)."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from . import (
    bans,
    links,
    live,
    log,
    mails,
    memberships,
    messages,
    people,
    posts,
    reports,
    rooms,
    ties,
)

__all__ = [
    "bans",
    "links",
    "live",
    "log",
    "mails",
    "memberships",
    "messages",
    "people",
    "posts",
    "reports",
    "rooms",
    "ties",
]

admin.site.site_header = "Parley"
admin.site.site_title = "Parley"
admin.site.index_title = _("Administration")
# Nothing here is deleted by hand: what can be, is by an action of its own.
admin.site.disable_action("delete_selected")
