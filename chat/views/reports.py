"""Report a message; look at what was reported, and at what the moderators did."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from chat import queries, room_care
from chat.actions.reports import report_message, settle_reports
from chat.care_forms import ReportForm, SettleForm
from chat.errors import ChatError
from chat.forms import ListForm
from chat.models import Message, MessageKind, Room
from chat.refusals import explain

from .doors import (
    PersonRequest,
    enterable_room,
    moderated_room,
    require_page,
    strangers_get_404,
)


@require_page
@login_required
@never_cache
def report(request: PersonRequest, slug: str, message_id: int) -> HttpResponse:
    """Take in a member's report of a message."""
    room = enterable_room(slug, request.user)
    message = message_to_report(room, request, message_id)
    form = ReportForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            with strangers_get_404():
                report_message(
                    room=room.pk,
                    by=request.user,
                    message_id=message_id,
                    reason=form.cleaned_data["reason"],
                )
        except ChatError as error:
            form.add_error(None, explain(error))
        else:
            messages.success(
                request, _("It was taken in. The moderators look at it, and decide what to do.")
            )
            return redirect("room", slug=slug)
    status = 400 if form.errors else 200
    context = {"room": room, "message": message, "form": form}
    return render(request, "chat/report.html", context, status=status)


def message_to_report(room: Room, request: PersonRequest, message_id: int) -> Message:
    """What a member sees of the message. Raises `Http404`."""
    try:
        _, head = queries.member(room=room.pk, user=request.user)
    except ChatError:
        raise Http404 from None
    found = queries.message_of(head=head, message_id=message_id)
    if found is None or found.deleted_at or found.kind != MessageKind.TEXT:
        raise Http404
    return found


@require_page
@login_required
@never_cache
def reports(request: PersonRequest, slug: str) -> HttpResponse:
    """What waits for the moderators, each message in its place; settle what they send."""
    room, _power = moderated_room(slug, request.user)
    refused = ""
    if request.method == "POST":
        refused = settle(request, room, SettleForm(request.POST))
        if not refused:
            return redirect("room-reports", slug=slug)
    asked = ListForm(request.GET)
    settled = request.GET.get("show") == "settled"
    context = {
        "room": room,
        "refused": refused,
        "settled": settled,
        "reported": room_care.reported(room, settled=settled, number=asked.number()),
    }
    return render(request, "chat/reports.html", context, status=400 if refused else 200)


def settle(request: PersonRequest, room: Room, form: SettleForm) -> str:
    """Settle the reports of one message; return why not, if it was refused."""
    if not form.is_valid():
        return _("Say why, in a few words.")
    try:
        found = settle_reports(
            room=room.pk,
            by=request.user,
            message_id=form.cleaned_data["message"],
            resolution=form.cleaned_data["reason"],
            delete=form.deletes,
        )
    except ChatError as error:
        return explain(error)
    if not found:
        messages.success(request, _("Somebody else has settled that already."))
    elif form.deletes:
        messages.success(request, _("The message is deleted, and the report settled."))
    else:
        messages.success(request, _("The report is settled. The message stays."))
    return ""


@require_safe
@login_required
@never_cache
def moderation_log(request: PersonRequest, slug: str) -> HttpResponse:
    """What the moderators did in this room, and why."""
    room, _power = moderated_room(slug, request.user)
    number = ListForm(request.GET).number()
    context = {"room": room, "entries": room_care.moderation_log(room, number=number)}
    return render(request, "chat/moderation_log.html", context)
