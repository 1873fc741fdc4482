"""Files that go with messages."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from chat.files.storage import attachment_storage, preview_of

from .messages import Message
from .rooms import Room


class AttachmentKind(models.TextChoices):
    PICTURE = "picture", _("picture")
    FILE = "file", _("file")


class Attachment(models.Model):
    """A file that somebody put into a room; without a message as long as it is not sent.

    Its contents never change, and go after the commit in which the row goes.
    """

    room = models.ForeignKey(Room, models.CASCADE, related_name="attachments")
    uploader = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="attachments",
        verbose_name=_("uploaded by"),
    )
    message = models.ForeignKey(
        Message, models.CASCADE, null=True, blank=True, related_name="attachments"
    )
    place = models.PositiveSmallIntegerField(default=0)  # among those of its message
    file = models.FileField(storage=attachment_storage)
    has_preview = models.BooleanField(default=False)
    name = models.CharField(_("name"), max_length=100)
    type = models.CharField(_("type"), max_length=100)
    kind = models.CharField(_("kind"), max_length=7, choices=AttachmentKind.choices)
    size = models.PositiveBigIntegerField(_("size"))
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(_("uploaded"), auto_now_add=True)

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ("place", "pk")
        indexes = (
            models.Index(
                fields=("created_at",), condition=Q(message=None), name="unsent_attachments"
            ),
            # For the sweep, which asks which of the files it found are still somebody's.
            models.Index(fields=("file",), name="attachments_by_file"),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def path(self) -> str:
        """Where its contents are in the storage."""
        return str(self.file.name)

    @property
    def preview_path(self) -> str:
        return preview_of(self.path)

    def url_in(self, slug: str) -> str:
        """The address of the file in the room of that slug."""
        return reverse("attachment", args=[slug, self.pk, self.name])

    def preview_url_in(self, slug: str) -> str:
        """The address of the small picture, where there is one."""
        return reverse("attachment-preview", args=[slug, self.pk])
