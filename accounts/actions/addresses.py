"""The e-mail addresses of people."""

from allauth.account.models import EmailAddress
from allauth.core import context

from accounts.errors import AccountsError, Refusal
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


def resend_confirmation(*, user: User) -> None:
    """Mail `user` the link to confirm the address that waits for it. Links name the host by which
    the present request came. Raises `AccountsError` (`not_found`) if none waits.
    """
    waiting = EmailAddress.objects.filter(user=user, verified=False).order_by("-pk").first()
    if waiting is None:
        raise AccountsError(Refusal.NOT_FOUND)
    waiting.send_confirmation(context.request)
