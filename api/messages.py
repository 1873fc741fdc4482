"""`/api/rooms/<room_id>/messages/`: read a room, and write in it."""

from typing import Any

from django.conf import settings
from django.urls import reverse
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from api.caching import not_modified, versioned
from api.doors import InRoomView, given, person_of
from api.fields import ClientIdField
from api.paging import BIGGEST, PLACE_PARAMETERS, place_of, timeline
from api.reasons import REASON_PARAMETER, reason_in
from api.wire import WireSerializer
from chat import queries, shapes
from chat.actions.messages import delete_message, edit_message, send_message
from chat.models import Message, RoomHead
from chat.protocol.contents import MessageBody


class MessageSerializer(WireSerializer):
    struct = MessageBody


class MessageListSerializer(serializers.Serializer[Any]):
    """Messages, oldest first."""

    items = MessageSerializer(many=True)
    next = serializers.URLField(allow_null=True, help_text="What came after these.")
    previous = serializers.URLField(allow_null=True, help_text="What came before these.")


class NewMessageSerializer(serializers.Serializer[Any]):
    """Something to say."""

    message = serializers.CharField(
        trim_whitespace=False,
        help_text=f"Plain text of at most {settings.CHAT_TEXT_LIMIT:,} characters.",
        allow_blank=True,
    )
    client_id = ClientIdField()
    reply_to = serializers.IntegerField(required=False, min_value=1, max_value=BIGGEST)
    attachments = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=BIGGEST),
        required=False,
        max_length=100,
        help_text="Ids of files that one has put into the room; the text may be empty then.",
    )


class MessageEditSerializer(serializers.Serializer[Any]):
    """Another text."""

    message = serializers.CharField(
        trim_whitespace=False,
        help_text=f"Plain text of at most {settings.CHAT_TEXT_LIMIT:,} characters.",
        allow_blank=True,
    )
    base_sequence = serializers.IntegerField(
        required=False,
        min_value=0,
        max_value=BIGGEST,
        help_text="The `text_sequence` one has seen; 409 if the text has changed since.",
    )


class MessagesView(InRoomView):
    """The messages of a room."""

    @extend_schema(
        operation_id="messages_list", parameters=PLACE_PARAMETERS, responses=MessageListSerializer
    )
    def get(self, request: Request, room_id: str) -> Response:
        """Read the messages of a room, the newest if no place is given."""
        _, head = self.member(room_id)
        page = place_of(request)
        version = versioned(request, head)
        if unchanged := not_modified(request, version):
            return unchanged
        rows, earlier, later = page_of(head, **page)
        response = timeline(
            request,
            [shown(row, head) for row in rows],
            place=lambda message: int(message["sequence"]),
            earlier=earlier,
            later=later,
        )
        response["ETag"] = version
        return response

    @extend_schema(
        operation_id="messages_create",
        request=NewMessageSerializer,
        responses={201: MessageSerializer},
    )
    def post(self, request: Request, room_id: str) -> Response:
        """Say something. With a `client_id` sending it again stores nothing twice."""
        _, head = self.member(room_id)
        data = given(NewMessageSerializer(data=request.data))
        message = send_message(
            room=head.pk,
            sender=person_of(request),
            text=data["message"],
            client_id=data.get("client_id"),
            reply_to=data.get("reply_to"),
            attachments=data.get("attachments", ()),
        )
        place = reverse("api_message", args=[room_id, message.pk])
        return Response(
            shown_anew(head, message.pk),
            status=status.HTTP_201_CREATED,
            headers={"Location": request.build_absolute_uri(place)},
        )


class MessageView(InRoomView):
    """One message."""

    @extend_schema(operation_id="messages_retrieve", responses=MessageSerializer)
    def get(self, request: Request, room_id: str, message_id: int) -> Response:
        """Read one message, or the tombstone of a deleted one."""
        _, head = self.member(room_id)
        message = existing(head, message_id)
        version = versioned(request, head)
        return not_modified(request, version) or Response(
            shown(message, head), headers={"ETag": version}
        )

    @extend_schema(
        operation_id="messages_partial_update",
        request=MessageEditSerializer,
        responses=MessageSerializer,
    )
    def patch(self, request: Request, room_id: str, message_id: int) -> Response:
        """Give one's own message another text."""
        _, head = self.member(room_id)
        existing(head, message_id)
        wanted = given(MessageEditSerializer(data=request.data))
        edit_message(
            room=head.pk,
            user=person_of(request),
            message_id=message_id,
            text=wanted["message"],
            base_sequence=wanted.get("base_sequence"),
        )
        return Response(shown_anew(head, message_id))

    @extend_schema(
        operation_id="messages_destroy",
        parameters=[REASON_PARAMETER],
        responses={204: OpenApiResponse(description="A tombstone stays.")},
    )
    def delete(self, request: Request, room_id: str, message_id: int) -> Response:
        """Delete one's own message, or, as a moderator, somebody else's."""
        _, head = self.member(room_id)
        existing(head, message_id)
        delete_message(
            room=head.pk,
            user=person_of(request),
            message_id=message_id,
            reason=reason_in(request.query_params),
        )
        return Response(status=status.HTTP_204_NO_CONTENT)


def page_of(
    head: RoomHead, *, limit: int, before: int | None = None, after: int | None = None
) -> tuple[list[Message], bool, bool]:
    """The rows of a page, whether there are earlier ones, and whether there are later ones."""
    if after is not None:
        rows, later = queries.messages_after(
            room=head.pk, floor=head.floor, after=after, limit=limit
        )
        return rows, after >= head.floor, later
    end = head.last_sequence + 1 if before is None else before
    rows, earlier = queries.messages_before(room=head.pk, floor=head.floor, before=end, limit=limit)
    return rows, earlier, end <= head.last_sequence


def existing(head: RoomHead, message_id: int) -> Message:
    """A message of the room. Raises `NotFound`."""
    message = queries.message_of(head=head, message_id=message_id)
    if message is None:
        raise NotFound
    return message


def shown_anew(head: RoomHead, message_id: int) -> Any:
    """A message as it is after a change."""
    return shown(Message.objects.as_shown().get(pk=message_id), head)


def shown(message: Message, head: RoomHead) -> Any:
    """A message of the room, as the wire shows it."""
    return MessageSerializer(shapes.message_body(message, room_id=head.room.slug)).data
