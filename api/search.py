"""`/api/search/`: what was said in one's rooms and in posts, and where; and people."""

from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiParameter,
    PolymorphicProxySerializer,
    extend_schema,
    extend_schema_field,
)
from rest_framework import serializers
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.limits import MINUTE, until_next, within_limit
from accounts.queries.finding import PersonHit, WritingHit
from accounts.search.excerpts import Part
from accounts.search.words import words_of
from api.doors import given, person_of, room_of
from api.people import PersonSerializer
from chat import queries, shapes
from chat.searching import Hit, Kind, look_for

MOST = 100


class Question(serializers.Serializer[Any]):
    """What is looked for."""

    q = serializers.CharField(max_length=500)
    kind = serializers.ChoiceField(choices=list(Kind), default=Kind.MESSAGES)
    room_id = serializers.SlugField(max_length=64, required=False)
    best = serializers.BooleanField(default=False)
    page = serializers.IntegerField(min_value=1, max_value=1000, default=1)
    limit = serializers.IntegerField(min_value=1, max_value=MOST, default=20)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs.get("room_id") and attrs["kind"] != Kind.MESSAGES:
            raise serializers.ValidationError({"room_id": _("Only messages are in rooms.")})
        return attrs


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


class PostHitSerializer(serializers.Serializer[Any]):
    """A post or comment that was found, and the piece of it that tells why."""

    post_id = serializers.IntegerField(help_text="The post, or what the comment was said to.")
    comment_id = serializers.IntegerField(allow_null=True, help_text="Null for a post.")
    author = PersonSerializer()
    timestamp = serializers.DateTimeField()
    hidden = serializers.BooleanField(help_text="Whether a moderator hid it.")
    excerpt = PartSerializer(many=True)


class PersonHitSerializer(serializers.Serializer[Any]):
    """Somebody who was found, and a piece of what they say about themselves."""

    user = PersonSerializer()
    followed = serializers.BooleanField()
    follows_you = serializers.BooleanField()
    excerpt = PartSerializer(many=True)


@extend_schema_field(
    PolymorphicProxySerializer(
        component_name="AnyHit",
        serializers=[HitSerializer, PostHitSerializer, PersonHitSerializer],
        resource_type_field_name=None,
        many=True,
    )
)
class HitsField(serializers.ListField):
    """Hits, all of the kind that was asked for."""


class FoundSerializer(serializers.Serializer[Any]):
    """What was found: the newest first, or the best; people by their names first."""

    items = HitsField()
    count = serializers.IntegerField(help_text="Counted up to 1,000.")
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)


class SearchView(APIView):
    """What was said."""

    @extend_schema(
        operation_id="search",
        parameters=[
            OpenApiParameter("q", required=True, description="Words; the last may be a beginning."),
            OpenApiParameter(
                "kind",
                enum=list(Kind),
                default=Kind.MESSAGES,
                description="What to look for; comments are found with the posts.",
            ),
            OpenApiParameter("room_id", description="Only in this room; for messages."),
            OpenApiParameter(
                "best", OpenApiTypes.BOOL, description="The best first, as people always are."
            ),
            OpenApiParameter("page", OpenApiTypes.INT),
            OpenApiParameter("limit", OpenApiTypes.INT, description="Hits on a page, 100 at most."),
        ],
        responses=FoundSerializer,
    )
    def get(self, request: Request) -> Response:
        """Search what is said in one's rooms; or posts and comments; or people."""
        asked = given(Question(data=request.query_params))
        reader = person_of(request)
        room = None
        if slug := asked.get("room_id"):
            room = room_of(slug)
            queries.member(room=room, user=reader)
        limit = settings.CHAT_SEARCHES_PER_MINUTE
        if not within_limit(what="search", who=reader.pk, a_minute=limit):
            raise Throttled(wait=until_next(MINUTE))
        start = (asked["page"] - 1) * asked["limit"]
        found = look_for(
            asked["kind"],
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
                "items": [SHOWN[asked["kind"]](hit) for hit in found.hits],
                "count": found.total,
                "next": _page(request, asked["page"] + 1) if later else None,
                "previous": _page(request, asked["page"] - 1) if start else None,
            }
        )


def _message(hit: Hit) -> dict[str, Any]:
    message, room = hit.message, hit.message.room
    return {
        "room_id": room.slug,
        "room_name": room.name,
        "message_id": message.pk,
        "sequence": message.sequence,
        "sender": PersonSerializer(shapes.person(message.sender)).data,
        "timestamp": message.created_at,
        "excerpt": _excerpt(hit.parts),
    }


def _post(hit: WritingHit) -> dict[str, Any]:
    writing = hit.writing
    return {
        "post_id": hit.post.pk,
        "comment_id": hit.comment.pk if hit.comment else None,
        "author": PersonSerializer(shapes.person(writing.author)).data,
        "timestamp": writing.created_at,
        "hidden": writing.hidden_at is not None,
        "excerpt": _excerpt(hit.parts),
    }


def _person(hit: PersonHit) -> dict[str, Any]:
    return {
        "user": PersonSerializer(shapes.person(hit.row.person)).data,
        "followed": hit.row.is_followed,
        "follows_you": hit.row.follows_you,
        "excerpt": _excerpt(hit.parts),
    }


SHOWN: dict[Kind, Callable[[Any], dict[str, Any]]] = {
    Kind.MESSAGES: _message,
    Kind.POSTS: _post,
    Kind.PEOPLE: _person,
}


def _excerpt(parts: Sequence[Part]) -> list[dict[str, Any]]:
    return [{"text": part.text, "found": part.found} for part in parts]


def _page(request: Request, number: int) -> str:
    query = request.query_params.copy()
    query["page"] = str(number)
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
