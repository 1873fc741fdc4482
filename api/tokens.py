"""`/api/tokens/`: a bearer token for a name and a password, and its end."""

from typing import Any

from django.contrib.auth import authenticate
from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from accounts.actions.tokens import create_token, revoke_token
from accounts.identity import Identity
from accounts.models import User
from accounts.queries.addresses import must_confirm_email
from api.authentication import SCHEME, BearerAuthentication
from api.credentials import Credentials, presented_credentials
from api.throttles import AddressThrottle, NameThrottle


class TokensView(APIView):
    """POST makes a token, DELETE revokes the one it came with."""

    permission_classes = ()

    def get_authenticators(self) -> list[BaseAuthentication]:
        """Read no token on POST: an old one must not stand in the way of a new one."""
        return [BearerAuthentication()] if self.request.method == "DELETE" else []

    def get_throttles(self) -> list[BaseThrottle]:
        return [AddressThrottle(), NameThrottle()] if self.request.method == "POST" else []

    def get_authenticate_header(self, request: Request) -> str:
        """Never `Basic`, for which browsers open a window of their own."""
        return SCHEME

    def post(self, request: Request) -> Response:
        """Answer 201 `{token, expiry, user}`; 401 alike for a wrong name, a wrong password, and
        an account that may not come in.
        """
        credentials = Credentials(data=presented_credentials(request))
        credentials.is_valid(raise_exception=True)
        user = authenticate(request, **credentials.validated_data)
        if not isinstance(user, User) or must_confirm_email(user=user):
            raise AuthenticationFailed(_("That name and password do not match."))
        row, token = create_token(user=user)
        return Response(
            {"token": token, "expiry": row.expiry, "user": user_shape(user)},
            status=status.HTTP_201_CREATED,
            headers={"Cache-Control": "no-store"},
        )

    def delete(self, request: Request) -> Response:
        """Answer 204; 401 without a token that holds."""
        if not isinstance(request.auth, Identity) or request.auth.token_digest is None:
            raise NotAuthenticated
        revoke_token(user=request.auth.user, digest=request.auth.token_digest)
        return Response(status=status.HTTP_204_NO_CONTENT)


def user_shape(user: User) -> dict[str, Any]:
    """Return how everybody sees `user`."""
    return {
        "id": user.pk,
        "username": user.username,
        "name": user.display_name,
        "avatar": user.avatar_url,
    }
