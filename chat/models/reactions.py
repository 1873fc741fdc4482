"""What people answer a message with where no words are needed."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber
from django.utils.translation import gettext_lazy as _


class ReactionQuerySet(models.QuerySet["Reaction"]):
    def first_of_each(self, limit: int) -> ReactionQuerySet:
        """The first `limit` of each emoji of each message, oldest first: a message that
        thousands react to loads no more rows than that.

        Each has its person's `username`, and `in_all`: how many there are of its emoji.
        """
        alike = [F("message"), F("emoji")]
        turn = Window(RowNumber(), partition_by=alike, order_by="pk")
        beside: dict[str, Any] = {
            "username": F("user__username"),
            "in_all": Window(Count("pk"), partition_by=alike),
        }
        return self.annotate(turn=turn).filter(turn__lte=limit).annotate(**beside).order_by("pk")


class Reaction(models.Model):
    """One emoji of one person on one message. Keys rise in the order of reacting, since each is
    stored under the room's lock."""

    message = models.ForeignKey(
        "chat.Message",
        models.CASCADE,
        related_name="reactions",
        db_index=False,  # the constraint below begins with it
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="reactions")
    emoji = models.CharField(_("emoji"), max_length=16)

    # Loaded by `first_of_each`.
    username: str
    in_all: int

    objects = ReactionQuerySet.as_manager()

    class Meta:
        verbose_name = _("reaction")
        verbose_name_plural = _("reactions")
        constraints = (
            models.UniqueConstraint(
                fields=("message", "user", "emoji"), name="one_reaction_a_person_and_emoji"
            ),
        )

    def __str__(self) -> str:
        return f"{self.emoji} by {self.user}"
