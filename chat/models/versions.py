"""What a message said before it was edited."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class MessageVersion(models.Model):
    """An earlier text of a message. It goes when the message does, or becomes a tombstone.

    `sequence` is the room's number with which the text came.
    """

    message = models.ForeignKey(
        "chat.Message",
        models.CASCADE,
        related_name="versions",
        db_index=False,  # the constraint below begins with it
    )
    sequence = models.BigIntegerField(_("sequence"))
    text = models.TextField(_("text"))
    written_at = models.DateTimeField(_("written"))

    class Meta:
        verbose_name = _("earlier text")
        verbose_name_plural = _("earlier texts")
        ordering = ("sequence",)
        constraints = (
            models.UniqueConstraint(fields=("message", "sequence"), name="one_version_a_number"),
        )

    def __str__(self) -> str:
        return f"{self.message_id} at {self.sequence}"
