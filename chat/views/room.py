"""One room: read it, write in it, say how far one has read."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.forms import fresh_client_id
from chat import directory, room_care, shapes
from chat.actions.attachments import send_with_files
from chat.actions.receipts import mark_read, mark_unread
from chat.context_processors import memberships_of
from chat.errors import ChatError, ErrorCode
from chat.files.types import file_endings
from chat.forms import MessageForm, PlaceForm, ReadForm
from chat.protocol.codec import encode
from chat.refusals import explain, live_words
from chat.room_page import Place, room_page
from chat.timeline import Reader

from .doors import PersonRequest, enterable_room, require_page, strangers_get_404


@require_page
@login_required
@never_cache
def room(request: PersonRequest, slug: str) -> HttpResponse:
    """Show a room to its members, its door to those who may join; take what members write."""
    if request.method != "POST":
        return show_room(request, slug, MessageForm())
    form = MessageForm(request.POST, request.FILES)
    target = enterable_room(slug, request.user)
    if not form.is_valid():
        return show_room(request, slug, form, status=400)
    text, client_id = form.cleaned_data["message"], form.cleaned_data["client_id"]
    try:
        with strangers_get_404():
            sent = send_with_files(
                room=target.pk,
                sender=request.user,
                text=text,
                client_id=client_id,
                files=form.sent_files,
            )
            mark_read(room=target.pk, user=request.user, sequence=sent.sequence)
    except ChatError as error:
        again = {"message": text, "client_id": again_as(client_id, error)}
        refused = MessageForm(again, request.FILES)
        refused.add_error(None, explain(error))
        return show_room(request, slug, refused, status=400)
    return redirect("room", slug=slug)


def again_as(client_id: str, error: ChatError) -> str:
    """The id to send the same form again with: what is known under this one is something else."""
    return fresh_client_id() if error.code == ErrorCode.CONFLICT else client_id


def show_room(
    request: PersonRequest, slug: str, form: MessageForm, *, status: int = 200
) -> HttpResponse:
    memberships = memberships_of(request)
    membership = next((member for member in memberships if member.room.slug == slug), None)
    if membership is None:
        return show_door(request, slug, status=status)
    place = PlaceForm(request.GET)
    reader = Reader(request.user, read=membership.read_sequence, unread=membership.unread)
    context = {
        "membership": membership,
        "room": membership.room,
        "reports_waiting": room_care.reports_waiting(membership.room)
        if membership.may_moderate
        else 0,
        "moderates": membership.may_moderate,
        "page": room_page(
            room=membership.room,
            reader=reader,
            place=Place(**place.cleaned_data) if place.is_valid() else Place(),
        ),
        "page_size": settings.CHAT_HISTORY_PAGE,
        "form": form,
        "me": encode(shapes.person(request.user)).decode(),
        "text_limit": settings.CHAT_TEXT_LIMIT,
        "refusals": encode(live_words()).decode(),
        "file_limits": {
            "size": settings.CHAT_FILE_SIZE,
            "count": settings.CHAT_FILES_PER_MESSAGE,
            "types": file_endings(settings.CHAT_FILE_TYPES),
        },
        "muted_until": membership.muted_until if membership.is_muted else None,
    }
    return render(request, "chat/room.html", context, status=status)


def show_door(request: PersonRequest, slug: str, *, status: int = 200) -> HttpResponse:
    """What a room shows to who is not in it."""
    room = enterable_room(slug, request.user)
    banned = directory.is_banned(room, request.user)
    preview = None if banned else directory.preview(room, reader=request.user)
    context = {"room": room, "banned": banned, "preview": preview}
    return render(request, "chat/enter.html", context, status=status)


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


@require_POST
@login_required
def unread(request: PersonRequest, slug: str) -> HttpResponse:
    """Let what stands from `sequence` on wait again. Back to the list: the room would be read."""
    target = enterable_room(slug, request.user)
    form = ReadForm(request.POST)
    if form.is_valid():
        try:
            with strangers_get_404():
                sequence = form.cleaned_data["sequence"]
                mark_unread(room=target.pk, user=request.user, sequence=sequence)
        except ChatError as error:
            messages.error(request, explain(error))
    return redirect("home")
