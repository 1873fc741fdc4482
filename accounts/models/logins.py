"""Logins in browsers, as their owners see them: one row for each session of Django."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

USER_AGENT_LIMIT = 300


class Login(models.Model):
    """A browser in which somebody is logged in. Django's session decides whether they still are;
    this row says where that is. `address` is the network address that was seen last.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="logins",
        db_index=False,  # the index below begins with it
        verbose_name=_("person"),
    )
    session_key = models.CharField(max_length=40, unique=True, editable=False)
    # The person's at that time: with an older one the session has ended, whatever stands here.
    access_version = models.PositiveIntegerField(editable=False)
    address = models.GenericIPAddressField(_("network address"), null=True, blank=True)
    user_agent = models.CharField(_("browser"), max_length=USER_AGENT_LIMIT, blank=True)
    created_at = models.DateTimeField(_("since"))
    last_used = models.DateTimeField(_("last used"))

    class Meta:
        verbose_name = _("login")
        verbose_name_plural = _("logins")
        indexes = (models.Index(fields=("user", "last_used"), name="logins_of_person"),)

    def __str__(self) -> str:
        return f"login {self.pk}"
