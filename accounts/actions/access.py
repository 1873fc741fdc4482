"""Ending access: of one login, of one token, of everything a person holds."""

from importlib import import_module

from django.conf import settings
from django.db import transaction
from django.db.models import F

from accounts.models import AuthToken, Login, User
from accounts.signals import EndReason, announce_access_ended


@transaction.atomic
def end_all_access(*, user: User, reason: EndReason) -> None:
    """End every session and token of `user` and raise their `access_version`.

    Sessions end because their hash covers the version. A browser that shall stay logged in needs
    `django.contrib.auth.update_session_auth_hash` afterwards.
    """
    User.objects.filter(pk=user.pk).update(access_version=F("access_version") + 1)
    AuthToken.objects.filter(user=user).delete()
    Login.objects.filter(user=user).delete()
    user.refresh_from_db(fields=["access_version"])
    announce_access_ended(user_id=user.pk, reason=reason)


@transaction.atomic
def end_session(*, user: User, session_key: str) -> None:
    """End one login of `user` in a browser: its session is gone before anybody hears of it."""
    import_module(settings.SESSION_ENGINE).SessionStore(session_key).delete()
    Login.objects.filter(session_key=session_key).delete()
    announce_access_ended(user_id=user.pk, session_key=session_key, reason=EndReason.LOGGED_OUT)


@transaction.atomic
def deactivate(*, user: User) -> None:
    """Keep `user` out until `reactivate`. What they held does not come back to life with them."""
    _set_active(user=user, active=False)
    end_all_access(user=user, reason=EndReason.DEACTIVATED)


def reactivate(*, user: User) -> None:
    """Let `user` log in again."""
    _set_active(user=user, active=True)


def _set_active(*, user: User, active: bool) -> None:
    user.is_active = active
    user.save(update_fields=["is_active"])


@transaction.atomic
def change_password(*, user: User, password: str | None) -> None:
    """Give `user` another password, or none with which anybody could log in.

    Every login ends: with a new password the receiver of the save sees to it.
    """
    user.set_password(password)
    user.save(update_fields=["password"])
    if password is None:
        end_all_access(user=user, reason=EndReason.PASSWORD_CHANGED)
