"""`/api/rooms/<room_id>/changes/`: what changed in a room while one was away."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.doors import InRoomView, given
from api.messages import MessageSerializer, page_of, shown
from api.paging import BIGGEST
from chat import queries
from chat.models import Message, RoomHead
from chat.reads import must_reload


class ChangesSerializer(serializers.Serializer[Any]):
    """What changed since a number; or, with `reset`, the newest messages, to begin afresh."""

    items = MessageSerializer(many=True)
    sequence = serializers.IntegerField(help_text="Where one stands after these.")
    epoch = serializers.CharField(help_text="Which count the numbers belong to.")
    more = serializers.BooleanField(help_text="Ask again, after `sequence`.")
    reset = serializers.BooleanField(help_text="Drop everything held of this room first.")


class Standing(serializers.Serializer[Any]):
    """Where a client stands in a room."""

    after = serializers.IntegerField(min_value=0, max_value=BIGGEST)
    epoch = serializers.CharField(max_length=16)


class ChangesView(InRoomView):
    """What changed in a room, for clients that keep a copy of it."""

    @extend_schema(
        operation_id="changes_list",
        parameters=[
            OpenApiParameter(
                "after", OpenApiTypes.INT64, required=True, description="The number one stands at."
            ),
            OpenApiParameter(
                "epoch", required=True, description="The epoch that `after` belongs to."
            ),
        ],
        responses=ChangesSerializer,
    )
    def get(self, request: Request, room_id: str) -> Response:
        """Read the messages that changed after a number, in order of change, as they are now."""
        _, head = self.member(room_id)
        standing = given(Standing(data=request.query_params))
        after = standing["after"]
        if must_reload(head, epoch=standing["epoch"], position=after):
            rows, _, _ = page_of(head, limit=settings.CHAT_HISTORY_PAGE)
            return Response(_changes(head, rows, sequence=head.last_sequence, reset=True))
        limit = settings.CHAT_CHANGE_PAGE
        rows = queries.changes_after(
            room=head.pk, floor=head.floor, after=after, upto=head.last_sequence, limit=limit + 1
        )
        more = len(rows) > limit
        rows = rows[:limit]
        sequence = rows[-1].changed_sequence if more else head.last_sequence
        return Response(_changes(head, rows, sequence=sequence, more=more))


def _changes(
    head: RoomHead,
    rows: Sequence[Message],
    *,
    sequence: int,
    more: bool = False,
    reset: bool = False,
) -> dict[str, Any]:
    return {
        "items": [shown(row, head) for row in rows],
        "sequence": sequence,
        "epoch": head.epoch,
        "more": more,
        "reset": reset,
    }
