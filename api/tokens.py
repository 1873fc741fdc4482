"""`/api/tokens/`: a bearer token for a name and a password, the tokens one has, and their end."""

from typing import Any

from django.contrib.auth import authenticate
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated, NotFound
from rest_framework.permissions import AllowAny, BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from accounts.actions.tokens import create_token, revoke_token, rotate_token
from accounts.identity import Identity
from accounts.models import AuthToken, User
from accounts.queries.addresses import must_confirm_email
from accounts.queries.tokens import tokens_of
from api.authentication import SCHEME
from api.credentials import Credentials, presented_credentials
from api.doors import given, person_of
from api.people import PersonSerializer
from api.throttles import AddressThrottle, NameThrottle
from chat import shapes

REVOKED = {204: OpenApiResponse(description="Its sockets are closed.")}


class FreshTokenSerializer(serializers.Serializer[Any]):
    """A token, shown this once."""

    token = serializers.CharField()
    expiry = serializers.DateTimeField(help_text="When it ends by itself.")
    user = PersonSerializer()


class TokenSerializer(serializers.Serializer[AuthToken]):
    """A token as far as it may be shown again."""

    key = serializers.CharField(source="token_key", help_text="How it begins.")
    name = serializers.CharField(help_text="What its owner calls it.")
    created = serializers.DateTimeField()
    last_used = serializers.DateTimeField(allow_null=True, help_text="To the minute.")
    expiry = serializers.DateTimeField(allow_null=True)
    current = serializers.SerializerMethodField(help_text="Whether this request came with it.")

    @extend_schema_field(bool)
    def get_current(self, token: AuthToken) -> bool:
        return bool(token.digest == presented_digest(self.context["request"]))


class TokenListSerializer(serializers.Serializer[Any]):
    """All tokens that one has."""

    items = TokenSerializer(many=True)


class TokensView(APIView):
    """One's tokens."""

    def get_authenticators(self) -> list[BaseAuthentication]:
        """Read no token on POST: an old one must not stand in the way of a new one."""
        method = getattr(self.request, "method", None)  # there is no request while documenting
        return [] if method == "POST" else super().get_authenticators()

    def get_permissions(self) -> list[BasePermission]:
        return [AllowAny() if self.request.method == "POST" else IsAuthenticated()]

    def get_throttles(self) -> list[BaseThrottle]:
        if self.request.method == "POST":
            return [AddressThrottle(), NameThrottle()]
        return super().get_throttles()

    def get_authenticate_header(self, request: Request) -> str:
        """Never `Basic`, for which browsers open a window of their own."""
        return SCHEME

    @extend_schema(operation_id="tokens_list", responses=TokenListSerializer)
    def get(self, request: Request) -> Response:
        """List the tokens one has, the newest first."""
        rows = tokens_of(user=person_of(request))
        context = {"request": request}
        return Response({"items": [TokenSerializer(row, context=context).data for row in rows]})

    @extend_schema(
        operation_id="tokens_create",
        request=Credentials,
        responses={201: FreshTokenSerializer},
    )
    def post(self, request: Request) -> Response:
        """Make a token. Credentials come in the body or as HTTP Basic; a wrong name, a wrong
        password, and an account that may not come in are all refused alike."""
        credentials = given(Credentials(data=presented_credentials(request)))
        name = credentials.pop("name")
        user = authenticate(request, **credentials)
        if not isinstance(user, User) or must_confirm_email(user=user):
            raise AuthenticationFailed(_("That name and password do not match."))
        return _fresh(*create_token(user=user, name=name))

    @extend_schema(operation_id="tokens_revoke", responses=REVOKED)
    def delete(self, request: Request) -> Response:
        """Revoke the token that this request comes with."""
        digest = presented_digest(request)
        if digest is None:
            raise NotAuthenticated
        revoke_token(user=person_of(request), digest=digest)
        return Response(status=status.HTTP_204_NO_CONTENT)


class RotateView(APIView):
    """A token in place of another."""

    @extend_schema(
        operation_id="tokens_rotate", request=None, responses={201: FreshTokenSerializer}
    )
    def post(self, request: Request) -> Response:
        """Make a token in place of the one that this request comes with, which ends."""
        digest = presented_digest(request)
        if digest is None:
            raise NotAuthenticated
        fresh = rotate_token(user=person_of(request), digest=digest)
        if fresh is None:  # another request was quicker
            raise NotAuthenticated
        return _fresh(*fresh)


class TokenView(APIView):
    """One token."""

    @extend_schema(operation_id="tokens_destroy", responses=REVOKED)
    def delete(self, request: Request, key: str) -> Response:
        """Revoke one of one's tokens, named by how it begins."""
        row = tokens_of(user=person_of(request)).filter(token_key=key).first()
        if row is None:
            raise NotFound
        revoke_token(user=person_of(request), digest=row.digest)
        return Response(status=status.HTTP_204_NO_CONTENT)


def presented_digest(request: Request) -> str | None:
    """The digest of the token that the request came with; None for a session."""
    return request.auth.token_digest if isinstance(request.auth, Identity) else None


def _fresh(row: AuthToken, token: str) -> Response:
    body = {"token": token, "expiry": row.expiry, "user": shapes.person(row.user)}
    return Response(
        FreshTokenSerializer(body).data,
        status=status.HTTP_201_CREATED,
        headers={"Cache-Control": "no-store"},
    )
