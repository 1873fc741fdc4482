"""`/api/rooms/<room_id>/members/`: who belongs to a room, and what moderators do about it."""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_field,
)
from rest_framework import serializers, status
from rest_framework.exceptions import NotFound
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from api.doors import InRoomView, given, person_of
from api.paging import Pages
from api.people import PersonSerializer, somebody_called
from api.reasons import REASON_PARAMETER, ReasonSerializer, reason_in
from chat import queries, shapes
from chat.actions.memberships import invite_member
from chat.actions.moderation import (
    ban_member,
    mute_member,
    remove_member,
    set_role,
    transfer_ownership,
    unmute_member,
)
from chat.models import Membership, Role


class MemberSerializer(serializers.Serializer[Membership]):
    """Somebody who belongs to the room."""

    user = serializers.SerializerMethodField()
    role = serializers.ChoiceField(Role.choices)
    joined_at = serializers.DateTimeField()
    muted_until = serializers.DateTimeField(
        allow_null=True, help_text="Until then they can only read."
    )

    @extend_schema_field(PersonSerializer)
    def get_user(self, member: Membership) -> Any:
        return PersonSerializer(shapes.person(member.user)).data


class MemberChangesSerializer(ReasonSerializer):
    """What moderators change of a member; making somebody owner hands the room over."""

    role = serializers.ChoiceField(Role.choices, required=False)
    muted_until = serializers.DateTimeField(required=False, allow_null=True)


class RemovalSerializer(serializers.Serializer[Any]):
    """How somebody goes."""

    ban = serializers.BooleanField(default=False)


class InvitationSerializer(serializers.Serializer[Any]):
    """Whom to ask in."""

    username = serializers.CharField(max_length=150)


class InvitedSerializer(serializers.Serializer[Any]):
    """Who may join now."""

    user = PersonSerializer()
    member = serializers.BooleanField(help_text="Whether they belong to the room already.")


class MemberFilter(filters.FilterSet):
    """Which members."""

    role = filters.ChoiceFilter(choices=Role.choices)
    username = filters.CharFilter(
        field_name="user__username", lookup_expr="istartswith", max_length=150
    )


class MembersView(GenericAPIView[Membership], InRoomView):
    """The members of a room."""

    pagination_class = Pages
    filter_backends = (filters.DjangoFilterBackend,)
    filterset_class = MemberFilter
    serializer_class = InvitationSerializer  # of what one sends, which the browsed page offers

    def get_queryset(self) -> QuerySet[Membership]:
        if getattr(self, "swagger_fake_view", False):  # nobody asks while documenting
            return Membership.objects.none()
        _, head = self.member(self.kwargs["room_id"])
        return queries.members_of(room=head.pk)

    @extend_schema(operation_id="members_list", responses=MemberSerializer(many=True))
    def get(self, request: Request, room_id: str) -> Response:
        """List who belongs to a room, who has been there longest first."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response([MemberSerializer(each).data for each in page or []])

    @extend_schema(
        operation_id="members_create", request=InvitationSerializer, responses=InvitedSerializer
    )
    def post(self, request: Request, room_id: str) -> Response:
        """Let somebody join a private room that one belongs to."""
        _, head = self.member(room_id)
        wanted = given(self.get_serializer(data=request.data))
        person = somebody_called(wanted["username"])
        invitation = invite_member(room=head.pk, by=person_of(request), user=person)
        invited = {"user": shapes.person(person), "member": invitation is None}
        return Response(InvitedSerializer(invited).data)


class MemberView(InRoomView):
    """One member."""

    @extend_schema(operation_id="members_retrieve", responses=MemberSerializer)
    def get(self, request: Request, room_id: str, user_id: int) -> Response:
        """Read what somebody is in a room."""
        _, head = self.member(room_id)
        return Response(MemberSerializer(_member(head.pk, user_id)).data)

    @extend_schema(
        operation_id="members_partial_update",
        request=MemberChangesSerializer,
        responses=MemberSerializer,
    )
    def patch(self, request: Request, room_id: str, user_id: int) -> Response:
        """Give a member another role, mute them for a time, or end that: all that the body names,
        or nothing."""
        _, head = self.member(room_id)
        member = _member(head.pk, user_id)
        changes = given(MemberChangesSerializer(data=request.data))
        act = {"room": head.pk, "by": person_of(request), "user": member.user}
        act["reason"] = changes["reason"]
        with transaction.atomic():
            if role := changes.get("role"):
                _give_role(role, act)
            if "muted_until" in changes:
                _mute(changes["muted_until"], act)
        return Response(MemberSerializer(_member(head.pk, user_id)).data)

    @extend_schema(
        operation_id="members_destroy",
        parameters=[
            OpenApiParameter("ban", OpenApiTypes.BOOL, description="Keep them out as well."),
            REASON_PARAMETER,
        ],
        responses={204: OpenApiResponse(description="They do not belong to the room any more.")},
    )
    def delete(self, request: Request, room_id: str, user_id: int) -> Response:
        """Remove somebody from a room; with `ban` they cannot come back."""
        _, head = self.member(room_id)
        member = _member(head.pk, user_id)
        wanted = given(RemovalSerializer(data=request.query_params))
        act = ban_member if wanted["ban"] else remove_member
        reason = reason_in(request.query_params)
        act(room=head.pk, by=person_of(request), user=member.user, reason=reason)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _member(room: int, user_id: int) -> Membership:
    found = queries.members_of(room=room).filter(user=user_id).first()
    if found is None:
        raise NotFound
    return found


def _give_role(role: str, act: dict[str, Any]) -> None:
    if role == Role.OWNER:
        transfer_ownership(**act)
    else:
        set_role(role=Role(role), **act)


def _mute(until: Any, act: dict[str, Any]) -> None:
    if until is None:
        unmute_member(**act)
    else:
        mute_member(until=until, **act)
