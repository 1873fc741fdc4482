"""What every page with the sidebar shows, whichever app it belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from . import queries

if TYPE_CHECKING:
    from .queries import CountedMembership


def sidebar(request: HttpRequest) -> dict[str, object]:
    """`memberships`: the person's rooms with what waits in them, read if the page shows them."""
    return {"memberships": SimpleLazyObject(lambda: memberships_of(request))}


def memberships_of(request: HttpRequest) -> list[CountedMembership]:
    """The memberships of who asks, looked up once a request."""
    if not request.user.is_authenticated:
        return []
    found = getattr(request, "_memberships", None)
    if found is None:
        found = queries.memberships_with_unread(request.user)
        request._memberships = found  # type: ignore[attr-defined] # noqa: SLF001 - kept where it belongs
    return cast("list[CountedMembership]", found)
