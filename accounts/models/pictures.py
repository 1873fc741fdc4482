"""Pictures of people, in the database: small, backed up with it, and there for every server."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Picture(models.Model):
    """The present picture of a person as WebP, in two sizes. `User.picture` names it."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+"
    )
    small = models.BinaryField()
    large = models.BinaryField()

    class Meta:
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")

    def __str__(self) -> str:
        return f"picture of {self.user_id}"
