"""The contents of a file as an answer that no browser runs, and no cache shares."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.files import File
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header, http_date, quote_etag

from .storage import attachment_storage

if TYPE_CHECKING:
    from collections.abc import Mapping

CHUNK = 64 * 1024
HEADERS = {
    # Asked for anew each time: whoever left the room gets nothing any more.
    "Cache-Control": "private, no-cache",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


def contents(
    request: HttpRequest, *, path: str, mime: str, name: str, written: datetime
) -> HttpResponseBase:
    """The file at `path` of the storage, as a download called `name`; pictures in a page are shown
    all the same. Raises `Http404` when it is gone."""
    headers = {
        **HEADERS,
        "Content-Type": f"{mime}; charset=utf-8" if mime.startswith("text/") else mime,
        "Content-Disposition": content_disposition_header(True, name) or "attachment",
        # Contents never change, and no two files have one path; where that is, is not told.
        "ETag": quote_etag(sha256(path.encode()).hexdigest()[:32]),
        "Last-Modified": http_date(written.timestamp()),
    }
    modified = int(written.timestamp())
    unchanged = get_conditional_response(request, etag=headers["ETag"], last_modified=modified)
    if unchanged is not None:
        for header in ("Cache-Control", "ETag", "Last-Modified"):
            unchanged[header] = headers[header]
        return unchanged
    if settings.CHAT_FILES_BY_PROXY:
        where = f"{settings.CHAT_FILES_BY_PROXY}{path}"
        return HttpResponse(headers={**headers, "X-Accel-Redirect": where})
    return _streamed(path, headers)


def _streamed(path: str, headers: Mapping[str, str]) -> StreamingHttpResponse:
    try:
        file = attachment_storage().open(path)
    except FileNotFoundError:
        raise Http404 from None
    size = {"Content-Length": str(file.size)}
    return StreamingHttpResponse(Chunks(file), headers={**headers, **size})


class Chunks:
    """A file's contents, each chunk read in a thread: a slow disk or a far storage holds up nobody
    else. The response closes it."""

    def __init__(self, file: File[bytes]) -> None:
        self._file = file

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while chunk := await asyncio.to_thread(self._file.read, CHUNK):
            yield chunk

    def close(self) -> None:
        self._file.close()
