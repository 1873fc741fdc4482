"""What is asked about e-mail addresses."""

from allauth.account.models import EmailAddress

from accounts.models import User


def must_confirm_email(*, user: User) -> bool:
    """Whether `user` registered here and never proved that the address is theirs.

    The address that somebody registered with is their primary one from the start. People made by
    an operator have none, so there is nothing to prove, nor when they add one later.
    """
    addresses = EmailAddress.objects.filter(user=user)
    registered = addresses.filter(primary=True).exists()
    return registered and not addresses.filter(verified=True).exists()


def address_to_confirm(*, user: User) -> str | None:
    """The address of `user` that waits for its link to be followed, if there is one."""
    waiting = EmailAddress.objects.filter(user=user, verified=False).order_by("-pk")
    found: str | None = waiting.values_list("email", flat=True).first()
    return found
