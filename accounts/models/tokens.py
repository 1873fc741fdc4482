"""Bearer tokens, stored as a hash; the token itself is shown once, when it is made."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from knox.models import AbstractAuthToken

TOKEN_NAME_LIMIT = 60


class AuthToken(AbstractAuthToken):
    """One bearer token of one person; `digest` is the hash of the token and the primary key.

    `name` is what its owner calls it.
    """

    name = models.CharField(
        _("name"), max_length=TOKEN_NAME_LIMIT, blank=True, default="", db_default=""
    )
    last_used = models.DateTimeField(_("last used"), null=True, blank=True)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")

    def __str__(self) -> str:
        return f"{self.token_key}…"
