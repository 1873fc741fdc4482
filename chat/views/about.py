"""What a room is about and who is in it: the panel beside the timeline, or a page of its own."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from chat import queries, room_care

from .doors import PersonRequest, member_room

MEMBERS_SHOWN = 100


@require_safe
@login_required
@never_cache
@vary_on_headers("X-Fragment")
def about(request: PersonRequest, slug: str) -> HttpResponse:
    """Show it to members: the fragment alone to who asks with `X-Fragment`."""
    membership = member_room(slug, request.user)
    members, count = room_care.first_members(membership.room, limit=MEMBERS_SHOWN)
    room = membership.room
    context = {
        "room": room,
        "pinned": queries.pinned_messages(room=room.pk, floor=room.head.floor),
        "members": members,
        "count": count,
    }
    page = "chat/about_body.html" if "X-Fragment" in request.headers else "chat/about.html"
    return render(request, page, context)
