"""`/api/posts/`, `/api/users/<id>/posts/` and `/api/feed/`: what people tell everybody."""

from typing import Any

from django.conf import settings
from django.urls import reverse
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.actions.hiding import hide, show
from accounts.actions.posts import delete_post, edit_post, write_post
from accounts.actions.rights import may_read
from accounts.models import Post
from accounts.queries.people import person_by_id
from accounts.queries.posts import explore, feed, post_by_id, posts_by
from api.cursors import CURSOR_PARAMETERS, cursor_of, listed
from api.doors import given, person_of
from api.fields import ClientIdField
from api.people import PersonSerializer
from api.reasons import ReasonSerializer
from chat import shapes


class WritingSerializer(serializers.Serializer[Any]):
    """What posts and comments have in common. What a moderator hid has no text but for its author
    and for moderators."""

    id = serializers.IntegerField(source="pk")
    body = serializers.SerializerMethodField(help_text="As it was written, in Markdown.")
    html = serializers.SerializerMethodField(help_text="The same as safe HTML.")
    author = serializers.SerializerMethodField()
    timestamp = serializers.DateTimeField(source="created_at")
    hidden = serializers.SerializerMethodField(help_text="Whether a moderator hid it.")

    def get_body(self, writing: Any) -> str:
        return str(writing.body) if self._is_shown(writing) else ""

    def get_html(self, writing: Any) -> str:
        return str(writing.rendered) if self._is_shown(writing) else ""

    @extend_schema_field(PersonSerializer)
    def get_author(self, writing: Any) -> Any:
        return PersonSerializer(shapes.person(writing.author)).data

    def get_hidden(self, writing: Any) -> bool:
        return writing.hidden_at is not None

    def _is_shown(self, writing: Any) -> bool:
        return may_read(self.context["reader"], writing)


class PostSerializer(WritingSerializer):
    """A post."""

    edited_at = serializers.DateTimeField(allow_null=True)
    comments = serializers.IntegerField(source="comment_count", help_text="Counted up to 1,000.")


class PostListSerializer(serializers.Serializer[Any]):
    """Posts, the newest first."""

    items = PostSerializer(many=True)
    next = serializers.URLField(allow_null=True, help_text="Older posts.")
    previous = serializers.URLField(allow_null=True, help_text="Newer posts.")


BODY = f"Markdown of at most {settings.POST_TEXT_LIMIT:,} characters."


class NewPostSerializer(serializers.Serializer[Any]):
    """A text in Markdown."""

    body = serializers.CharField(trim_whitespace=False, help_text=BODY)
    client_id = ClientIdField()


class PostEditSerializer(serializers.Serializer[Any]):
    """Another text."""

    body = serializers.CharField(trim_whitespace=False, help_text=BODY)


class HidingSerializer(ReasonSerializer):
    """Whether a notice stands in its place, and why."""

    hidden = serializers.BooleanField()


class PostsView(APIView):
    """Everybody's posts."""

    @extend_schema(
        operation_id="posts_list", parameters=CURSOR_PARAMETERS, responses=PostListSerializer
    )
    def get(self, request: Request) -> Response:
        """Read everybody's posts, the newest first."""
        return posts_listed(request, explore(cursor=cursor_of(request)))

    @extend_schema(
        operation_id="posts_create", request=NewPostSerializer, responses={201: PostSerializer}
    )
    def post(self, request: Request) -> Response:
        """Publish something. With a `client_id` sending it again publishes nothing twice."""
        data = given(NewPostSerializer(data=request.data))
        post = write_post(
            author=person_of(request), text=data["body"], client_id=data.get("client_id")
        )
        place = request.build_absolute_uri(reverse("api_post", args=[post.pk]))
        return Response(
            post_shown(request, post.pk),
            status=status.HTTP_201_CREATED,
            headers={"Location": place},
        )


class PostsByView(APIView):
    """Somebody's posts."""

    @extend_schema(
        operation_id="users_posts", parameters=CURSOR_PARAMETERS, responses=PostListSerializer
    )
    def get(self, request: Request, user_id: int) -> Response:
        """Read what somebody published, the newest first."""
        page = posts_by(person_by_id(user_id), cursor=cursor_of(request))
        return posts_listed(request, page)


class FeedView(APIView):
    """One's feed."""

    @extend_schema(
        operation_id="feed_list", parameters=CURSOR_PARAMETERS, responses=PostListSerializer
    )
    def get(self, request: Request) -> Response:
        """Read one's own posts and those of whom one follows, the newest first."""
        return posts_listed(request, feed(person_of(request), cursor=cursor_of(request)))


class PostView(APIView):
    """One post."""

    @extend_schema(operation_id="posts_retrieve", responses=PostSerializer)
    def get(self, request: Request, post_id: int) -> Response:
        """Read a post."""
        return Response(post_shown(request, post_id))

    @extend_schema(
        operation_id="posts_partial_update", request=PostEditSerializer, responses=PostSerializer
    )
    def patch(self, request: Request, post_id: int) -> Response:
        """Give a post of one's own another text."""
        post_by_id(post_id)
        wanted = given(PostEditSerializer(data=request.data))
        edit_post(post_id=post_id, by=person_of(request), text=wanted["body"])
        return Response(post_shown(request, post_id))

    @extend_schema(
        operation_id="posts_destroy",
        responses={204: OpenApiResponse(description="It is gone, and its comments with it.")},
    )
    def delete(self, request: Request, post_id: int) -> Response:
        """Delete a post of one's own."""
        delete_post(post_id=post_id, by=person_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class PostHidingView(APIView):
    """What moderators do about a post."""

    @extend_schema(operation_id="posts_hide", request=HidingSerializer, responses=PostSerializer)
    def put(self, request: Request, post_id: int) -> Response:
        """Let a notice stand in place of a post, or show it again: a moderator's right."""
        post: Post = post_by_id(post_id)
        wanted = given(HidingSerializer(data=request.data))
        if wanted["hidden"]:
            hide(post, by=person_of(request), reason=wanted["reason"])
        else:
            show(post, by=person_of(request))
        return Response(post_shown(request, post_id))


def post_shown(request: Request, post_id: int) -> Any:
    context = {"reader": person_of(request)}
    return PostSerializer(post_by_id(post_id), context=context).data


def posts_listed(request: Request, page: Any) -> Response:
    context = {"reader": person_of(request)}
    return listed(
        request, page, [PostSerializer(post, context=context).data for post in page.items]
    )
