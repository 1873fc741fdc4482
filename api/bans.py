"""`/api/rooms/<room_id>/bans/`: who cannot come into a room."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.exceptions import NotFound
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from api.doors import InRoomView, person_of
from api.paging import Pages
from api.people import PersonSerializer
from api.reasons import REASON_PARAMETER, reason_in
from chat import queries, shapes
from chat.actions.authority import Power, power_in
from chat.actions.moderation import unban_member
from chat.models import Ban


class BanSerializer(serializers.Serializer[Ban]):
    """Somebody who cannot come in."""

    user = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField(help_text="Since when.")

    @extend_schema_field(PersonSerializer)
    def get_user(self, ban: Ban) -> Any:
        return PersonSerializer(shapes.person(ban.user)).data


class BansView(GenericAPIView[Ban], InRoomView):
    """Who cannot come in."""

    pagination_class = Pages
    serializer_class = BanSerializer

    def get_queryset(self) -> QuerySet[Ban]:
        if getattr(self, "swagger_fake_view", False):  # nobody asks while documenting
            return Ban.objects.none()
        _, head = self.member(self.kwargs["room_id"])
        if power_in(head.room, person_of(self.request)) < Power.MODERATOR:
            self.permission_denied(self.request)
        return queries.bans_of(room=head.pk)

    @extend_schema(operation_id="bans_list", responses=BanSerializer(many=True))
    def get(self, request: Request, room_id: str) -> Response:
        """List who is banned from a room that one may moderate."""
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response([BanSerializer(each).data for each in page or []])


class BanView(InRoomView):
    """One ban."""

    @extend_schema(
        operation_id="bans_destroy",
        parameters=[REASON_PARAMETER],
        responses={204: OpenApiResponse(description="They may come back.")},
    )
    def delete(self, request: Request, room_id: str, user_id: int) -> Response:
        """Let somebody come back."""
        _, head = self.member(room_id)
        person = User.objects.filter(pk=user_id).first()
        if person is None:
            raise NotFound
        reason = reason_in(request.query_params)
        unban_member(room=head.pk, by=person_of(request), user=person, reason=reason)
        return Response(status=status.HTTP_204_NO_CONTENT)
