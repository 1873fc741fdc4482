"""How the API shows people, and what they may change of themselves."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions.profile import describe, rename
from accounts.models import User
from accounts.models.users import ABOUT_LIMIT
from accounts.queries.people import person_by_id, profile_of
from api.doors import given, person_of

CHANGE_ANYBODY = "accounts.change_user"


class UserSerializer(serializers.Serializer[User]):
    """Somebody, as everybody may see them; `email` only oneself and administrators."""

    id = serializers.IntegerField(source="pk")
    username = serializers.CharField()
    name = serializers.CharField(source="display_name")
    first_name = serializers.CharField(allow_blank=True)
    last_name = serializers.CharField(allow_blank=True)
    avatar = serializers.CharField(source="avatar_url", help_text="Path of the picture.")
    about_me = serializers.CharField(allow_blank=True)
    last_seen = serializers.DateTimeField(allow_null=True)
    date_joined = serializers.DateTimeField()
    email = serializers.SerializerMethodField(help_text="Null to everybody else.")

    def get_email(self, user: User) -> str | None:
        return user.email if may_change(self.context["reader"], user) else None


class TiesSerializer(serializers.Serializer[Any]):
    """How somebody stands to who asks; numbers are counted up to a bound."""

    followed = serializers.BooleanField(source="is_followed")
    follows_you = serializers.BooleanField()
    followers = serializers.IntegerField()
    following = serializers.IntegerField()
    posts = serializers.IntegerField()


class ProfileSerializer(UserSerializer):
    """Somebody, and how they stand to who asks."""

    ties = serializers.SerializerMethodField()

    @extend_schema_field(TiesSerializer)
    def get_ties(self, user: User) -> Any:
        return TiesSerializer(profile_of(user, reader=self.context["reader"])).data


class ProfileChangesSerializer(serializers.Serializer[Any]):
    """What people tell of themselves."""

    first_name = serializers.CharField(max_length=150, allow_blank=True)
    last_name = serializers.CharField(max_length=150, allow_blank=True)
    about_me = serializers.CharField(max_length=ABOUT_LIMIT, allow_blank=True)


def may_change(reader: User, user: User) -> bool:
    """Whether `reader` is that person, or an administrator. Superusers are their own affair."""
    if reader.pk == user.pk:
        return True
    return reader.has_perm(CHANGE_ANYBODY) and (reader.is_superuser or not user.is_superuser)


def changeable(request: Request, user_id: int) -> User:
    """The person, if the caller may change them. Raises `PermissionDenied`, `AccountsError`."""
    user = person_by_id(user_id)
    if not may_change(person_of(request), user):
        raise PermissionDenied
    return user


def shown(request: Request, user: User) -> Response:
    context = {"reader": person_of(request)}
    return Response(ProfileSerializer(user, context=context).data)


def changed(request: Request, user: User, *, partial: bool) -> Response:
    """Change what the body names of `user`, and show the result."""
    data = given(ProfileChangesSerializer(data=request.data, partial=partial))
    if names := {name: data[name] for name in ("first_name", "last_name") if name in data}:
        rename(user=user, **names)
    if "about_me" in data:
        describe(user=user, about_me=data["about_me"])
    return shown(request, user)
