"""A room's people, and the page of one of them on which moderators act."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import User
from chat import directory, room_care
from chat.actions.authority import Power, power_in
from chat.errors import ChatError
from chat.forms import ListForm
from chat.member_acts import BY_NAME, MemberAct, Standing, offered
from chat.models import Membership, Room, RoomKind
from chat.paging import PageOf
from chat.refusals import explain

from .doors import PersonRequest, enterable_room, moderated_room, require_page

LISTS: dict[str, Callable[..., PageOf[Any]]] = {
    "invited": room_care.invited,
    "banned": room_care.banned,
}


@require_safe
@login_required
@never_cache
def members(request: PersonRequest, slug: str) -> HttpResponse:
    """The room's people, and who was asked in, for its members; whom it shuts out for its
    moderators."""
    room = enterable_room(slug, request.user)
    if room.kind == RoomKind.DIRECT:
        raise Http404
    power = power_in(room, request.user)
    if power is Power.STRANGER:
        return redirect("room", slug=slug)
    moderates = power >= Power.MODERATOR
    shown = request.GET.get("show", "")
    if shown == "banned" and not moderates:
        raise PermissionDenied
    asked = ListForm(request.GET)
    look = LISTS.get(shown, room_care.members)
    context = {
        "room": room,
        "people": look(room, words=asked.words(), number=asked.number()),
        "words": asked.words(),
        "moderates": moderates,
        "shown": shown if shown in LISTS else "",
        "now": timezone.now(),
    }
    return render(request, "chat/members.html", context)


@dataclass(frozen=True, slots=True)
class Offer:
    """An act with its form."""

    act: MemberAct
    form: forms.Form


@require_page
@login_required
@never_cache
def member(request: PersonRequest, slug: str, username: str) -> HttpResponse:
    """Show how somebody stands in the room, and do to them what a moderator sends (`act`)."""
    room, power = moderated_room(slug, request.user)
    person = get_object_or_404(User, username__iexact=username)
    sent = BY_NAME.get(request.POST.get("act", ""))
    form = sent and sent.form(request.POST, auto_id=f"{sent.name}_%s")
    if sent and form and form.is_valid():
        try:
            sent.do(room, request.user, person, form)
        except ChatError as error:
            form.add_error(None, explain(error))
        else:
            messages.success(request, str(sent.done) % {"name": person.display_name})
            return redirect("room-members", slug=slug)
    they = standing(room, power, person)
    context = {
        "room": room,
        "person": person,
        "they": they,
        "refused": form.non_field_errors() if form else (),
        "offers": [
            Offer(act, form if form and act is sent else act.form(auto_id=f"{act.name}_%s"))
            for act in offered(they)
        ],
        "acts": room_care.moderation_log(room, about=person),
    }
    status = 400 if request.method == "POST" else 200
    return render(request, "chat/member.html", context, status=status)


def standing(room: Room, power: Power, person: User) -> Standing:
    return Standing(
        power=power,
        theirs=power_in(room, person),
        membership=Membership.objects.filter(room=room, user=person).first(),
        is_banned=directory.is_banned(room, person),
    )
