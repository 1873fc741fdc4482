"""`/api/`, `/api/schema/` and `/api/docs/`: where to begin, and the API described, by itself and
without any outside host."""

from typing import Any

from csp.decorators import csp_update
from django.urls import reverse
from django.utils.decorators import method_decorator
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.policy import INLINE_STYLES

START = {
    "me": "api_me",
    "users": "api_users",
    "tokens": "api_tokens",
    "sessions": "api_sessions",
    "rooms": "api_rooms",
    "search": "api_search",
    "feed": "api_feed",
    "posts": "api_posts",
    "notifications": "api_notifications",
    "schema": "api_schema",
    "docs": "api_docs",
}


class StartSerializer(serializers.Serializer[Any]):
    """Where everything else begins."""

    def get_fields(self) -> dict[str, Any]:
        return {name: serializers.URLField() for name in START}


class RootView(APIView):
    """Parley's API. Log in with `POST /api/tokens/`."""

    permission_classes = (AllowAny,)

    @extend_schema(operation_id="root", responses=StartSerializer)
    def get(self, request: Request) -> Response:
        """List where to begin, for everybody."""
        places = {name: reverse(view) for name, view in START.items()}
        return Response({name: request.build_absolute_uri(at) for name, at in places.items()})


class SchemaView(SpectacularAPIView):
    """The OpenAPI document, for everybody."""


@method_decorator(csp_update(INLINE_STYLES), name="dispatch")
class DocsView(SpectacularSwaggerSplitView):
    """The same to read and try."""

    url_name = "api_schema"
