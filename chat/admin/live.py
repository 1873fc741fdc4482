"""Who is connected now: from where, since when, in which rooms. Read from Redis, and only read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.admin.lists import ReadingList
from chat.live_sessions import LiveSession
from chat.models import LivePerson, Room

from .figures import sessions_now

A_PAGE = 50


class SearchForm(forms.Form):
    """Which sessions to show; every field is a part of what it is compared with."""

    person = forms.CharField(label=_("Person"), required=False)
    room = forms.CharField(label=_("Room"), required=False)
    address = forms.CharField(label=_("Address"), required=False)


@dataclass(frozen=True, slots=True)
class Shown:
    """A row of the page: a session and the rooms it has open, as (address, name)."""

    session: LiveSession
    person_page: str
    rooms: list[tuple[str, str]]


@admin.register(LivePerson)
class LiveSessionsAdmin(ReadingList[LivePerson]):
    """One page, without a table behind it."""

    def get_urls(self) -> list[URLPattern]:
        """The list alone: a page of one "row" would show the person's."""
        view = self.admin_site.admin_view(self.changelist_view)
        return [path("", view, name="chat_liveperson_changelist")]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = SearchForm(request.GET)
        sessions = sessions_now()
        chosen = _matching(sessions or [], form.cleaned_data) if form.is_valid() else []
        page = Paginator(chosen, A_PAGE).get_page(request.GET.get("p"))
        query = request.GET.copy()
        query.pop("p", None)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": capfirst(self.opts.verbose_name_plural),
            "form": form,
            "is_known": sessions is not None,
            "people": len({session.user_id for session in chosen}),
            "page": page,
            "rows": self._rows(request, page.object_list),
            "query": query.urlencode(),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/parley/live_sessions.html", context)

    def _rows(self, request: HttpRequest, sessions: Iterable[LiveSession]) -> list[Shown]:
        sessions = list(sessions)
        rooms = self._rooms(request, {slug for session in sessions for slug in session.rooms})
        return [
            Shown(
                session,
                reverse("admin:accounts_user_change", args=[session.user_id]),
                [rooms[slug] for slug in session.rooms if slug in rooms],
            )
            for session in sessions
        ]

    def _rooms(self, request: HttpRequest, slugs: set[str]) -> dict[str, tuple[str, str]]:
        """Page and name of each room, for those who may see rooms at all."""
        if not self.admin_site.get_model_admin(Room).has_view_permission(request):
            return {}
        return {
            room.slug: (reverse("admin:chat_room_change", args=[room.pk]), room.name)
            for room in Room.objects.filter(slug__in=slugs)
        }


def _matching(sessions: Sequence[LiveSession], asked: dict[str, str]) -> list[LiveSession]:
    """The newest first."""
    person, address = asked["person"].strip().lower(), asked["address"].strip()
    rooms = _slugs(sessions, asked["room"].strip())
    return [
        session
        for session in reversed(sessions)
        if person in session.username.lower()
        and address in session.address
        and (rooms is None or not rooms.isdisjoint(session.rooms))
    ]


def _slugs(sessions: Iterable[LiveSession], words: str) -> set[str] | None:
    """The rooms that are open anywhere and have `words` in their name; None for any room."""
    if not words:
        return None
    opened = {slug for session in sessions for slug in session.rooms}
    found = Room.objects.filter(name__icontains=words).order_by()
    named = found.filter(slug__in=opened).values_list("slug", flat=True)
    return set(named) | (opened & {words})
