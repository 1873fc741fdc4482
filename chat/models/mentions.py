"""Who is mentioned where."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .rooms import Room


class Mention(models.Model):
    """A message's text names a member; never its own sender. The row goes with the text.

    `room` and `sequence` are the message's, so that what waits is counted by one index alone.
    """

    message = models.ForeignKey(
        "chat.Message",
        models.CASCADE,
        related_name="mentions",
        db_index=False,  # this and the others: the constraint and the index begin with them
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="mentions", db_index=False
    )
    room = models.ForeignKey(Room, models.CASCADE, related_name="+")
    sequence = models.BigIntegerField()

    class Meta:
        verbose_name = _("mention")
        verbose_name_plural = _("mentions")
        constraints = (
            models.UniqueConstraint(fields=("message", "user"), name="one_mention_a_person"),
        )
        indexes = (models.Index(fields=("user", "room", "sequence"), name="mentions_by_user"),)

    def __str__(self) -> str:
        return f"{self.user} in {self.message}"
