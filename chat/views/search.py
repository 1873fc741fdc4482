"""Find what was said, in all of one's rooms or in one of them; posts; and people."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.limits import within_limit
from accounts.search.found import Found
from accounts.search.words import words_of
from chat.context_processors import memberships_of
from chat.forms import SearchForm
from chat.models import Membership, Room
from chat.paging import PageOf
from chat.searching import NOTHING, Hit, Kind, look_for

from .doors import PersonRequest

HITS_A_PAGE = 20
NAMES = {Kind.MESSAGES: _("Messages"), Kind.POSTS: _("Posts"), Kind.PEOPLE: _("People")}


@dataclass(frozen=True, slots=True)
class Tab:
    """One kind of thing, and what was found of it, if anything was looked for."""

    kind: Kind
    found: Found[Any] | None

    @property
    def name(self) -> str:
        return str(NAMES[self.kind])


@require_safe
@login_required
@never_cache
def search(request: PersonRequest) -> HttpResponse:
    asked = SearchForm(request.GET)
    asked.is_valid()
    given = asked.cleaned_data
    typed, best = given.get("q", ""), bool(given.get("best"))
    room = _own_room(request)
    chosen: Kind | None = None if room else given.get("kind")
    kind = chosen or Kind.MESSAGES
    words = words_of(typed)
    allowed = not words or within_limit(
        what="search", who=request.user.pk, a_minute=settings.CHAT_SEARCHES_PER_MINUTE
    )
    number = given.get("page") or 1
    found = NOTHING
    others: dict[Kind, Found[Any]] = {}
    if words and allowed:
        look = partial(look_for, user=request.user, words=words, best=best)
        start = (number - 1) * HITS_A_PAGE
        found = look(kind, room=room.pk if room else None, start=start, size=HITS_A_PAGE)
        # Of the others the number alone is shown.
        others = (
            {} if room else {each: look(each, start=0, size=0) for each in Kind if each != kind}
        )
        if chosen is None and not found.total:
            kind, found, others = _first_with_hits(kind, found, others, look)
    if kind == Kind.MESSAGES:
        _call_rooms(found.hits, memberships_of(request))
    counted = {**others, kind: found} if others else {}
    context = {
        "typed": typed,
        "words": words,
        "scope": room,
        "kind": kind,
        "chosen": chosen,
        "tabs": [Tab(each, counted.get(each)) for each in Kind],
        "best": best,
        "allowed": allowed,
        "found": found,
        "page": PageOf(found.hits, number, has_next=number * HITS_A_PAGE < found.total),
    }
    return render(request, "chat/search.html", context, status=200 if allowed else 429)


def _first_with_hits(
    kind: Kind, found: Found[Any], others: dict[Kind, Found[Any]], look: Callable[..., Found[Any]]
) -> tuple[Kind, Found[Any], dict[Kind, Found[Any]]]:
    """What there is instead of an empty page, for who did not say what they look for."""
    for other, counted in others.items():
        if counted.total:
            rest = {each: count for each, count in others.items() if each != other}
            return other, look(other, start=0, size=HITS_A_PAGE), {**rest, kind: found}
    return kind, found, others


def _call_rooms(hits: list[Hit], memberships: Collection[Membership]) -> None:
    """Let direct rooms bear the other person's name, as they do in the sidebar."""
    rooms = {member.room_id: member.room for member in memberships}
    for hit in hits:
        hit.message.room = rooms.get(hit.message.room_id, hit.message.room)


def _own_room(request: PersonRequest) -> Room | None:
    """The room to search in, if one is named. All others answer like one that does not exist."""
    slug = request.GET.get("room")
    if not slug:
        return None
    for member in memberships_of(request):
        if member.room.slug == slug:
            return member.room
    raise Http404
