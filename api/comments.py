"""`/api/posts/<id>/comments/` and `/api/comments/`: what people say to posts."""

from typing import Any

from django.conf import settings
from django.urls import reverse
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.actions.comments import delete_comment, write_comment
from accounts.actions.hiding import hide, show
from accounts.queries.posts import comment_by_id, comments_on, post_by_id
from api.cursors import CURSOR_PARAMETERS, cursor_of, listed
from api.doors import given, person_of
from api.posts import HidingSerializer, NewPostSerializer, WritingSerializer


class CommentSerializer(WritingSerializer):
    """A comment."""

    post_id = serializers.IntegerField()


class CommentListSerializer(serializers.Serializer[Any]):
    """Comments, the oldest first."""

    items = CommentSerializer(many=True)
    next = serializers.URLField(allow_null=True, help_text="Newer comments.")
    previous = serializers.URLField(allow_null=True, help_text="Older comments.")


class NewCommentSerializer(NewPostSerializer):
    """A text in Markdown, about a post."""

    body = serializers.CharField(
        trim_whitespace=False,
        help_text=f"Markdown of at most {settings.COMMENT_TEXT_LIMIT:,} characters.",
    )


class CommentsView(APIView):
    """What was said to a post."""

    @extend_schema(
        operation_id="comments_list", parameters=CURSOR_PARAMETERS, responses=CommentListSerializer
    )
    def get(self, request: Request, post_id: int) -> Response:
        """Read the comments on a post, the oldest first."""
        page = comments_on(post_by_id(post_id), cursor=cursor_of(request))
        context = {"reader": person_of(request)}
        items = [CommentSerializer(comment, context=context).data for comment in page.items]
        return listed(request, page, items)

    @extend_schema(
        operation_id="comments_create",
        request=NewCommentSerializer,
        responses={201: CommentSerializer},
    )
    def post(self, request: Request, post_id: int) -> Response:
        """Say something to a post."""
        post_by_id(post_id)
        wanted = given(NewCommentSerializer(data=request.data))
        comment = write_comment(
            post_id=post_id,
            author=person_of(request),
            text=wanted["body"],
            client_id=wanted.get("client_id"),
        )
        place = request.build_absolute_uri(reverse("api_comment", args=[comment.pk]))
        return Response(
            comment_shown(request, comment.pk),
            status=status.HTTP_201_CREATED,
            headers={"Location": place},
        )


class CommentView(APIView):
    """One comment."""

    @extend_schema(operation_id="comments_retrieve", responses=CommentSerializer)
    def get(self, request: Request, comment_id: int) -> Response:
        """Read a comment."""
        return Response(comment_shown(request, comment_id))

    @extend_schema(
        operation_id="comments_destroy",
        responses={204: OpenApiResponse(description="It is gone.")},
    )
    def delete(self, request: Request, comment_id: int) -> Response:
        """Delete a comment: one's own, or one on one's own post."""
        delete_comment(comment_id=comment_id, by=person_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class CommentHidingView(APIView):
    """What moderators do about a comment."""

    @extend_schema(
        operation_id="comments_hide", request=HidingSerializer, responses=CommentSerializer
    )
    def put(self, request: Request, comment_id: int) -> Response:
        """Let a notice stand in place of a comment, or show it again: a moderator's right."""
        comment = comment_by_id(comment_id)
        wanted = given(HidingSerializer(data=request.data))
        if wanted["hidden"]:
            hide(comment, by=person_of(request), reason=wanted["reason"])
        else:
            show(comment, by=person_of(request))
        return Response(comment_shown(request, comment_id))


def comment_shown(request: Request, comment_id: int) -> Any:
    context = {"reader": person_of(request)}
    return CommentSerializer(comment_by_id(comment_id), context=context).data
