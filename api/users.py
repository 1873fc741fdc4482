"""`/api/users/`: people, made, shown, changed, followed, and gone."""

from asgiref.sync import sync_to_async
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import AllowAny, BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from accounts import address_check
from accounts.actions.registration import close_account
from accounts.models import User
from accounts.queries.people import person_by_id
from api.doors import given, person_of
from api.paging import Pages
from api.profiles import (
    ProfileChangesSerializer,
    ProfileSerializer,
    UserSerializer,
    changeable,
    changed,
    shown,
)
from api.registration import NewUserSerializer, Unfinished, make_account
from api.throttles import RegistrationThrottle
from api.waiting import without_thread

GONE = {204: OpenApiResponse(description="Nobody can log in as them any more.")}


class UserFilter(filters.FilterSet):
    """Which people."""

    username = filters.CharFilter(lookup_expr="istartswith", max_length=32)


class UsersView(GenericAPIView[User]):
    """Everybody."""

    pagination_class = Pages
    filter_backends = (filters.DjangoFilterBackend,)
    filterset_class = UserFilter
    serializer_class = NewUserSerializer  # of what one sends, which the browsed page offers
    queryset = User.objects.filter(is_active=True).order_by("pk")

    def get_permissions(self) -> list[BasePermission]:
        return [AllowAny() if self.request.method == "POST" else IsAuthenticated()]

    def get_throttles(self) -> list[BaseThrottle]:
        if self.request.method == "POST":
            return [RegistrationThrottle()]
        return super().get_throttles()

    @extend_schema(operation_id="users_list", responses=UserSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List everybody who has an account."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        context = {"reader": person_of(request)}
        items = [UserSerializer(user, context=context).data for user in page or []]
        return self.get_paginated_response(items)

    @extend_schema(
        operation_id="users_create", request=NewUserSerializer, responses={201: UserSerializer}
    )
    def post(self, request: Request) -> Response:
        """Make an account. Its address has to be confirmed by mail before it can be used."""
        wanted = given(self.get_serializer(data=request.data))
        if address_check.is_on():
            return Unfinished(self, request, wanted)
        return make_account(request, wanted)


@csrf_exempt
async def users(request: HttpRequest) -> HttpResponseBase:
    """`UsersView`, which may have to ask others; meanwhile its thread serves somebody else."""
    response = await sync_to_async(UsersView.as_view())(request)
    if isinstance(response, Unfinished):
        async with without_thread():
            plausible = await address_check.is_plausible(response.address)
        response = await sync_to_async(response.finish)(plausible=plausible)
    return response


users.cls, users.initkwargs = UsersView, {}  # type: ignore[attr-defined] # the schema asks for them


class UserView(APIView):
    """One person."""

    @extend_schema(operation_id="users_retrieve", responses=ProfileSerializer)
    def get(self, request: Request, user_id: int) -> Response:
        """Read what somebody tells of themselves."""
        return shown(request, person_by_id(user_id))

    @extend_schema(
        operation_id="users_update", request=ProfileChangesSerializer, responses=ProfileSerializer
    )
    def put(self, request: Request, user_id: int) -> Response:
        """Change all that somebody tells of themselves: one's own, or as an administrator."""
        return changed(request, changeable(request, user_id), partial=False)

    @extend_schema(
        operation_id="users_partial_update",
        request=ProfileChangesSerializer,
        responses=ProfileSerializer,
    )
    def patch(self, request: Request, user_id: int) -> Response:
        """Change some of what somebody tells of themselves: one's own, or as an administrator."""
        return changed(request, changeable(request, user_id), partial=True)

    @extend_schema(operation_id="users_destroy", responses=GONE)
    def delete(self, request: Request, user_id: int) -> Response:
        """Close an account for good: one's own, or as an administrator."""
        close_account(user=changeable(request, user_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class MeView(APIView):
    """Oneself."""

    @extend_schema(operation_id="me_retrieve", responses=ProfileSerializer)
    def get(self, request: Request) -> Response:
        """Read what one tells of oneself."""
        return shown(request, person_of(request))

    @extend_schema(
        operation_id="me_partial_update",
        request=ProfileChangesSerializer,
        responses=ProfileSerializer,
    )
    def patch(self, request: Request) -> Response:
        """Change some of what one tells of oneself."""
        return changed(request, person_of(request), partial=True)
