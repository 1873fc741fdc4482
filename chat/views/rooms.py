"""All rooms: one's own, those one may join, and a new one."""

from __future__ import annotations

from typing import cast

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from chat import queries
from chat.actions.rooms import create_room
from chat.forms import RoomForm

from .doors import PersonRequest, require_page, show_form

ROOMS_A_PAGE = 50


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show the welcome to strangers, their rooms to everybody else."""
    if request.user.is_authenticated:
        return rooms(cast("PersonRequest", request))
    return render(request, "chat/welcome.html")


@login_required
@never_cache
def rooms(request: PersonRequest) -> HttpResponse:
    to_join = Paginator(queries.rooms_to_join(request.user), ROOMS_A_PAGE)
    context = {
        "invited": queries.rooms_invited_to(request.user),
        "to_join": to_join.get_page(request.GET.get("page")),
    }
    return render(request, "chat/rooms.html", context)


@require_page
@login_required
def new_room(request: PersonRequest) -> HttpResponse:
    form = RoomForm(request.POST or None)
    if form.is_valid():
        made = create_room(
            owner=request.user,
            name=form.cleaned_data["name"],
            topic=form.cleaned_data["topic"],
            kind=form.kind,
        )
        return redirect("room", slug=made.slug)
    words = {"heading": _("New room"), "act": _("Make room"), "back": reverse("home")}
    return show_form(request, form, words)
