"""What accounts does when Django says that a person or a login changed, whoever changed it."""

from collections.abc import Collection
from typing import Any

from django.contrib.auth.signals import user_logged_out
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.actions.access import end_all_access, end_session
from accounts.actions.indexing import index_person
from accounts.models import User
from accounts.signals import EndReason


@receiver(post_save, sender=User)
def end_access_after_a_password_change(
    *, instance: User, created: bool, update_fields: Collection[str] | None, **_: Any
) -> None:
    """Whichever way it was changed: page, mail, admin or shell."""
    stored = update_fields is None or "password" in update_fields
    # Django keeps the new password here until the save is over, and not when it only re-hashes.
    changed = getattr(instance, "_password", None) is not None
    if changed and stored and not created:
        end_all_access(user=instance, reason=EndReason.PASSWORD_CHANGED)


# What a person is found by.
TOLD = {"username", "first_name", "last_name", "about_me"}


@receiver(post_save, sender=User)
def let_people_be_found(*, instance: User, update_fields: Collection[str] | None, **_: Any) -> None:
    """Whichever way they were stored: form, API, admin or shell."""
    if update_fields is None or not TOLD.isdisjoint(update_fields):
        index_person(user_id=instance.pk)


@receiver(user_logged_out)
def end_the_session_that_logged_out(*, request: HttpRequest, user: User | None, **_: Any) -> None:
    """Django deletes the session only after this signal; by then a socket could have come back."""
    session_key = request.session.session_key
    if user is not None and session_key is not None:
        end_session(user=user, session_key=session_key)
