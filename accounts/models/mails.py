"""Mails that wait to be sent, and those that could not be."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

ERROR_LIMIT = 300


class Mail(models.Model):
    """A mail to one person, from the moment it is written until it is sent: then the row goes.

    Mails hold links that let their reader in, so nobody is shown `text` and `html` but the mail
    server. While one is being sent, `due_at` is when others may try: its sender is gone by then.
    """

    recipient = models.EmailField(_("to"))
    subject = models.CharField(_("subject"), max_length=200)
    text = models.TextField()
    html = models.TextField(blank=True)
    created_at = models.DateTimeField(_("written"))
    due_at = models.DateTimeField(_("next try"))
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    failed_at = models.DateTimeField(_("given up"), null=True, blank=True)
    error = models.CharField(_("what went wrong"), max_length=ERROR_LIMIT, blank=True)

    class Meta:
        verbose_name = _("unsent mail")
        verbose_name_plural = _("unsent mails")
        indexes = (
            models.Index(
                fields=("due_at",), condition=Q(failed_at__isnull=True), name="mails_to_send"
            ),
            models.Index(fields=("created_at", "id"), name="mails_by_time"),
        )

    def __str__(self) -> str:
        return f"mail {self.pk}"
