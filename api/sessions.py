"""`/api/sessions/`: the browsers one is logged in with, and their end."""

from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.actions.logins import end_login, end_other_logins
from accounts.devices import device_in_words
from accounts.models import Login
from accounts.queries.logins import logins_of
from api.doors import person_of

ENDED = {204: OpenApiResponse(description="Their sockets are closed.")}


class SessionSerializer(serializers.Serializer[Login]):
    """A browser in which one is logged in."""

    id = serializers.IntegerField(source="pk")
    device = serializers.SerializerMethodField(help_text="In words, as the browser says of itself.")
    address = serializers.IPAddressField(allow_null=True, help_text="Where it was used from last.")
    created = serializers.DateTimeField(source="created_at")
    last_used = serializers.DateTimeField(help_text="To the minute.")
    current = serializers.SerializerMethodField(help_text="Whether this request came with it.")

    def get_device(self, login: Login) -> str:
        return device_in_words(login.user_agent)

    @extend_schema_field(bool)
    def get_current(self, login: Login) -> bool:
        return login.session_key == _presented_key(self.context["request"])


class SessionListSerializer(serializers.Serializer[Any]):
    """All sessions that one has."""

    items = SessionSerializer(many=True)


class SessionsView(APIView):
    """One's sessions in browsers. Programs have tokens instead."""

    @extend_schema(operation_id="sessions_list", responses=SessionListSerializer)
    def get(self, request: Request) -> Response:
        """List the browsers one is logged in with, the last used first."""
        rows = logins_of(user=person_of(request))
        context = {"request": request}
        return Response({"items": [SessionSerializer(row, context=context).data for row in rows]})

    @extend_schema(operation_id="sessions_end_others", responses=ENDED)
    def delete(self, request: Request) -> Response:
        """End all of them, but not the one that this request comes with."""
        end_other_logins(user=person_of(request), session_key=_presented_key(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class SessionView(APIView):
    """One session."""

    @extend_schema(operation_id="sessions_end", responses=ENDED)
    def delete(self, request: Request, session_id: int) -> Response:
        """End one of one's sessions."""
        if not end_login(user=person_of(request), login_id=session_id):
            raise NotFound
        return Response(status=status.HTTP_204_NO_CONTENT)


def _presented_key(request: Request) -> str | None:
    """The session that the request came with; None for a token."""
    return None if request.auth else request.session.session_key
