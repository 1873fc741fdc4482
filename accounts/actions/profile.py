"""What a person shows of themselves."""

from django.db import transaction

from accounts.models import User
from accounts.signals import announce_profile_changed


@transaction.atomic
def rename(*, user: User, first_name: str, last_name: str) -> None:
    """Give `user` another display name, and let the live rooms know."""
    user.first_name = first_name
    user.last_name = last_name
    user.save(update_fields=["first_name", "last_name"])
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
