"""Invitation links: their list for who makes them, and the door for who holds one."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from chat import queries
from chat.actions.links import join_by_link, make_link, revoke_link
from chat.errors import ChatError
from chat.forms import LinkForm
from chat.models import InviteLink, Room, RoomKind
from chat.refusals import explain

from .doors import PersonRequest, enterable_room, require_page, strangers_get_404


def linked_room(slug: str, request: PersonRequest) -> Room:
    """A private room, for its owner and moderators. Staff who do not belong to it are none: with
    a link in hand they could read it."""
    room = enterable_room(slug, request.user)
    if room.kind != RoomKind.PRIVATE:
        raise Http404
    with strangers_get_404():
        membership, _head = queries.member(room=room.pk, user=request.user)
    if not membership.may_moderate:
        raise PermissionDenied
    return room


@require_page
@login_required
@never_cache
def links(request: PersonRequest, slug: str) -> HttpResponse:
    """The room's links, and a form for another one."""
    room = linked_room(slug, request)
    form = LinkForm(request.POST or None)
    if form.is_valid():
        days, use_limit = form.cleaned_data["days"], form.cleaned_data["use_limit"]
        expires_at = timezone.now() + timedelta(days=days) if days else None
        try:
            make_link(room=room.pk, by=request.user, expires_at=expires_at, use_limit=use_limit)
        except ChatError as error:
            form.add_error(None, explain(error))
        else:
            messages.success(request, _("The link is made. Whoever has it can join."))
            return redirect("room-links", slug=slug)
    standing = queries.standing_links(room=room.pk)
    context = {
        "room": room,
        "form": form,
        "links": [(link, address_of(link, request)) for link in standing],
    }
    return render(request, "chat/links.html", context, status=400 if form.errors else 200)


def address_of(link: InviteLink, request: PersonRequest) -> str:
    return request.build_absolute_uri(reverse("join-by-link", args=[link.token]))


@require_POST
@login_required
def revoke(request: PersonRequest, slug: str, link_id: int) -> HttpResponse:
    room = linked_room(slug, request)
    try:
        revoke_link(room=room.pk, by=request.user, link=link_id)
    except ChatError as error:
        messages.error(request, explain(error))
    else:
        messages.success(request, _("The link opens nothing any more."))
    return redirect("room-links", slug=slug)


@require_page
@login_required
@never_cache
def join(request: PersonRequest, token: str) -> HttpResponse:
    """Show the door that a link leads to, and let in who knocks."""
    link = queries.open_link(token=token, user=request.user)
    if link is None:
        raise Http404
    if request.method == "POST":
        try:
            with strangers_get_404():
                join_by_link(token=token, user=request.user)
        except ChatError as error:
            messages.error(request, explain(error))
            return redirect("join-by-link", token=token)
        return redirect("room", slug=link.room.slug)
    if request.user.memberships.filter(room=link.room).exists():
        return redirect("room", slug=link.room.slug)
    return render(request, "chat/invited.html", {"room": link.room, "by": link.created_by})
