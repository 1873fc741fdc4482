"""Who follows whom, and what people were told: to look at."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.admin.lists import ReadingList, in_any
from accounts.admin.people import people_found
from accounts.models import Follow, Notification

from .columns import badge, link, when
from .filters import PickFilter


@admin.register(Follow)
class FollowAdmin(ReadingList[Follow]):
    actions = None
    list_display = ("who", "whom", "since")
    list_filter = (("follower", PickFilter), ("followed", PickFilter))
    search_fields = ("follower",)
    search_help_text = _("Finds people.")
    ordering = ("-created_at", "-pk")
    fields = ("follower", "followed", "created_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Follow]:
        return super().get_queryset(request).prefetch_related("follower", "followed")

    def found_by(self, term: str) -> Q:
        return in_any(["follower", "followed"], people_found(term))

    @admin.display(description=_("follower"))
    def who(self, follow: Follow) -> str:
        return follow.follower.username

    @admin.display(description=_("followed"))
    def whom(self, follow: Follow) -> SafeString | str:
        return link(follow.followed, follow.followed.username)

    @admin.display(description=_("since"))
    def since(self, follow: Follow) -> SafeString | str:
        return when(follow.created_at)


@admin.register(Notification)
class NotificationAdmin(ReadingList[Notification]):
    actions = None
    list_display = ("told", "recipient_name", "kind", "actor_name", "state")
    list_filter = (("recipient", PickFilter), ("actor", PickFilter))
    search_fields = ("recipient",)
    search_help_text = _("Finds people.")
    ordering = ("-created_at", "-pk")
    fields = ("recipient", "kind", "actor", "post", "comment", "created_at", "read_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Notification]:
        return super().get_queryset(request).prefetch_related("recipient", "actor")

    def found_by(self, term: str) -> Q:
        return in_any(["recipient", "actor"], people_found(term))

    @admin.display(description=_("told"))
    def told(self, row: Notification) -> SafeString | str:
        return when(row.created_at)

    @admin.display(description=_("recipient"))
    def recipient_name(self, row: Notification) -> SafeString | str:
        return link(row.recipient, row.recipient.username)

    @admin.display(description=_("actor"))
    def actor_name(self, row: Notification) -> SafeString | str:
        return link(row.actor, row.actor.username)

    @admin.display(description=_("state"))
    def state(self, row: Notification) -> SafeString | str:
        return "" if row.read_at is not None else badge(_("unread"))
