"""What people reported: the queue of those who moderate, the oldest first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.admin.lists import ReadingList, in_any
from accounts.admin.people import people_found
from chat.actions.messages import delete_message
from chat.actions.reports import resolve_report
from chat.models import Report

from .acting import ActingList
from .acts import Act, Answers, each
from .columns import badge, link, links, list_of, when
from .filters import GivenFilter, PickFilter
from .privacy import look, own_words, public_excerpt, sees

if TYPE_CHECKING:
    from accounts.models import User


def is_open(report: Report) -> bool:
    return report.resolved_at is None


def _delete_and_resolve(by: User, report: Report, said: Answers) -> None:
    reason = said["reason"]
    with transaction.atomic():
        delete_message(
            room=report.message.room_id, user=by, message_id=report.message_id, reason=reason
        )
        resolve_report(report=report.pk, by=by, resolution=reason)


RESOLVE = Act[Report](
    name="resolve",
    label=_("Resolve"),
    effect=_("They leave the queue. The message stays; the reason says what came of it."),
    carry_out=each(
        lambda by, report, said: resolve_report(report=report.pk, by=by, resolution=said["reason"])
    ),
    fits=is_open,
)
DELETE_AND_RESOLVE = Act[Report](
    name="delete_and_resolve",
    label=_("Delete the message and resolve"),
    effect=_("Everybody in the rooms sees at once that the messages are gone."),
    carry_out=each(_delete_and_resolve),
    fits=is_open,
    is_harsh=True,
)


class OpenFilter(admin.SimpleListFilter):
    """What still waits, unless something else is asked for."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("open", _("open")), ("resolved", _("resolved")), ("all", _("all"))]

    def value(self) -> str:
        return super().value() or "open"

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        for choice in super().choices(changelist):
            if "state=" in choice["query_string"]:
                yield choice

    def queryset(self, request: HttpRequest, queryset: QuerySet[Report]) -> QuerySet[Report]:
        match self.value():
            case "open":
                return queryset.filter(resolved_at=None)
            case "resolved":
                return queryset.filter(resolved_at__isnull=False)
            case _:
                return queryset


@admin.register(Report)
class ReportAdmin(ActingList[Report], ReadingList[Report]):
    acts = (RESOLVE, DELETE_AND_RESOLVE)
    list_display = ("words", "about", "in_room", "by", "reason", "at", "state")
    list_filter = (
        OpenFilter,
        ("message__room", PickFilter),
        ("reporter", PickFilter),
        ("message", GivenFilter),
    )
    date_hierarchy = "created_at"
    search_fields = ("message__sender",)
    search_help_text = _("Finds reports about people.")
    fields = (
        "message",
        "about",
        "in_room",
        "text_shown",
        "reporter",
        "reason",
        "created_at",
        "resolved_at",
        "resolved_by",
        "resolution",
        "elsewhere",
    )
    readonly_fields = ("about", "in_room", "text_shown", "elsewhere")

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        waiting = request.GET.get("state", "open") == "open"
        return ("created_at", "pk") if waiting else ("-created_at", "-pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Report]:
        return (
            super()
            .get_queryset(request)
            .prefetch_related("message__room", "message__sender", "reporter")
        )

    def found_by(self, term: str) -> Q:
        return in_any(["message__sender"], people_found(term))

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        report = self.get_object(request, object_id) if object_id else None
        if report is not None and self.has_view_permission(request, report):
            self._look(request, report)
        return super().changeform_view(request, object_id, *args, **kwargs)

    def _look(self, request: HttpRequest, report: Report) -> None:
        if sees(request, report.message.room):
            look(request, report.message.room, report.message)

    def get_fields(self, request: HttpRequest, obj: Report | None = None) -> Any:
        """What was said in a private room is not told on, except to those who may read there."""
        if obj is None or sees(request, obj.message.room):
            return self.fields
        return [name for name in self.fields if name != "text_shown"]

    def describe(self, row: Report) -> str:
        who = _now("%(person)s in %(room)s")
        who %= {"person": row.message.sender.username, "room": row.message.room}
        return f"{who}: {public_excerpt(row.message)}"

    @admin.display(description=_("message"))
    def words(self, report: Report) -> str:
        return public_excerpt(report.message)

    @admin.display(description=_("by whom"))
    def about(self, report: Report) -> SafeString | str:
        return link(report.message.sender, report.message.sender.username)

    @admin.display(description=_("room"))
    def in_room(self, report: Report) -> SafeString | str:
        return link(report.message.room)

    @admin.display(description=_("reported by"))
    def by(self, report: Report) -> SafeString | str:
        return link(report.reporter, report.reporter.username)

    @admin.display(description=_("reported"))
    def at(self, report: Report) -> SafeString | str:
        return when(report.created_at)

    @admin.display(description=_("state"))
    def state(self, report: Report) -> SafeString:
        if is_open(report):
            return badge(_("open"), tone="warn")
        return badge(_("resolved"), tone="good")

    @admin.display(description=_("text"))
    def text_shown(self, report: Report) -> SafeString:
        text = report.message.text or own_words(report.message)
        return format_html('<div class="said">{}</div>', text)

    @admin.display(description=_("see also"))
    def elsewhere(self, report: Report) -> SafeString:
        sender = report.message.sender
        return links(
            [
                (
                    list_of(Report, message=report.message_id, state="all"),
                    _("all reports of this message"),
                ),
                (
                    list_of(Report, q=sender.username, state="all"),
                    _("all reports about this person"),
                ),
            ]
        )
