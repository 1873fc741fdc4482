"""Join a room, leave it, ask somebody in."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import User
from chat.actions.invitations import withdraw_invitation
from chat.actions.memberships import end_membership, invite_member, join_room, silence_room
from chat.errors import ChatError
from chat.forms import InviteForm
from chat.refusals import explain

from .doors import PersonRequest, enterable_room, require_page, show_form, strangers_get_404


@require_POST
@login_required
def join(request: PersonRequest, slug: str) -> HttpResponse:
    target = enterable_room(slug, request.user)
    try:
        with strangers_get_404():
            join_room(room=target.pk, user=request.user)
    except ChatError as error:
        messages.error(request, explain(error))
    return redirect("room", slug=slug)


@require_POST
@login_required
def leave(request: PersonRequest, slug: str) -> HttpResponse:
    target = enterable_room(slug, request.user)
    try:
        with strangers_get_404():
            end_membership(room=target.pk, user=request.user)
    except ChatError as error:
        messages.error(request, explain(error))
    else:
        messages.success(request, _("You left %(name)s.") % {"name": target.name})
    return redirect("home")


@require_POST
@login_required
def silence(request: PersonRequest, slug: str) -> HttpResponse:
    """Let the room keep quiet (`silenced=on`), or not any more (`off`)."""
    target = enterable_room(slug, request.user)
    try:
        with strangers_get_404():
            on = request.POST.get("silenced") == "on"
            silence_room(room=target.pk, user=request.user, silenced=on)
    except ChatError as error:
        messages.error(request, explain(error))
    return redirect("room", slug=slug)


@require_page
@login_required
def invite(request: PersonRequest, slug: str) -> HttpResponse:
    """Let a member add somebody to a room that is not open to all."""
    target = enterable_room(slug, request.user)
    form = InviteForm(request.POST or None)
    if form.is_valid():
        person: User = form.cleaned_data["username"]
        try:
            with strangers_get_404():
                invite_member(room=target.pk, by=request.user, user=person)
        except ChatError as error:
            form.add_error(None, explain(error))
        else:
            messages.success(
                request,
                _("%(name)s can join now, from the list of rooms.") % {"name": person.display_name},
            )
            return redirect("room", slug=slug)
    heading = _("Add people to %(name)s") % {"name": target.name}
    words = {"heading": heading, "act": _("Add"), "back": reverse("room", args=[slug])}
    return show_form(request, form, words)


@require_POST
@login_required
def withdraw(request: PersonRequest, slug: str, username: str) -> HttpResponse:
    """Take back the invitation of somebody; who was asked declines it so."""
    target = enterable_room(slug, request.user)
    person = get_object_or_404(User, username__iexact=username)
    try:
        with strangers_get_404():
            withdraw_invitation(room=target.pk, by=request.user, user=person)
    except ChatError as error:
        messages.error(request, explain(error))
        return redirect("room-members", slug=slug)
    if person == request.user:
        messages.success(request, _("You declined. Nobody is told."))
        return redirect("home")
    words = _("%(name)s is not invited any more.") % {"name": person.display_name}
    messages.success(request, words)
    return redirect(f"{reverse('room-members', args=[slug])}?show=invited")
