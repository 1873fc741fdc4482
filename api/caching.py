"""ETags of what a room shows: they change with its head, so that nothing need be read to know."""

from hashlib import sha256

from django.utils.cache import get_conditional_response
from rest_framework.request import Request
from rest_framework.response import Response

from chat.models import RoomHead


def versioned(request: Request, head: RoomHead) -> str:
    """The ETag of this address while the room stands at `head`. Weak: names and pictures of people
    may be newer in a fresh answer."""
    state = (
        f"{head.epoch} {head.last_sequence} {request.get_full_path()} {request.accepted_media_type}"
    )
    return f'W/"{sha256(state.encode()).hexdigest()[:32]}"'


def not_modified(request: Request, version: str) -> Response | None:
    """The answer to a caller who has this version already, else None."""
    found = get_conditional_response(request._request, etag=version)
    if found is None:
        return None
    return Response(status=found.status_code, headers={"ETag": version})
