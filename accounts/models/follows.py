"""Who follows whom."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Follow(models.Model):
    """`follower` has the posts of `followed` in their feed."""

    follower = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="+",
        db_index=False,  # the constraint and the index below begin with it
        verbose_name=_("follower"),
    )
    followed = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="+",
        db_index=False,  # the index below begins with it
        verbose_name=_("followed"),
    )
    created_at = models.DateTimeField(_("since"), auto_now_add=True)

    class Meta:
        verbose_name = _("follow")
        verbose_name_plural = _("follows")
        constraints = (
            models.UniqueConstraint(fields=("follower", "followed"), name="follow_once"),
            models.CheckConstraint(
                condition=~Q(follower=F("followed")), name="nobody_follows_themselves"
            ),
        )
        indexes = (
            models.Index(fields=("followed", "created_at", "id"), name="followers_by_time"),
            models.Index(fields=("follower", "created_at", "id"), name="followed_by_time"),
            models.Index(fields=("created_at", "id"), name="follows_by_time"),
        )

    def __str__(self) -> str:
        return f"{self.follower} → {self.followed}"
