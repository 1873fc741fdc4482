"""The person: a name, perhaps an address, and a version that says whether a login still counts."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractUser, UserManager
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Upper
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts.models.fields import AddressField, RisingField

USERNAME_LIMIT = 32
ABOUT_LIMIT = 500
USERNAME_PATTERN = rf"[A-Za-z0-9][A-Za-z0-9._-]{{0,{USERNAME_LIMIT - 1}}}"

# Python's `$` also matches before a closing line feed; `\Z` does not.
validate_username = RegexValidator(
    rf"^{USERNAME_PATTERN}\Z",
    _("Use letters without accents, digits, and . _ - after the first character."),
)


class PeopleManager(UserManager["User"]):
    """Makes people, and finds them by name whatever its case."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the person called `username` in any case.

        Raises:
            User.DoesNotExist: nobody is called so.
        """
        return self.get(username__iexact=username)

    def create_user(
        self,
        username: str,
        email: str | None = None,
        password: str | None = None,
        **extra_fields: Any,
    ) -> "User":
        """Store and return a person, as an operator may: without an address, or with any password.

        Raises:
            ValidationError: the username cannot stand in an address of a page.
            IntegrityError: the username or the e-mail address is taken.
        """
        validate_username(username)
        return super().create_user(username, email, password, **extra_fields)


class User(AbstractUser):  # type: ignore[django-manager-missing] # knox comes without types
    """One person.

    `username` keeps the case it was typed in; no two people share one in any case. `email` is
    unique too, but people made by an operator may have none. `access_version` rises whenever
    every login of the person ends. `picture` names the picture that they uploaded; it is empty
    where the one drawn from the name stands for them.
    """

    username = models.CharField(
        _("username"),
        max_length=USERNAME_LIMIT,
        unique=True,
        validators=[validate_username],
        help_text=_("Up to 32 letters, digits, and . _ -"),
        error_messages={"unique": _("That username is taken.")},
    )
    email = AddressField(_("email address"), blank=True)
    about_me = models.TextField(_("about me"), max_length=ABOUT_LIMIT, blank=True)
    picture = models.CharField(_("picture"), max_length=16, blank=True, editable=False)
    last_seen = models.DateTimeField(_("last seen"), null=True, blank=True, editable=False)
    access_version = RisingField(default=1, editable=False)
    shows_receipts = models.BooleanField(
        _("shows receipts"),
        default=True,
        db_default=True,
        help_text=_("Others see how far this person has read in direct and small rooms."),
    )

    objects: ClassVar[PeopleManager] = PeopleManager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        # Upper, not Lower: `iexact` compares UPPER(…) on PostgreSQL, so these indexes serve it.
        constraints: ClassVar = [
            models.UniqueConstraint(
                Upper("username"),
                name="unique_username_in_any_case",
                violation_error_message=_("That username is taken."),
            ),
            models.UniqueConstraint(
                Upper("email"),
                name="unique_email_in_any_case",
                condition=~models.Q(email=""),
                violation_error_message=_("That email address is taken."),
            ),
        ]
        # For the few among many: filters of the admin's list, which is in this order.
        indexes: ClassVar = [
            models.Index(
                fields=("username",), condition=models.Q(is_active=False), name="suspended_people"
            ),
            models.Index(fields=("username",), condition=models.Q(is_staff=True), name="staff"),
        ]

    @property
    def display_name(self) -> str:
        return self.get_full_name() or self.username

    @property
    def names(self) -> str:
        """All that the person is called."""
        return f"{self.username} {self.get_full_name()}".rstrip()

    @property
    def avatar_url(self) -> str:
        """The address of the small picture; it changes when the picture does."""
        return picture_url(self.username, self.picture, "small")

    @property
    def large_avatar_url(self) -> str:
        return picture_url(self.username, self.picture, "large")

    def get_absolute_url(self) -> str:
        return reverse("profile", args=[self.username])

    def get_session_auth_hash(self) -> str:
        """Return what every session of this person must carry: it changes with the password and
        with `access_version`, so that raising the version ends all sessions without finding them.
        """
        return self._session_hash(secret=settings.SECRET_KEY)

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        """Yield the same hash under each older secret key that is still accepted."""
        for secret in settings.SECRET_KEY_FALLBACKS:
            yield self._session_hash(secret=secret)

    def _session_hash(self, *, secret: str | bytes) -> str:
        value = f"{self.access_version}:{self.password}"
        return salted_hmac(
            "accounts.User.session", value, secret=secret, algorithm="sha256"
        ).hexdigest()


@lru_cache(maxsize=10_000)
def picture_url(username: str, picture: str, size: str) -> str:
    """Every frame of a message shows one; working it out takes as long as encoding the rest."""
    if not picture:
        return reverse("avatar", args=[username])
    return reverse("picture", args=[username, picture, size])
