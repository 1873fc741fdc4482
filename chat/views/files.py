"""Files of a room: put one in, take it back, get it."""

from __future__ import annotations

import math

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from chat import queries, shapes
from chat.actions.attachments import attach_file, discard_file
from chat.errors import ChatError, ErrorCode
from chat.files.pictures import PREVIEW_TYPE
from chat.files.serving import contents
from chat.models import Attachment
from chat.protocol.codec import encode
from chat.refusals import STATUS, explain


@require_POST
def upload(request: HttpRequest, slug: str) -> HttpResponse:
    """Keep the `file` of a form and answer what it is; scripts send it with a message later."""
    try:
        user = _person(request)
        room = _room(slug)
        source = request.FILES.get("file")
        if not isinstance(source, UploadedFile):
            queries.member(room=room, user=user)
            raise ChatError(ErrorCode.INVALID_EVENT, details={"field": "file"})
        size, name = source.size or 0, source.name or ""
        kept = attach_file(room=room, by=user, name=name, source=source, size=size)
    except ChatError as error:
        return _refusal(error)
    body = encode(shapes.attachment(kept, room_id=slug))
    return HttpResponse(body, content_type="application/json", status=201)


@require_http_methods(["DELETE"])
def discard(request: HttpRequest, slug: str, attachment_id: int) -> HttpResponse:
    """Remove a file that one has not sent."""
    try:
        discard_file(room=_room(slug), by=_person(request), attachment=attachment_id)
    except ChatError as error:
        return _refusal(error)
    return HttpResponse(status=204)


def _person(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise ChatError(ErrorCode.UNAUTHENTICATED)
    return request.user


def _room(slug: str) -> int:
    room = queries.room_key(slug)
    if room is None:
        raise ChatError(ErrorCode.ROOM_NOT_FOUND)
    return room


def _refusal(error: ChatError) -> JsonResponse:
    answer = {"error": str(error.code), "message": explain(error)}
    response = JsonResponse(answer, status=STATUS[error.code])
    if error.retry_after:
        response["Retry-After"] = str(math.ceil(error.retry_after))
    return response


@require_safe
def download(request: HttpRequest, slug: str, attachment_id: int, name: str) -> HttpResponseBase:
    """The file itself; the name in the address is for people."""
    file = _seen(request, slug, attachment_id)
    return contents(
        request, path=file.path, mime=file.type, name=file.name, written=file.created_at
    )


@require_safe
def preview(request: HttpRequest, slug: str, attachment_id: int) -> HttpResponseBase:
    file = _seen(request, slug, attachment_id)
    if not file.has_preview:
        raise Http404
    name = f"{file.name}.webp"
    return contents(
        request, path=file.preview_path, mime=PREVIEW_TYPE, name=name, written=file.created_at
    )


def _seen(request: HttpRequest, slug: str, attachment_id: int) -> Attachment:
    """Everybody but members gets the answer of an address that does not exist."""
    user = request.user
    found = (
        queries.attachment(slug=slug, user=user, attachment_id=attachment_id)
        if isinstance(user, User)
        else None
    )
    if found is None:
        raise Http404
    return found
