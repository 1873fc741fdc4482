"""Who calls the API: the bearer of a token."""

from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.identity import Identity, by_token
from accounts.models import User

SCHEME = "Bearer"


class BearerAuthentication(BaseAuthentication):
    """`Authorization: Bearer …`. One query; knox's own class makes several and deletes tokens."""

    def authenticate(self, request: Request) -> tuple[User, Identity] | None:
        scheme, _space, token = get_authorization_header(request).partition(b" ")
        if scheme.lower() != SCHEME.lower().encode():
            return None
        identity = by_token(token=token.strip().decode("latin-1"))
        if identity is None:
            raise AuthenticationFailed(_("This token does not hold, or not any more."))
        return identity.user, identity

    def authenticate_header(self, request: Request) -> str:
        return SCHEME
