"""Bearer tokens, stored as a hash; the token itself is shown once, when it is made."""

from django.utils.translation import gettext_lazy as _
from knox.models import AbstractAuthToken


class AuthToken(AbstractAuthToken):
    """One bearer token of one person; `digest` is the hash of the token and the primary key."""

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")

    def __str__(self) -> str:
        return f"{self.token_key}…"
