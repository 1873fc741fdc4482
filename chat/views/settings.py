"""A room's settings: what it is called and keeps, how quickly one may write, whether it is open."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms.models import model_to_dict
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from accounts.models import User
from chat.actions.authority import Power
from chat.actions.moderation import close_room, reopen_room, set_slow_mode
from chat.actions.rooms import change_room
from chat.care_forms import PaceForm, ReasonForm, RoomSettingsForm
from chat.errors import ChatError
from chat.models import Room
from chat.refusals import explain

from .doors import PersonRequest, moderated_room, require_page

Forms = dict[str, forms.Form]
ACTS = ("about", "pace", "close", "reopen")


@require_page
@login_required
@never_cache
def room_settings(request: PersonRequest, slug: str) -> HttpResponse:
    """Show what may be set to who may set it, and set what they send (`act` says which)."""
    room, power = moderated_room(slug, request.user)
    act = request.POST.get("act", "")
    shown = forms_of(room, act, request)
    form = shown.get(act)
    if form is not None and form.is_valid():
        try:
            change_of(room, request.user, act, form)()
        except ChatError as error:
            form.add_error(None, explain(error))
        else:
            messages.success(request, _("Saved."))
            return redirect("room-settings", slug=slug)
    context = {"room": room, "forms": shown, "is_owner": power >= Power.OWNER}
    status = 400 if request.method == "POST" else 200
    return render(request, "chat/settings.html", context, status=status)


def forms_of(room: Room, act: str, request: PersonRequest) -> Forms:
    """The page's forms by act; the one that was sent holds what was typed."""
    sent = {name: request.POST if name == act else None for name in ACTS}
    return {
        "about": RoomSettingsForm(sent["about"], initial=model_to_dict(room)),
        "pace": PaceForm(sent["pace"], present=room.slow_mode, auto_id="pace_%s"),
        "close": ReasonForm(sent["close"], auto_id="close_%s"),
        "reopen": ReasonForm(sent["reopen"], auto_id="reopen_%s"),
    }


def change_of(room: Room, by: User, act: str, form: forms.Form) -> Callable[[], Room]:
    """The action that an act stands for, with what was sent."""
    sent = form.cleaned_data
    match act:
        case "about":
            return partial(
                change_room,
                room=room.pk,
                by=by,
                name=sent["name"],
                topic=sent["topic"],
                history_limit=sent["history_limit"],
            )
        case "pace":
            return partial(
                set_slow_mode, room=room.pk, by=by, seconds=sent["seconds"], reason=sent["reason"]
            )
        case "close":
            return partial(close_room, room=room.pk, by=by, reason=sent["reason"])
        case _:
            return partial(reopen_room, room=room.pk, by=by, reason=sent["reason"])
