"""An account made over HTTP: its address looked at by others, and a mail that lets its owner in."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import ResetPasswordForm
from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext as _
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.actions.registration import register
from accounts.models import User
from accounts.models.users import validate_username
from api.profiles import UserSerializer


@contextmanager
def refusals_of_fields() -> Iterator[None]:
    """Django's own checks refuse in a way that REST framework does not understand."""
    try:
        yield
    except ValidationError as error:
        raise serializers.ValidationError(error.messages) from None


class NewUserSerializer(serializers.Serializer[Any]):
    """An account to make. Without a password its owner gets a mail to set one."""

    username = serializers.CharField(max_length=32)
    email = serializers.EmailField(max_length=254)
    password = serializers.CharField(max_length=1000, trim_whitespace=False, required=False)

    def validate_username(self, username: str) -> str:
        with refusals_of_fields():
            validate_username(username)
        if User.objects.filter(username__iexact=username).exists():
            raise serializers.ValidationError(_("That username is taken."))
        return username

    def validate_email(self, email: str) -> str:
        if User.objects.filter(email__iexact=email).exists():
            raise serializers.ValidationError(_("That email address is taken."))
        return email

    def validate_password(self, password: str) -> str:
        with refusals_of_fields():
            return str(get_adapter().clean_password(password))


def make_account(request: Request, data: dict[str, Any]) -> Response:
    """Make the account that a `NewUserSerializer` has read, and write to its owner."""
    user = register(username=data["username"], email=data["email"], password=data.get("password"))
    if "password" in data:
        EmailAddress.objects.get(user=user).send_confirmation(request._request, signup=True)
    else:
        form = ResetPasswordForm(data={"email": user.email})
        form.is_valid()
        form.save(request._request)
    place = request.build_absolute_uri(reverse("api_user", args=[user.pk]))
    body = UserSerializer(user, context={"reader": user}).data
    return Response(body, status=status.HTTP_201_CREATED, headers={"Location": place})


class Unfinished(Response):
    """An account is asked for, and its address has still to be looked at by others."""

    def __init__(self, view: APIView, request: Request, data: dict[str, Any]) -> None:
        super().__init__()
        self._view, self._request, self._data = view, request, data

    @property
    def address(self) -> str:
        return str(self._data["email"])

    def finish(self, *, plausible: bool) -> Response:
        """The answer, now that one knows."""
        try:
            if not plausible:
                raise serializers.ValidationError({"email": [_("This address does not work.")]})
            response = make_account(self._request, self._data)
        except Exception as error:  # noqa: BLE001 - as REST framework's own dispatch
            response = self._view.handle_exception(error)
        finished: Response = self._view.finalize_response(self._request, response)
        return finished
