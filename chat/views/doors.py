"""What the chat's pages share: who asks, and how strangers are answered."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render

from accounts.models import User
from accounts.views.doors import PersonRequest, require_page
from chat import queries
from chat.actions.authority import Power, power_in
from chat.errors import ChatError, ErrorCode
from chat.models import Membership, Room, RoomKind

__all__ = ["PersonRequest", "require_page"]  # handed on to the chat's pages


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


def moderated_room(slug: str, user: User, *, least: Power = Power.MODERATOR) -> tuple[Room, Power]:
    """A room in which `user` has at least that power, and how much it is. Direct rooms have no
    moderators, so there is nothing of this kind in them.

    Raises `Http404` for what one may not know of, `PermissionDenied`, whose page reads the same.
    """
    with strangers_get_404():
        # Not by an invitation: staff who were asked in would read what is said, and no log say so.
        room = queries.visible_room(slug=slug, user=user)
    if room.kind == RoomKind.DIRECT:
        raise Http404
    power = power_in(room, user)
    if power < least:
        raise PermissionDenied
    return room, power


def member_room(slug: str, user: User) -> Membership:
    """The person's membership with its room and head loaded; 404 for who is no member."""
    membership = Membership.objects.filter(room__slug=slug, user=user)
    found = membership.select_related("room__head").first()
    if found is None:
        raise Http404
    return found


def show_form(request: PersonRequest, form: forms.Form, words: dict[str, str]) -> HttpResponse:
    """A page that is one form: `words` are its `heading`, its `act` (the button) and the address
    to go `back` to."""
    return render(
        request, "chat/form.html", {"form": form, **words}, status=400 if form.errors else 200
    )
