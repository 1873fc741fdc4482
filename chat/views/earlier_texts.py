"""What a message said before it was edited, for the moderators of its room."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from chat import queries

from .doors import PersonRequest, moderated_room


@require_safe
@login_required
@never_cache
def earlier_texts(request: PersonRequest, slug: str, message_id: int) -> HttpResponse:
    """A page, or only its middle for the room's script, which says so by `X-Fragment`."""
    room, _ = moderated_room(slug, request.user)
    message = queries.message_with_versions(room=room.pk, message_id=message_id)
    if message is None:
        raise Http404
    middle = "X-Fragment" in request.headers
    template = "chat/earlier_texts.html" if middle else "chat/earlier_texts_page.html"
    return render(request, template, {"room": room, "message": message})
