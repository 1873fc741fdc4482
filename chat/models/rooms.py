"""A room, and the head that numbers everything that happens in it."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from accounts.models import User


class RoomKind(models.TextChoices):
    PUBLIC = "public", _("public")
    PRIVATE = "private", _("private")
    DIRECT = "direct", _("direct")


class RoomQuerySet(models.QuerySet["Room"]):
    def visible_to(self, user: User) -> RoomQuerySet:
        """The rooms whose existence `user` may know of: public ones and the person's own."""
        return self.filter(
            Q(kind=RoomKind.PUBLIC) | Q(pk__in=user.memberships.values("room_id")),
        )

    def open(self) -> RoomQuerySet:
        return self.filter(closed_at=None)


class Room(models.Model):
    """A place to talk. Its slug is its name on the wire (`room_id`) and never changes.

    `client_id` is what its maker calls the making of it; a retry is compared with `request_hash`,
    the SHA-256 of what was asked for, so that no later change makes a false conflict. Direct rooms,
    and those that are older than this, have neither.
    """

    slug = models.SlugField(_("slug"), max_length=64, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=80)
    topic = models.CharField(_("topic"), max_length=250, blank=True)
    kind = models.CharField(
        _("kind"), max_length=8, choices=RoomKind.choices, default=RoomKind.PUBLIC
    )
    history_limit = models.PositiveIntegerField(
        _("history limit"),
        null=True,
        blank=True,
        help_text=_("How many messages are kept. Empty: all of them."),
    )
    slow_mode = models.PositiveSmallIntegerField(
        _("slow mode"), default=0, help_text=_("Seconds between two messages of a member.")
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    client_id = models.CharField(max_length=64, null=True, editable=False)  # noqa: DJ001 - NULLs do not collide
    request_hash = models.BinaryField(max_length=32, null=True)

    objects: ClassVar[models.Manager[Room]] = models.Manager.from_queryset(RoomQuerySet)()

    class Meta:
        verbose_name = _("room")
        verbose_name_plural = _("rooms")
        ordering = ("name", "pk")
        permissions = (
            ("moderate_rooms", _("Can moderate all rooms")),
            ("read_private_rooms", _("Can read private rooms, which is logged")),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("created_by", "client_id"),
                condition=Q(client_id__isnull=False),
                name="one_room_a_client_id",
            ),
        )
        indexes = (
            models.Index(fields=("name", "id"), name="rooms_by_name"),
            models.Index(fields=("kind", "name", "id"), name="rooms_by_kind"),
            models.Index(
                fields=("kind", "name", "id"),
                condition=Q(closed_at__isnull=False),
                name="closed_rooms",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def is_public(self) -> bool:
        return self.kind == RoomKind.PUBLIC


def fresh_epoch() -> str:
    return secrets.token_hex(8)


class RoomHead(models.Model):
    """The counter of a room, in a row of its own: whoever locks it orders the room's changes.

    `epoch` changes when the numbers start anew (a backup was restored). `floor` is the smallest
    sequence that may still exist: everything below it was pruned.
    """

    room = models.OneToOneField(
        Room, models.CASCADE, primary_key=True, related_name="head", verbose_name=_("room")
    )
    epoch = models.CharField(max_length=16, default=fresh_epoch)
    last_sequence = models.BigIntegerField(default=0)
    floor = models.BigIntegerField(default=1)

    class Meta:
        verbose_name = _("head")
        verbose_name_plural = _("heads")

    def __str__(self) -> str:
        return f"{self.room_id}@{self.last_sequence}"
