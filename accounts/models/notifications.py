"""What somebody is told that others did."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models.posts import Comment, Post


class NotificationKind(models.TextChoices):
    FOLLOW = "follow", _("follow")
    COMMENT = "comment", _("comment")
    MENTION = "mention", _("mention")


class Notification(models.Model):
    """`actor` did something that concerns `recipient`; `post` and `comment` say where.

    One thing is told once: the constraints below let nobody be told twice of the same follower,
    comment or post. A comment's notification names its post too.
    """

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="notifications",
        db_index=False,  # the index below begins with it
        verbose_name=_("recipient"),
    )
    kind = models.CharField(_("kind"), max_length=8, choices=NotificationKind.choices)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("actor")
    )
    post = models.ForeignKey(
        Post, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("post")
    )
    comment = models.ForeignKey(
        Comment, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("comment")
    )
    created_at = models.DateTimeField(_("told"), auto_now_add=True)
    read_at = models.DateTimeField(_("read"), null=True, blank=True)

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        constraints = (
            models.UniqueConstraint(
                fields=("recipient", "actor"),
                condition=Q(kind=NotificationKind.FOLLOW),
                name="a_follower_is_told_once",
            ),
            models.UniqueConstraint(
                fields=("recipient", "comment"),
                condition=Q(comment__isnull=False),
                name="a_comment_is_told_once",
            ),
            models.UniqueConstraint(
                fields=("recipient", "post"),
                condition=Q(post__isnull=False, comment__isnull=True),
                name="a_post_is_told_once",
            ),
        )
        indexes = (
            models.Index(fields=("recipient", "created_at", "id"), name="notifications_of_person"),
            models.Index(
                fields=("recipient",),
                condition=Q(read_at__isnull=True),
                name="unread_notifications",
            ),
            models.Index(fields=("created_at", "id"), name="notifications_by_time"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def writing(self) -> Post | Comment | None:
        """What it is about, if that was written."""
        return self.comment or self.post
