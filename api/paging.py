"""Lists: timelines by place, short lists by page."""

from collections.abc import Callable, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response

from api.doors import given

MAX_LIMIT = 100
BIGGEST = 2**63 - 1  # PostgreSQL's bigint


class Limit(serializers.Serializer[Any]):
    """How many items a page has."""

    limit = serializers.IntegerField(default=50, min_value=1, max_value=MAX_LIMIT)


class Pages(PageNumberPagination):
    """`{items, count, next, previous}`: for lists that one may count."""

    page_size = 50
    page_size_query_param = "limit"
    page_size_query_description = "Items on a page, 100 at most."

    def get_page_size(self, request: Request) -> int:
        """As lists by place read it. Raises `ValidationError`."""
        return int(given(Limit(data=request.query_params))["limit"])

    def get_paginated_response(self, data: Any) -> Response:
        count = self.page.paginator.count if self.page else 0
        return Response(
            {
                "items": data,
                "count": count,
                "next": self.get_next_link(),
                "previous": self.get_previous_link(),
            }
        )

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        count = {"type": "integer", "minimum": 0, "description": "Items on all pages."}
        link = {"type": ["string", "null"], "format": "uri"}
        properties = {"items": schema, "count": count, "next": link, "previous": link}
        return {"type": "object", "required": list(properties), "properties": properties}


class Place(Limit):
    """Where a page of a timeline begins or ends, by the number that orders it."""

    before = serializers.IntegerField(required=False, min_value=0, max_value=BIGGEST)
    after = serializers.IntegerField(required=False, min_value=0, max_value=BIGGEST)

    def validate(self, attrs: dict[str, int]) -> dict[str, int]:
        if {"before", "after"} <= attrs.keys():
            raise ValidationError(_("Give `before` or `after`, not both."))
        return attrs


PLACE_PARAMETERS = [
    OpenApiParameter("before", OpenApiTypes.INT64, description="Only what is placed before this."),
    OpenApiParameter("after", OpenApiTypes.INT64, description="Only what is placed after this."),
    OpenApiParameter("limit", OpenApiTypes.INT, description="Items on a page, 100 at most."),
]


def place_of(request: Request) -> dict[str, int]:
    """The page that is asked for. Raises `ValidationError`."""
    return given(Place(data=request.query_params))


def timeline(
    request: Request,
    items: Sequence[Any],
    *,
    place: Callable[[Any], int],
    earlier: bool,
    later: bool,
) -> Response:
    """`{items, next, previous}`: oldest first; `previous` leads to what came before, `next` to what
    came after, null where there is nothing. `place` is the number of an item."""
    previous = _link(request, before=place(items[0])) if items and earlier else None
    following = _link(request, after=place(items[-1])) if items and later else None
    return Response({"items": items, "next": following, "previous": previous})


def _link(request: Request, **place: int) -> str:
    query = request.query_params.copy()
    for name in ("before", "after"):
        query.pop(name, None)
    query.update({name: str(number) for name, number in place.items()})
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
