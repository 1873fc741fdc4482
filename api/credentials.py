"""Name and password, as a request brings them."""

import base64
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.authentication import get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.models.tokens import TOKEN_NAME_LIMIT


class Credentials(serializers.Serializer[None]):
    """A username or e-mail address, a password, and perhaps a name for the token."""

    username = serializers.CharField(max_length=254)
    password = serializers.CharField(max_length=1000, trim_whitespace=False)
    name = serializers.CharField(
        max_length=TOKEN_NAME_LIMIT,
        required=False,
        allow_blank=True,
        default="",
        help_text="What its owner shall know the token by.",
    )


def presented_credentials(request: Request) -> Any:
    """Return what the Basic header or else the body says, unchecked.

    Raises:
        AuthenticationFailed: the header cannot be read.
    """
    scheme, _space, encoded = get_authorization_header(request).partition(b" ")
    if scheme.lower() != b"basic":
        return request.data
    try:
        name, _colon, password = base64.b64decode(encoded).decode().partition(":")
    except ValueError:
        raise AuthenticationFailed(_("This Basic header cannot be read.")) from None
    return {"username": name, "password": password}
