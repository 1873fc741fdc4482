"""What others ask about accounts."""

from allauth.account.models import EmailAddress

from accounts.models import User


def must_confirm_email(*, user: User) -> bool:
    """Whether `user` registered here and never proved that the address is theirs.

    Who was let in once is not locked out again by adding another address, and people made by an
    operator, who registered no address, have nothing to prove.
    """
    if user.last_login is not None:
        return False
    addresses = EmailAddress.objects.filter(user=user)
    registered = addresses.filter(primary=True).exists()
    return registered and not addresses.filter(verified=True).exists()
