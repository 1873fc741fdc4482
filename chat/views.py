"""The chat's pages: whole without JavaScript. Doors only: they parse, call, answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User

from . import queries, shapes
from .actions.memberships import end_membership, invite_member, join_room
from .actions.messages import send_message
from .actions.receipts import mark_read
from .actions.rooms import create_room
from .errors import ChatError, ErrorCode
from .forms import InviteForm, MessageForm, PastForm, ReadForm, RoomForm, fresh_client_id
from .models import Room
from .protocol.codec import encode
from .refusals import explain
from .room_page import room_page

ROOMS_A_PAGE = 50

require_page = require_http_methods(["GET", "HEAD", "POST"])


class PersonRequest(HttpRequest):
    """A request behind `login_required`."""

    user: User


@contextmanager
def strangers_get_404() -> Iterator[None]:
    """A room that one may not know of answers like one that does not exist."""
    try:
        yield
    except ChatError as error:
        if error.code == ErrorCode.ROOM_NOT_FOUND:
            raise Http404 from None
        raise


def enterable_room(slug: str, user: User) -> Room:
    with strangers_get_404():
        return queries.enterable_room(slug=slug, user=user)


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
        "memberships": queries.memberships_with_unread(request.user),
        "invited": queries.rooms_invited_to(request.user),
        "to_join": to_join.get_page(request.GET.get("page")),
    }
    return render(request, "chat/rooms.html", context)


@require_page
@login_required
@never_cache
def room(request: PersonRequest, slug: str) -> HttpResponse:
    """Show a room to its members, its door to those who may join; take what members write."""
    if request.method != "POST":
        return show_room(request, slug, MessageForm())
    form = MessageForm(request.POST)
    target = enterable_room(slug, request.user)
    if not form.is_valid():
        return show_room(request, slug, form, status=400)
    text, client_id = form.cleaned_data["message"], form.cleaned_data["client_id"]
    try:
        with strangers_get_404():
            sent = send_message(room=target.pk, sender=request.user, text=text, client_id=client_id)
            mark_read(room=target.pk, user=request.user, sequence=sent.sequence)
    except ChatError as error:
        refused = MessageForm({"message": text, "client_id": again_as(client_id, error)})
        refused.add_error(None, explain(error))
        return show_room(request, slug, refused, status=400)
    return redirect("room", slug=slug)


def again_as(client_id: str, error: ChatError) -> str:
    """The id to send the same form again with: what is known under this one is something else."""
    return fresh_client_id() if error.code == ErrorCode.CONFLICT else client_id


def show_room(
    request: PersonRequest, slug: str, form: MessageForm, *, status: int = 200
) -> HttpResponse:
    memberships = queries.memberships_with_unread(request.user)
    membership = next((member for member in memberships if member.room.slug == slug), None)
    if membership is None:
        door = {"memberships": memberships, "room": enterable_room(slug, request.user)}
        return render(request, "chat/enter.html", door, status=status)
    past = PastForm(request.GET)
    before = past.cleaned_data["before"] if past.is_valid() else None
    context = {
        "memberships": memberships,
        "membership": membership,
        "room": membership.room,
        "page": room_page(room=membership.room, reader=request.user.pk, before=before),
        "form": form,
        "me": encode(shapes.person(request.user)).decode(),
        "text_limit": settings.CHAT_TEXT_LIMIT,
    }
    return render(request, "chat/room.html", context, status=status)


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
def read(request: PersonRequest, slug: str) -> HttpResponse:
    target = enterable_room(slug, request.user)
    form = ReadForm(request.POST)
    if form.is_valid():
        try:
            mark_read(room=target.pk, user=request.user, sequence=form.cleaned_data["sequence"])
        except ChatError as error:
            messages.error(request, explain(error))
    return redirect("room", slug=slug)


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


def show_form(
    request: PersonRequest, form: RoomForm | InviteForm, words: dict[str, str]
) -> HttpResponse:
    context = {"memberships": queries.memberships_with_unread(request.user), "form": form, **words}
    return render(request, "chat/form.html", context, status=400 if form.errors else 200)
