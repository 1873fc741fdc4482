"""Lists that grow at their newest end, by cursor: `{items, next, previous}`."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.paging import LONGEST, Page

CURSOR_PARAMETERS = [
    OpenApiParameter("cursor", description="From the `next` or `previous` of another page.")
]


def cursor_of(request: Request) -> str | None:
    """The cursor that is asked for. One that is none of ours is refused where it is read."""
    return request.query_params.get("cursor", "")[: LONGEST + 1] or None


def listed(request: Request, page: Page[Any], items: Sequence[Any]) -> Response:
    """`items`, shown from those of `page`, and the links to what stands beside them."""
    previous = page.previous if page.has_previous else None
    return Response(
        {"items": items, "next": _link(request, page.next), "previous": _link(request, previous)}
    )


def _link(request: Request, cursor: str | None) -> str | None:
    if cursor is None:
        return None
    query = request.query_params.copy()
    query["cursor"] = cursor
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")


def refusal_of_cursor() -> tuple[str, dict[str, list[str]]]:
    """What is said to a cursor that was not made here: message and fields."""
    words = _("This cursor is not one of ours, or for another list.")
    return words, {"cursor": [words]}
