"""What the API's resources share: who asks, what they give, and in which room."""

from typing import Any, cast

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.models import User
from chat import queries
from chat.errors import ChatError, ErrorCode
from chat.models import Membership, RoomHead


def person_of(request: Request) -> User:
    """Who asks; only for resources that let nobody else in."""
    return cast(User, request.user)


def given(serializer: serializers.BaseSerializer[Any]) -> dict[str, Any]:
    """What the request gives, as `serializer` reads it. Raises `ValidationError`."""
    serializer.is_valid(raise_exception=True)
    found: dict[str, Any] = serializer.validated_data
    return found


def room_of(slug: str) -> int:
    """The key of the room called `slug`. Raises `ChatError` (`room_not_found`)."""
    key = queries.room_key(slug)
    if key is None:
        raise ChatError(ErrorCode.ROOM_NOT_FOUND)
    return key


class InRoomView(APIView):
    """Something of one room, for its members."""

    def member(self, slug: str) -> tuple[Membership, RoomHead]:
        """The caller's membership, and the head with its room. Strangers of a hidden room hear the
        same as of none. Raises `ChatError`."""
        return queries.member(room=room_of(slug), user=person_of(self.request))
