"""Posts, and comments on them: texts in Markdown, which moderators can hide."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from accounts import markdown

REASON_LIMIT = 500


class Writing(models.Model):
    """What posts and comments have in common.

    `html` is made of `body` when it is stored; `html_version` says by which rules, so that text
    that was stored under older ones is made anew when it is shown. `mentions` are the usernames
    of the people that `body` names and that existed then.
    """

    author: models.ForeignKey["Writing", models.Model]
    body = models.TextField(_("text"))
    html = models.TextField(editable=False)
    html_version = models.PositiveSmallIntegerField(editable=False)
    mentions = models.JSONField(default=list, editable=False)
    client_id = models.CharField(max_length=64, null=True, blank=True)  # noqa: DJ001 - NULLs do not collide
    created_at = models.DateTimeField(_("written"))
    hidden_at = models.DateTimeField(_("hidden"), null=True, blank=True)
    hidden_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("hidden by"),
    )
    hidden_reason = models.CharField(_("why"), max_length=REASON_LIMIT, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

    @property
    def rendered(self) -> SafeString:
        """The text as safe HTML."""
        if self.html_version == markdown.VERSION:
            return mark_safe(self.html)  # noqa: S308 - `markdown.render` made it safe
        return mark_safe(markdown.render(self.body, self.mentions))  # noqa: S308 - likewise

    @property
    def plain(self) -> str:
        """The text in one line and without marks."""
        return markdown.plain(self.rendered)

    @property
    def excerpt(self) -> str:
        """The beginning of the text, in one line and without marks."""
        return markdown.shorten(self.plain)


class Post(Writing):
    """Something that a person tells everybody here, and their followers first."""

    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="posts",
        db_index=False,  # the index below begins with it
        verbose_name=_("author"),
    )
    edited_at = models.DateTimeField(_("edited"), null=True, blank=True)

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        permissions: ClassVar = [("hide_post", _("Can hide post"))]
        constraints = (
            models.UniqueConstraint(
                fields=("author", "client_id"),
                condition=Q(client_id__isnull=False),
                name="one_post_a_client_id",
            ),
        )
        indexes = (
            models.Index(fields=("created_at", "id"), name="posts_by_time"),
            models.Index(fields=("author", "created_at", "id"), name="posts_by_author"),
            models.Index(
                fields=("created_at", "id"),
                condition=Q(hidden_at__isnull=False),
                name="hidden_posts",
            ),
            models.Index(
                fields=("author", "created_at", "id"),
                condition=Q(hidden_at__isnull=False),
                name="hidden_posts_of_author",
            ),
        )

    def get_absolute_url(self) -> str:
        return reverse("post", args=[self.pk])


class Comment(Writing):
    """What somebody says to a post."""

    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="comments",
        db_index=False,  # the index below begins with it
        verbose_name=_("author"),
    )
    post = models.ForeignKey(
        Post,
        models.CASCADE,
        related_name="comments",
        db_index=False,  # the index below begins with it
        verbose_name=_("post"),
    )

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        permissions: ClassVar = [("hide_comment", _("Can hide comment"))]
        constraints = (
            models.UniqueConstraint(
                fields=("author", "client_id"),
                condition=Q(client_id__isnull=False),
                name="one_comment_a_client_id",
            ),
        )
        indexes = (
            models.Index(fields=("post", "created_at", "id"), name="comments_of_post"),
            models.Index(fields=("author", "created_at", "id"), name="comments_by_author"),
            models.Index(fields=("created_at", "id"), name="comments_by_time"),
            models.Index(
                fields=("created_at", "id"),
                condition=Q(hidden_at__isnull=False),
                name="hidden_comments",
            ),
            models.Index(
                fields=("author", "created_at", "id"),
                condition=Q(hidden_at__isnull=False),
                name="hidden_comments_of_author",
            ),
        )

    def get_absolute_url(self) -> str:
        return f"{reverse('post', args=[self.post_id])}?comment={self.pk}#c{self.pk}"
