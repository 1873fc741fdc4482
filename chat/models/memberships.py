"""Who belongs to a room, and who was asked to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .rooms import Room, RoomKind

if TYPE_CHECKING:
    from accounts.models import User


class Role(models.TextChoices):
    OWNER = "owner", _("owner")
    MODERATOR = "moderator", _("moderator")
    MEMBER = "member", _("member")


class Membership(models.Model):
    """A person belongs to a room. The row goes when the membership ends; the room's history
    keeps the joining and the leaving as system messages."""

    # Without indexes of their own: those below begin with them.
    room = models.ForeignKey(Room, models.CASCADE, related_name="memberships", db_index=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships", db_index=False
    )
    role = models.CharField(_("role"), max_length=9, choices=Role.choices, default=Role.MEMBER)
    joined_at = models.DateTimeField(_("joined"), auto_now_add=True)
    # The room's number of the joining: an older leaving that arrives late does not end it.
    joined_sequence = models.BigIntegerField(default=0)
    muted_until = models.DateTimeField(_("muted until"), null=True, blank=True)
    # When the member last spoke; kept only where slow mode asks for it.
    spoke_at = models.DateTimeField(null=True, blank=True, editable=False)
    read_sequence = models.BigIntegerField(_("read up to"), default=0)
    # How far the member has ever read, where they put `read_sequence` back: what others were told
    # of it stays true.
    seen_sequence = models.BigIntegerField(null=True, blank=True, editable=False)
    # Nothing rings: clients only count what comes.
    silenced = models.BooleanField(_("silenced"), default=False, db_default=False)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = (
            models.UniqueConstraint(fields=("room", "user"), name="one_membership_a_person"),
        )
        indexes = (
            models.Index(fields=("room", "id"), name="memberships_by_room"),
            models.Index(fields=("user", "id"), name="memberships_by_user"),
            models.Index(fields=("role", "id"), name="memberships_by_role"),
            models.Index(fields=("id",), condition=Q(muted_until__isnull=False), name="muted"),
        )

    def __str__(self) -> str:
        return f"{self.user} in {self.room}"

    @property
    def is_muted(self) -> bool:
        return self.muted_until is not None and self.muted_until > timezone.now()

    @property
    def may_moderate(self) -> bool:
        return self.role in (Role.OWNER, Role.MODERATOR)

    @property
    def other(self) -> User | None:
        """The other person of a direct room, with the pair loaded; nobody in other rooms."""
        if self.room.kind != RoomKind.DIRECT:
            return None
        pair = self.room.pair
        return pair.second if pair.first_id == self.user_id else pair.first


class Invitation(models.Model):
    """The right of one person to join one private room; used up by joining."""

    room = models.ForeignKey(Room, models.CASCADE, related_name="invitations")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="invitations")
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(_("invited"), auto_now_add=True)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = (
            models.UniqueConstraint(fields=("room", "user"), name="one_invitation_a_person"),
        )

    def __str__(self) -> str:
        return f"{self.user} to {self.room}"
