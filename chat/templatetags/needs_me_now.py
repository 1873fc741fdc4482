"""The first thing on the admin's first page: what waits for somebody, and who is here."""

from __future__ import annotations

from typing import Any

from django import template
from django.contrib import admin

from chat.admin.columns import page_of
from chat.admin.figures import sessions_now
from chat.admin.privacy import public_excerpt
from chat.models import LivePerson, ModerationEntry, Report

register = template.Library()

WAITING_SHOWN = 5
ACTS_SHOWN = 10
COUNTED_UP_TO = 1_000


@register.inclusion_tag("admin/parley/needs_me_now.html", takes_context=True)
def needs_me_now(context: template.RequestContext) -> dict[str, Any]:
    """Each part only for those who may open its page."""
    request = context["request"]
    shown: dict[str, Any] = {}
    if admin.site.get_model_admin(Report).has_view_permission(request):
        shown |= _waiting()
    if admin.site.get_model_admin(LivePerson).has_view_permission(request):
        sessions = sessions_now()
        people = len({session.user_id for session in sessions or ()})
        shown |= {"shows_live": True, "is_known": sessions is not None, "people": people}
    return shown


@register.inclusion_tag("admin/parley/recent_acts.html", takes_context=True)
def recent_acts(context: template.RequestContext) -> dict[str, Any]:
    """The end of the moderation log, in place of what Django logs: edits by hand, which are few."""
    if not admin.site.get_model_admin(ModerationEntry).has_view_permission(context["request"]):
        return {}
    entries = ModerationEntry.objects.select_related("actor", "subject", "room")[:ACTS_SHOWN]
    return {"acts": [{"entry": entry, "page": page_of(entry)} for entry in entries]}


def _waiting() -> dict[str, Any]:
    reports = Report.objects.filter(resolved_at=None).order_by("created_at", "pk")
    oldest = reports.select_related("message__room", "message__sender")[:WAITING_SHOWN]
    return {
        "shows_reports": True,
        "waiting": reports[:COUNTED_UP_TO].count(),
        "oldest": [
            {"report": report, "page": page_of(report), "words": public_excerpt(report.message)}
            for report in oldest
        ],
    }
