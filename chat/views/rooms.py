"""All rooms: one's own, those one may join, and a new one."""

from __future__ import annotations

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from chat import directory, queries
from chat.actions.rooms import create_room
from chat.context_processors import memberships_of
from chat.errors import ChatError
from chat.forms import ListForm, RoomForm
from chat.models import RoomKind

from .doors import PersonRequest, require_page, show_form


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show the welcome to strangers, their rooms to everybody else."""
    if request.user.is_authenticated:
        return all_rooms(cast("PersonRequest", request))
    return render(request, "chat/welcome.html")


@login_required
@never_cache
def all_rooms(request: PersonRequest) -> HttpResponse:
    asked = ListForm(request.GET)
    words = asked.words()
    invited = queries.rooms_invited_to(request.user)
    everything = memberships_of(request)
    rooms = [member for member in everything if member.room.kind != RoomKind.DIRECT]
    people = [member for member in everything if member.room.kind == RoomKind.DIRECT]
    context = {
        "words": words,
        "invited": [room for room in invited if directory.is_about(room, words)],
        "own": directory.own_rooms(rooms, words=words, number=asked.number("yours")),
        "direct": directory.own_rooms(people, words=words, number=asked.number("people")),
        "open": directory.open_rooms(request.user, words=words, number=asked.number()),
    }
    return render(request, "chat/rooms.html", context)


@require_page
@login_required
def new_room(request: PersonRequest) -> HttpResponse:
    form = RoomForm(request.POST or None)
    if form.is_valid():
        try:
            made = create_room(
                owner=request.user,
                name=form.cleaned_data["name"],
                topic=form.cleaned_data["topic"],
                kind=form.kind,
                client_id=form.cleaned_data["client_id"] or None,
            )
        except ChatError as error:
            form.refuse(error)
        else:
            return redirect("room", slug=made.slug)
    words = {"heading": _("New room"), "act": _("Make room"), "back": reverse("home")}
    return show_form(request, form, words)
