"""`/api/notifications/`: what one was told that others did."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.actions.notifications import mark_all_read
from accounts.models import Notification, NotificationKind
from accounts.queries.notifications import notifications_of, unread_count
from api.cursors import CURSOR_PARAMETERS, cursor_of, listed
from api.doors import given, person_of
from api.people import PersonSerializer
from chat import shapes


class NotificationSerializer(serializers.Serializer[Notification]):
    """Something that somebody did."""

    id = serializers.IntegerField(source="pk")
    kind = serializers.ChoiceField(NotificationKind.choices)
    actor = serializers.SerializerMethodField(help_text="Who did it.")
    post_id = serializers.IntegerField(allow_null=True)
    comment_id = serializers.IntegerField(allow_null=True)
    timestamp = serializers.DateTimeField(source="created_at")
    read = serializers.SerializerMethodField()

    @extend_schema_field(PersonSerializer)
    def get_actor(self, told: Notification) -> Any:
        return PersonSerializer(shapes.person(told.actor)).data

    def get_read(self, told: Notification) -> bool:
        return told.read_at is not None


class NotificationListSerializer(serializers.Serializer[Any]):
    """Notifications, the newest first."""

    items = NotificationSerializer(many=True)
    next = serializers.URLField(allow_null=True, help_text="Older ones.")
    previous = serializers.URLField(allow_null=True, help_text="Newer ones.")


class SeenSerializer(serializers.Serializer[Any]):
    """How far one has read."""

    upto = serializers.IntegerField(
        min_value=1, max_value=2**63 - 1, help_text="The id of the last that one has seen."
    )


class UnreadSerializer(serializers.Serializer[Any]):
    """How many wait."""

    unread = serializers.IntegerField()


class NotificationsView(APIView):
    """What one was told."""

    @extend_schema(
        operation_id="notifications_list",
        parameters=CURSOR_PARAMETERS,
        responses=NotificationListSerializer,
    )
    def get(self, request: Request) -> Response:
        """Read what one was told, the newest first."""
        page = notifications_of(person_of(request), cursor=cursor_of(request))
        return listed(request, page, [NotificationSerializer(told).data for told in page.items])


class UnreadView(APIView):
    """How many wait, and that they do no more."""

    @extend_schema(operation_id="notifications_count", responses=UnreadSerializer)
    def get(self, request: Request) -> Response:
        """Count what one has not read."""
        return Response({"unread": unread_count(person_of(request))})

    @extend_schema(
        operation_id="notifications_read", request=SeenSerializer, responses=UnreadSerializer
    )
    def post(self, request: Request) -> Response:
        """Say that one has read everything up to a notification, on all of one's devices."""
        wanted = given(SeenSerializer(data=request.data))
        mark_all_read(recipient=person_of(request), newest=wanted["upto"])
        return Response({"unread": unread_count(person_of(request))})
