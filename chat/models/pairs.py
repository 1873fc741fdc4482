"""The two people of a direct room."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .rooms import Room


class DirectPair(models.Model):
    """Whose room a direct room is. The smaller id stands first, so that a pair has one room,
    whichever of the two begins, and both at once."""

    room = models.OneToOneField(Room, models.CASCADE, primary_key=True, related_name="pair")
    first = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        db_index=False,  # the constraint below begins with it
    )
    second = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("pair")
        verbose_name_plural = _("pairs")
        constraints = (
            models.UniqueConstraint(fields=("first", "second"), name="one_room_a_pair"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="the_smaller_id_first"),
        )

    def __str__(self) -> str:
        return f"{self.first} and {self.second}"
