"""Find what was said, in all of one's rooms or in one of them."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.limits import within_limit
from accounts.search.words import words_of
from chat.context_processors import memberships_of
from chat.forms import SearchForm
from chat.models import Room
from chat.paging import PageOf
from chat.searching import NOTHING, search_messages

from .doors import PersonRequest

HITS_A_PAGE = 20


@require_safe
@login_required
@never_cache
def search(request: PersonRequest) -> HttpResponse:
    asked = SearchForm(request.GET)
    asked.is_valid()
    given = asked.cleaned_data
    typed, best = given.get("q", ""), bool(given.get("best"))
    room = _own_room(request)
    words = words_of(typed)
    allowed = not words or within_limit(
        what="search", who=request.user.pk, a_minute=settings.CHAT_SEARCHES_PER_MINUTE
    )
    number = given.get("page") or 1
    found = NOTHING
    if words and allowed:
        found = search_messages(
            user=request.user,
            words=words,
            room=room.pk if room else None,
            best=best,
            start=(number - 1) * HITS_A_PAGE,
            size=HITS_A_PAGE,
        )
    context = {
        "typed": typed,
        "words": words,
        "scope": room,
        "best": best,
        "allowed": allowed,
        "found": found,
        "page": PageOf(found.hits, number, has_next=number * HITS_A_PAGE < found.total),
    }
    return render(request, "chat/search.html", context, status=200 if allowed else 429)


def _own_room(request: PersonRequest) -> Room | None:
    """The room to search in, if one is named. All others answer like one that does not exist."""
    slug = request.GET.get("room")
    if not slug:
        return None
    for member in memberships_of(request):
        if member.room.slug == slug:
            return member.room
    raise Http404
