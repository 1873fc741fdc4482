"""The moderation log: who did what to whom, where, and why."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.admin.lists import ReadingList, in_any
from accounts.admin.people import people_found
from chat.models import ModerationEntry

from .columns import link, when
from .filters import PickFilter


@admin.register(ModerationEntry)
class ModerationEntryAdmin(ReadingList[ModerationEntry]):
    list_display = ("at", "by", "act", "whom", "in_room", "which", "reason", "detail")
    list_filter = (
        "act",
        ("actor", PickFilter),
        ("subject", PickFilter),
        ("room", PickFilter),
    )
    date_hierarchy = "created_at"
    search_fields = ("actor", "subject")
    search_help_text = _("Finds people: who acted, and who it was done to.")
    ordering = ("-created_at", "-pk")
    fields = ("created_at", "actor", "act", "subject", "room", "message", "reason", "detail")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ModerationEntry]:
        return (
            super()
            .get_queryset(request)
            .prefetch_related("actor", "subject", "room", "message__room")
        )

    def found_by(self, term: str) -> Q:
        return in_any(["actor", "subject"], people_found(term))

    @admin.display(description=_("at"))
    def at(self, entry: ModerationEntry) -> SafeString | str:
        return when(entry.created_at)

    @admin.display(description=_("by"))
    def by(self, entry: ModerationEntry) -> SafeString | str:
        return link(entry.actor, entry.actor.username)

    @admin.display(description=_("whom"))
    def whom(self, entry: ModerationEntry) -> SafeString | str:
        return link(entry.subject)

    @admin.display(description=_("room"))
    def in_room(self, entry: ModerationEntry) -> SafeString | str:
        return link(entry.room)

    @admin.display(description=_("message"))
    def which(self, entry: ModerationEntry) -> SafeString | str:
        """Nothing, too, where the message is pruned."""
        return link(entry.message, f"#{entry.message.sequence}" if entry.message else "")
