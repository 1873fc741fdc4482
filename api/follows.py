"""`/api/users/<id>/…`: who follows whom, and pictures."""

from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.actions.follows import follow, unfollow
from accounts.actions.pictures import remove_picture, set_picture
from accounts.paging import Page
from accounts.queries.people import Acquaintance, followed_by, followers_of, person_by_id
from api.cursors import CURSOR_PARAMETERS, cursor_of, listed
from api.doors import given, person_of
from api.profiles import ProfileSerializer, UserSerializer, changeable, shown


class PeopleListSerializer(serializers.Serializer[Any]):
    """People, the newest tie first."""

    items = UserSerializer(many=True)
    next = serializers.URLField(allow_null=True, help_text="Older ties.")
    previous = serializers.URLField(allow_null=True, help_text="Newer ties.")


class PictureSerializer(serializers.Serializer[Any]):
    """A picture; it is made anew, square and without metadata."""

    picture = serializers.FileField()


class FollowView(APIView):
    """Whether one follows somebody."""

    @extend_schema(
        operation_id="users_follow",
        request=None,
        responses={204: OpenApiResponse(description="One follows them.")},
    )
    def put(self, request: Request, user_id: int) -> Response:
        """Follow somebody. Again changes nothing."""
        follow(follower=person_of(request), followed=person_by_id(user_id))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        operation_id="users_unfollow",
        responses={204: OpenApiResponse(description="One does not follow them.")},
    )
    def delete(self, request: Request, user_id: int) -> Response:
        """Stop following somebody."""
        unfollow(follower=person_of(request), followed=person_by_id(user_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class FollowersView(APIView):
    """Who follows somebody."""

    @extend_schema(
        operation_id="users_followers",
        parameters=CURSOR_PARAMETERS,
        responses=PeopleListSerializer,
    )
    def get(self, request: Request, user_id: int) -> Response:
        """List who follows somebody."""
        reader, cursor = person_of(request), cursor_of(request)
        return _people(request, followers_of(person_by_id(user_id), reader=reader, cursor=cursor))


class FollowingView(APIView):
    """Whom somebody follows."""

    @extend_schema(
        operation_id="users_following",
        parameters=CURSOR_PARAMETERS,
        responses=PeopleListSerializer,
    )
    def get(self, request: Request, user_id: int) -> Response:
        """List whom somebody follows."""
        reader, cursor = person_of(request), cursor_of(request)
        return _people(request, followed_by(person_by_id(user_id), reader=reader, cursor=cursor))


class PictureView(APIView):
    """Somebody's picture."""

    parser_classes = (MultiPartParser,)

    @extend_schema(
        operation_id="users_picture", request=PictureSerializer, responses=ProfileSerializer
    )
    def put(self, request: Request, user_id: int) -> Response:
        """Show another picture of oneself."""
        user = changeable(request, user_id)
        wanted = given(PictureSerializer(data=request.data))
        set_picture(user=user, file=wanted["picture"])
        return shown(request, user)

    @extend_schema(operation_id="users_picture_destroy", responses={200: ProfileSerializer})
    def delete(self, request: Request, user_id: int) -> Response:
        """Let the picture drawn from the name stand for oneself again."""
        user = changeable(request, user_id)
        remove_picture(user=user)
        return shown(request, user)


def _people(request: Request, page: Page[Acquaintance]) -> Response:
    context = {"reader": person_of(request)}
    items = [UserSerializer(each.person, context=context).data for each in page.items]
    return listed(request, page, items)
