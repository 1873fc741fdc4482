"""`…/messages/<id>/reactions/` and `…/pin/`: what members do to a message."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.doors import InRoomView, given, person_of
from api.messages import MessageSerializer, existing, shown_anew
from chat.actions.messages import pin_message, react


class ReactionSerializer(serializers.Serializer[Any]):
    """An emoji, and whether one means it."""

    emoji = serializers.CharField(max_length=32)
    on = serializers.BooleanField()


class PinSerializer(serializers.Serializer[Any]):
    """Whether a message is pinned."""

    on = serializers.BooleanField()


class ReactionsView(InRoomView):
    """One's reactions to a message."""

    @extend_schema(
        operation_id="messages_react", request=ReactionSerializer, responses=MessageSerializer
    )
    def put(self, request: Request, room_id: str, message_id: int) -> Response:
        """React to a message, or take that back. Again changes nothing."""
        _, head = self.member(room_id)
        existing(head, message_id)
        wanted = given(ReactionSerializer(data=request.data))
        react(room=head.pk, user=person_of(request), message_id=message_id, **wanted)
        return Response(shown_anew(head, message_id))


class PinView(InRoomView):
    """Whether a message is pinned."""

    @extend_schema(operation_id="messages_pin", request=PinSerializer, responses=MessageSerializer)
    def put(self, request: Request, room_id: str, message_id: int) -> Response:
        """Pin a message for everybody, or unpin it: the right of those who moderate the room."""
        _, head = self.member(room_id)
        existing(head, message_id)
        wanted = given(PinSerializer(data=request.data))
        pin_message(room=head.pk, user=person_of(request), message_id=message_id, **wanted)
        return Response(shown_anew(head, message_id))
