"""The addresses of accounts."""

from django.urls import include, path, register_converter
from django.urls.converters import StringConverter

from accounts import views
from accounts.models.users import USERNAME_PATTERN


class UsernameConverter(StringConverter):
    """Any name that could be a username, as `<username:…>` in a path."""

    regex = USERNAME_PATTERN


register_converter(UsernameConverter, "username")

urlpatterns = [
    path("accounts/signup/", views.RegistrationView.as_view(), name="account_signup"),
    path("accounts/email/", views.AddressView.as_view(), name="account_email"),
    path("accounts/", include("allauth.urls")),
    path("people/<username:username>/avatar.svg", views.avatar, name="avatar"),
]
