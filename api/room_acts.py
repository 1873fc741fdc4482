"""`/api/rooms/<room_id>/join/` and `leave/`, `read/`, `close/`, `reopen/`: acts on a room."""

from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.doors import given, person_of, room_of
from api.reasons import ReasonSerializer, reason_in
from api.rooms import RoomSerializer, SeatSerializer, answer
from chat import queries
from chat.actions.memberships import end_membership, join_room
from chat.actions.moderation import close_room, reopen_room
from chat.actions.receipts import mark_read


class JoinView(APIView):
    """Become a member."""

    @extend_schema(operation_id="rooms_join", request=None, responses=RoomSerializer)
    def post(self, request: Request, room_id: str) -> Response:
        """Join a public room, or one that one is invited to. Who is a member stays one."""
        join_room(room=room_of(room_id), user=person_of(request))
        return answer(request, room_id)


class LeaveView(APIView):
    """Stop being a member."""

    @extend_schema(
        operation_id="rooms_leave",
        request=None,
        responses={204: OpenApiResponse(description="One is no member any more.")},
    )
    def post(self, request: Request, room_id: str) -> Response:
        """Leave a room for good; all one's sessions leave it too."""
        end_membership(room=room_of(room_id), user=person_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class CloseView(APIView):
    """Let a room only be read."""

    @extend_schema(operation_id="rooms_close", request=ReasonSerializer, responses=RoomSerializer)
    def post(self, request: Request, room_id: str) -> Response:
        """Close a room that one owns: from now on it can only be read."""
        close_room(room=room_of(room_id), by=person_of(request), reason=reason_in(request.data))
        return answer(request, room_id)


class ReopenView(APIView):
    """Let a closed room be written in."""

    @extend_schema(operation_id="rooms_reopen", request=ReasonSerializer, responses=RoomSerializer)
    def post(self, request: Request, room_id: str) -> Response:
        """Reopen a room that one owns."""
        reopen_room(room=room_of(room_id), by=person_of(request), reason=reason_in(request.data))
        return answer(request, room_id)


class ReadSerializer(serializers.Serializer[Any]):
    """How far one has read."""

    sequence = serializers.IntegerField(min_value=0, max_value=2**63 - 1)


class ReadView(APIView):
    """How far one has read."""

    @extend_schema(operation_id="rooms_read", request=ReadSerializer, responses=SeatSerializer)
    def post(self, request: Request, room_id: str) -> Response:
        """Say that one has read up to a number; it never goes back."""
        key = room_of(room_id)
        queries.member(room=key, user=person_of(request))
        wanted = given(ReadSerializer(data=request.data))
        mark_read(room=key, user=person_of(request), sequence=wanted["sequence"])
        seat = queries.membership_with_unread(room=key, user=person_of(request))
        return Response(SeatSerializer(seat).data)
