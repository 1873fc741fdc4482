"""`/api/rooms/<room_id>/files/`: put a file in, send it with a message, get it."""

from typing import Any

from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import NotFound
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from api.doors import InRoomView, given, person_of
from api.wire import WireSerializer
from chat import queries, shapes
from chat.actions.attachments import attach_file, discard_file
from chat.errors import ChatError, ErrorCode
from chat.files.serving import contents
from chat.protocol.contents import Attachment


class AttachmentSerializer(WireSerializer):
    """A file; `url` and `preview` are for pages, programs get it from here."""

    struct = Attachment


class UploadSerializer(serializers.Serializer[Any]):
    """A file to send with a message."""

    file = serializers.FileField(allow_empty_file=True)


class FilesView(InRoomView):
    """The files of a room."""

    parser_classes = (MultiPartParser,)

    @extend_schema(
        operation_id="files_create",
        request=UploadSerializer,
        responses={201: AttachmentSerializer},
    )
    def post(self, request: Request, room_id: str) -> Response:
        """Put a file into a room; a message sends it, within a day."""
        _, head = self.member(room_id)
        wanted = given(UploadSerializer(data=request.data))
        file = wanted["file"]
        kept = attach_file(
            room=head.pk, by=person_of(request), name=file.name, source=file, size=file.size
        )
        body = AttachmentSerializer(shapes.attachment(kept, room_id=room_id)).data
        return Response(body, status=status.HTTP_201_CREATED)


class FileView(InRoomView):
    """One file."""

    @extend_schema(
        operation_id="files_retrieve",
        responses={(200, "*/*"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, room_id: str, attachment_id: int) -> HttpResponseBase:
        """Get a file of a room that one belongs to."""
        self.member(room_id)
        file = queries.attachment(
            slug=room_id, user=person_of(request), attachment_id=attachment_id
        )
        if file is None:
            raise NotFound
        return contents(
            request._request,
            path=file.path,
            mime=file.type,
            name=file.name,
            written=file.created_at,
        )

    @extend_schema(
        operation_id="files_destroy",
        responses={204: OpenApiResponse(description="It is gone.")},
    )
    def delete(self, request: Request, room_id: str, attachment_id: int) -> Response:
        """Remove a file that one has not sent."""
        _, head = self.member(room_id)
        try:
            discard_file(room=head.pk, by=person_of(request), attachment=attachment_id)
        except ChatError as error:
            if (
                error.code == ErrorCode.INVALID_EVENT
            ):  # among the unsent ones there is none of this id
                raise NotFound from None
            raise
        return Response(status=status.HTTP_204_NO_CONTENT)
