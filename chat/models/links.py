"""Links that let whoever holds one into a private room."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .rooms import Room


def fresh_token() -> str:
    """Nobody guesses it: 144 random bits, as 24 characters that may stand in an address."""
    return secrets.token_urlsafe(18)


class InviteLink(models.Model):
    """An invitation for whoever holds its token, until it is revoked, expired or used up.

    It carries the right of who made it: it opens nothing once that person moderates no more.
    """

    room = models.ForeignKey(Room, models.CASCADE, related_name="links")
    token = models.CharField(max_length=32, unique=True, default=fresh_token, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("made by")
    )
    created_at = models.DateTimeField(_("made"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    use_limit = models.PositiveIntegerField(_("use limit"), null=True, blank=True)
    uses = models.PositiveIntegerField(_("uses"), default=0)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("invitation link")
        verbose_name_plural = _("invitation links")

    def __str__(self) -> str:
        return f"{self.room} ({self.pk})"
