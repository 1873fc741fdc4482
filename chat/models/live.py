"""The place of live sessions among the models: they are in Redis, and have no table."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.models import User


class LivePerson(User):  # type: ignore[django-manager-missing] # knox comes without types
    """Somebody who is connected now. Gives the admin's page of live sessions its name and its
    permission; who is connected is told by `chat.live_sessions`."""

    class Meta:
        proxy = True
        default_permissions = ("view",)
        verbose_name = _("live session")
        verbose_name_plural = _("live sessions")
