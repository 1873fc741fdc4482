"""`/api/rooms/`: the rooms one may know of; make and change them."""

from collections.abc import Sequence
from typing import Any, Unpack, cast

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from api.doors import given, person_of
from api.fields import ClientIdField
from api.filtering import YesOrNoFilter
from api.paging import Pages
from api.people import somebody_called
from api.reasons import ReasonSerializer
from chat import queries
from chat.actions.direct import start_direct_room
from chat.actions.moderation import set_slow_mode
from chat.actions.rooms import RoomSettings, change_room, create_room
from chat.errors import ChatError, ErrorCode
from chat.models import Membership, Role, Room, RoomKind


class SeatSerializer(serializers.Serializer[Membership]):
    """The caller's place in a room."""

    role = serializers.ChoiceField(Role.choices)
    joined_at = serializers.DateTimeField()
    read_sequence = serializers.IntegerField(help_text="Read up to this number.")
    unread = serializers.IntegerField(help_text="Counted up to 100, which means 100 or more.")


class RoomSerializer(serializers.Serializer[Room]):
    """A room, and the caller's place in it."""

    room_id = serializers.SlugField(source="slug", help_text="Its name on the wire, for ever.")
    name = serializers.CharField()
    topic = serializers.CharField(allow_blank=True)
    kind = serializers.ChoiceField(RoomKind.choices)
    closed = serializers.SerializerMethodField(help_text="Whether it can only be read.")
    slow_mode = serializers.IntegerField(help_text="Seconds between two messages of a member.")
    history_limit = serializers.IntegerField(
        allow_null=True, help_text="Messages that are kept; null for all."
    )
    created_at = serializers.DateTimeField()
    epoch = serializers.CharField(source="head.epoch", help_text="Which count numbers belong to.")
    head = serializers.IntegerField(source="head.last_sequence", help_text="Its last number.")
    membership = serializers.SerializerMethodField(help_text="Null if one is no member.")

    def get_closed(self, room: Room) -> bool:
        return room.closed_at is not None

    @extend_schema_field(SeatSerializer(allow_null=True))
    def get_membership(self, room: Room) -> Any:
        seat = self.context["seats"].get(room.pk)
        return None if seat is None else SeatSerializer(seat).data


class NewRoomSerializer(serializers.Serializer[Any]):
    """A room to make."""

    name = serializers.CharField(max_length=80)
    topic = serializers.CharField(max_length=250, required=False, allow_blank=True)
    kind = serializers.ChoiceField(
        [(kind.value, kind.label) for kind in (RoomKind.PUBLIC, RoomKind.PRIVATE)],
        default=RoomKind.PUBLIC.value,
        initial=RoomKind.PUBLIC.value,
    )
    client_id = ClientIdField()


class RoomChangesSerializer(ReasonSerializer):
    """What may be changed of a room: owners change all of it, moderators `slow_mode`."""

    name = serializers.CharField(max_length=80, required=False)
    topic = serializers.CharField(max_length=250, required=False, allow_blank=True)
    history_limit = serializers.IntegerField(
        min_value=1, max_value=2**31 - 1, required=False, allow_null=True
    )
    slow_mode = serializers.IntegerField(min_value=0, max_value=3600, required=False)


class RoomFilter(filters.FilterSet):
    """Which rooms."""

    kind = filters.ChoiceFilter(choices=RoomKind.choices)
    mine = YesOrNoFilter(method="of_mine", label="Only those one is a member of.")
    invited = YesOrNoFilter(
        method="of_invitations", label="Only those that one is invited to and may join."
    )
    closed = YesOrNoFilter(field_name="closed_at", lookup_expr="isnull", exclude=True)
    name = filters.CharFilter(lookup_expr="icontains", max_length=80)
    ordering = filters.OrderingFilter(fields=("name", "created_at"))

    def of_mine(self, rooms: QuerySet[Room], _name: str, mine: bool) -> QuerySet[Room]:
        keys = cast(User, self.request.user).memberships.values("room_id")
        return rooms.filter(pk__in=keys) if mine else rooms.exclude(pk__in=keys)

    def of_invitations(self, rooms: QuerySet[Room], _name: str, invited: bool) -> QuerySet[Room]:
        keys = cast(User, self.request.user).invitations.values("room_id")
        return rooms.filter(pk__in=keys) if invited else rooms.exclude(pk__in=keys)


class RoomsView(GenericAPIView[Room]):
    """The rooms that one may know of: public ones, one's own, and those one is invited to."""

    pagination_class = Pages
    filter_backends = (filters.DjangoFilterBackend,)
    filterset_class = RoomFilter
    serializer_class = NewRoomSerializer  # of what one sends, which the browsed page offers

    def get_queryset(self) -> QuerySet[Room]:
        if getattr(self, "swagger_fake_view", False):  # nobody asks while documenting
            return Room.objects.none()
        return queries.rooms_known_to(person_of(self.request))

    @extend_schema(operation_id="rooms_list", responses=RoomSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List the rooms one may know of, by name."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(shown(request, page or []))

    @extend_schema(
        operation_id="rooms_create", request=NewRoomSerializer, responses={201: RoomSerializer}
    )
    def post(self, request: Request) -> Response:
        """Make a room; one owns it. With a `client_id` sending it again makes none twice, and is
        answered with the room as it is by now."""
        data = given(self.get_serializer(data=request.data))
        room = create_room(
            owner=person_of(request),
            name=data["name"],
            topic=data.get("topic", ""),
            kind=RoomKind(data["kind"]),
            client_id=data.get("client_id"),
        )
        place = request.build_absolute_uri(reverse("api_room", args=[room.slug]))
        return Response(
            shown(request, [room])[0], status=status.HTTP_201_CREATED, headers={"Location": place}
        )


class RoomView(APIView):
    """One room."""

    @extend_schema(operation_id="rooms_retrieve", responses=RoomSerializer)
    def get(self, request: Request, room_id: str) -> Response:
        """Read what a room is that one may know of or is invited to. What is said in it is for
        its members."""
        return answer(request, room_id)

    @extend_schema(
        operation_id="rooms_partial_update",
        request=RoomChangesSerializer,
        responses=RoomSerializer,
    )
    def patch(self, request: Request, room_id: str) -> Response:
        """Change a room that one owns, or the slow mode of one that one moderates: all that the
        body names, or nothing."""
        room = queries.visible_room(slug=room_id, user=person_of(request))
        changes = given(RoomChangesSerializer(data=request.data))
        reason = changes.pop("reason", "")
        slow_mode = changes.pop("slow_mode", None)
        by = person_of(request)
        with transaction.atomic():
            if changes or slow_mode is None:
                _change(room, by, reason, **changes)
            if slow_mode is not None:
                set_slow_mode(room=room.pk, by=by, seconds=slow_mode, reason=reason)
        return answer(request, room_id)


def _change(room: Room, by: User, reason: str, **changes: Unpack[RoomSettings]) -> None:
    change_room(room=room.pk, by=by, reason=reason, **changes)


class DirectRoomSerializer(serializers.Serializer[Any]):
    """Whom to write to."""

    username = serializers.CharField(max_length=32)


class DirectRoomsView(APIView):
    """Rooms of two."""

    @extend_schema(
        operation_id="rooms_direct", request=DirectRoomSerializer, responses=RoomSerializer
    )
    def post(self, request: Request) -> Response:
        """Get the room that one shares with one other person; it is made if there is none."""
        wanted = given(DirectRoomSerializer(data=request.data))
        other = somebody_called(wanted["username"])
        room = start_direct_room(by=person_of(request), user=other)
        return answer(request, room.slug)


def answer(request: Request, room_id: str) -> Response:
    """The room as the caller may see it. Raises `ChatError` (`room_not_found`)."""
    room = queries.rooms_known_to(person_of(request)).filter(slug=room_id).first()
    if room is None:
        raise ChatError(ErrorCode.ROOM_NOT_FOUND)
    return Response(shown(request, [room])[0])


def shown(request: Request, rooms: Sequence[Room]) -> list[Any]:
    """Rooms as the caller sees them, heads loaded: one query for all of the caller's places."""
    seats = queries.memberships_in(rooms=[room.pk for room in rooms], user=person_of(request))
    context = {"seats": {seat.room_id: seat for seat in seats}}
    return [RoomSerializer(room, context=context).data for room in rooms]
