"""What others did that concerns one."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.actions.notifications import mark_all_read, mark_read
from accounts.forms import SeenForm
from accounts.queries.notifications import notification_of, notifications_of

from .doors import PersonRequest, cursor_of, refusals_are_pages, show


@require_safe
@login_required
@never_cache
def notifications(request: PersonRequest) -> HttpResponse:
    with refusals_are_pages():
        page = notifications_of(request.user, cursor=cursor_of(request))
    newest = page.items[0].pk if page.items and not page.has_previous else 0
    days = settings.NOTIFICATIONS_KEPT
    context = {"page": page, "newest": newest, "kept_days": days}
    return show(
        request, "accounts/notifications.html", context, part="accounts/notifications_body.html"
    )


@require_safe
@login_required
@never_cache
def follow_notification(request: PersonRequest, notification_id: int) -> HttpResponse:
    """Go where a notification leads, and note that it was read."""
    found = notification_of(request.user, notification_id)
    if found is None:
        raise Http404
    mark_read(recipient=request.user, notification_id=found.pk)
    return redirect(found.comment or found.post or found.actor)


@require_POST
@login_required
def read_all(request: PersonRequest) -> HttpResponse:
    """Note that everything up to `newest`, the last that the page showed, was read."""
    form = SeenForm(request.POST)
    if form.is_valid():
        mark_all_read(recipient=request.user, newest=form.cleaned_data["newest"])
    return redirect("notifications")
