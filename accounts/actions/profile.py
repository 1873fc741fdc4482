"""What a person shows of themselves."""

from django.db import transaction

from accounts.models import User
from accounts.signals import announce_profile_changed


@transaction.atomic
def rename(*, user: User, first_name: str | None = None, last_name: str | None = None) -> None:
    """Give `user` another display name, and let the live rooms know. A name that is not given stays
    as it is stored, whatever `user` was read as."""
    given = {"first_name": first_name, "last_name": last_name}
    names = {field: name for field, name in given.items() if name is not None}
    for field, name in names.items():
        setattr(user, field, name)
    user.save(update_fields=list(names))
    announce_profile_changed(user_id=user.pk)


@transaction.atomic
def describe(*, user: User, about_me: str) -> None:
    """Let `user` say something else about themselves."""
    user.about_me = about_me.replace("\r\n", "\n").replace("\0", "").strip()
    user.save(update_fields=["about_me"])


def show_receipts(*, user: User, shown: bool) -> None:
    """Let others see, or not, how far `user` has read in direct and small rooms."""
    user.shows_receipts = shown
    user.save(update_fields=["shows_receipts"])
