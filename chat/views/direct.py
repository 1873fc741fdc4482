"""Write to one person."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts.models import User
from chat.actions.direct import start_direct_room
from chat.errors import ChatError
from chat.refusals import explain

from .doors import PersonRequest


@require_POST
@login_required
def message(request: PersonRequest, username: str) -> HttpResponse:
    """Go to the room shared with somebody, which is made if need be."""
    try:
        person = User.objects.get_by_natural_key(username)
    except User.DoesNotExist:
        raise Http404 from None
    try:
        room = start_direct_room(by=request.user, user=person)
    except ChatError as error:
        messages.error(request, explain(error))
        return redirect("home")
    return redirect("room", slug=room.slug)
