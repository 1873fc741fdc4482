"""Whom a few letters may mean: the members of a room, for completing a mention."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from chat import queries, shapes
from chat.errors import ChatError
from chat.protocol.codec import encode

from .doors import PersonRequest

SHOWN = 8
LETTERS = 80


@require_safe
@login_required
@never_cache
def people(request: PersonRequest, slug: str) -> HttpResponse:
    """`{"people": [Person…]}` for `q`, the beginning of a username or a name; members only."""
    key = queries.room_key(slug)
    try:
        if key is None:
            raise Http404
        queries.member(room=key, user=request.user)
    except ChatError:
        raise Http404 from None
    beginning = request.GET.get("q", "")[:LETTERS].replace("\0", "")
    found = queries.people_called(room=key, beginning=beginning, limit=SHOWN)
    body = encode({"people": [shapes.person(user) for user in found]})
    return HttpResponse(body, content_type="application/json")
