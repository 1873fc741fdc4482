"""`/api/search/`: what was said in one's rooms, and where."""

from typing import Any

from django.conf import settings
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.limits import MINUTE, within_limit
from accounts.search.words import words_of
from api.doors import person_of, room_of
from api.people import PersonSerializer
from chat import queries, shapes
from chat.searching import Hit, search_messages

MOST = 100


class Question(serializers.Serializer[Any]):
    """What is looked for."""

    q = serializers.CharField(max_length=500)
    room_id = serializers.SlugField(max_length=64, required=False)
    best = serializers.BooleanField(default=False)
    page = serializers.IntegerField(min_value=1, max_value=1000, default=1)
    limit = serializers.IntegerField(min_value=1, max_value=MOST, default=20)


class PartSerializer(serializers.Serializer[Any]):
    """A piece of an excerpt."""

    text = serializers.CharField()
    found = serializers.BooleanField(help_text="Whether it is one of the words.")


class HitSerializer(serializers.Serializer[Any]):
    """A message that was found, and the piece of it that tells why."""

    room_id = serializers.CharField()
    room_name = serializers.CharField()
    message_id = serializers.IntegerField()
    sequence = serializers.IntegerField(help_text="Its place in the room.")
    sender = PersonSerializer()
    timestamp = serializers.DateTimeField()
    excerpt = PartSerializer(many=True)


class FoundSerializer(serializers.Serializer[Any]):
    """What was found, the newest first, or the best."""

    items = HitSerializer(many=True)
    count = serializers.IntegerField(help_text="Counted up to 1,000.")
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)


class SearchView(APIView):
    """What was said."""

    @extend_schema(
        operation_id="search",
        parameters=[
            OpenApiParameter("q", required=True, description="Words; the last may be a beginning."),
            OpenApiParameter("room_id", description="Only in this room."),
            OpenApiParameter("best", OpenApiTypes.BOOL, description="The best first."),
            OpenApiParameter("page", OpenApiTypes.INT),
            OpenApiParameter("limit", OpenApiTypes.INT, description="Hits on a page, 100 at most."),
        ],
        responses=FoundSerializer,
    )
    def get(self, request: Request) -> Response:
        """Search what is said in the rooms that one belongs to."""
        question = Question(data=request.query_params)
        question.is_valid(raise_exception=True)
        asked = question.validated_data
        reader = person_of(request)
        room = None
        if slug := asked.get("room_id"):
            room = room_of(slug)
            queries.member(room=room, user=reader)
        limit = settings.CHAT_SEARCHES_PER_MINUTE
        if not within_limit(what="search", who=reader.pk, a_minute=limit):
            raise Throttled(wait=MINUTE)
        start = (asked["page"] - 1) * asked["limit"]
        found = search_messages(
            user=reader,
            words=words_of(asked["q"]),
            room=room,
            best=asked["best"],
            start=start,
            size=asked["limit"],
        )
        later = start + asked["limit"] < found.total
        return Response(
            {
                "items": [_shown(hit) for hit in found.hits],
                "count": found.total,
                "next": _page(request, asked["page"] + 1) if later else None,
                "previous": _page(request, asked["page"] - 1) if start else None,
            }
        )


def _shown(hit: Hit) -> dict[str, Any]:
    message, room = hit.message, hit.message.room
    return {
        "room_id": room.slug,
        "room_name": room.name,
        "message_id": message.pk,
        "sequence": message.sequence,
        "sender": PersonSerializer(shapes.person(message.sender)).data,
        "timestamp": message.created_at,
        "excerpt": [{"text": part.text, "found": part.found} for part in hit.parts],
    }


def _page(request: Request, number: int) -> str:
    query = request.query_params.copy()
    query["page"] = str(number)
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
