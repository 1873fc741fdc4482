"""The addresses of accounts."""

from django.urls import include, path, re_path, register_converter
from django.urls.converters import StringConverter

from accounts.models.users import USERNAME_PATTERN
from accounts.views import gate, pictures


class UsernameConverter(StringConverter):
    """Any name that could be a username, as `<username:…>` in a path."""

    regex = USERNAME_PATTERN


register_converter(UsernameConverter, "username")

urlpatterns = [
    path("accounts/signup/", gate.RegistrationView.as_view(), name="account_signup"),
    path("accounts/email/", gate.AddressView.as_view(), name="account_email"),
    path("accounts/", include("allauth.urls")),
    path("people/<username:username>/avatar.svg", pictures.avatar, name="avatar"),
    re_path(
        rf"^people/(?P<username>{USERNAME_PATTERN})/picture/(?P<name>[0-9a-f]{{16}})"
        r"-(?P<size>small|large)\.webp$",
        pictures.picture,
        name="picture",
    ),
]
