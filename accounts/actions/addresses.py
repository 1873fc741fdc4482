"""The e-mail addresses of people."""

from allauth.account.models import EmailAddress

from accounts.models import User


def adopt_address(*, user: User) -> None:
    """Take the address that an operator gave `user` as confirmed, so that it can be changed.

    allauth holds an address that it does not know for one still to be confirmed, and drops it for
    the next. Who registered here has a primary address from the start, and nothing is done.
    """
    addresses = EmailAddress.objects.filter(user=user)
    claimed = EmailAddress.objects.filter(email=user.email, verified=True)
    if user.email and not addresses.filter(primary=True).exists() and not claimed.exists():
        EmailAddress.objects.update_or_create(
            user=user, email=user.email, defaults={"verified": True, "primary": True}
        )
