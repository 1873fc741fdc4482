"""Accounts: made by the API, and closed. Pages register people through allauth."""

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction

from accounts.actions.access import deactivate
from accounts.actions.pictures import remove_picture
from accounts.errors import AccountsError, Refusal
from accounts.models import User
from accounts.signals import announce_profile_changed, tell_account_closing


def register(*, username: str, email: str, password: str | None) -> User:
    """Store a person whose address is still to be confirmed. Without a password nobody can log in
    as them before they have set one by mail.

    Raises `AccountsError` (`username_taken`, `address_taken`) and, for a username that cannot
    stand in an address, `ValidationError`.
    """
    try:
        with transaction.atomic():
            user = User.objects.create_user(username, email, password)
            EmailAddress.objects.create(user=user, email=user.email, primary=True)
    except IntegrityError:
        taken = User.objects.filter(username__iexact=username).exists()
        code = Refusal.USERNAME_TAKEN if taken else Refusal.ADDRESS_TAKEN
        raise AccountsError(code) from None
    return user


@transaction.atomic
def close_account(*, user: User) -> None:
    """End an account for good: nobody can log in as them, and what only they told of themselves is
    gone. What they said in rooms and posts keeps its author: conversations keep their voices.

    The last superuser stays. Raises `AccountsError` (`not_allowed`).
    """
    tell_account_closing(user_id=user.pk)
    # Locked in one order: of two who close each other's account one has to stay. Without the key,
    # which writers hold who refer to one of them while they wait for another.
    chiefs = User.objects.select_for_update(no_key=True).filter(is_superuser=True, is_active=True)
    if [chief.pk for chief in chiefs.order_by("pk")] == [user.pk]:
        raise AccountsError(Refusal.NOT_ALLOWED)
    deactivate(user=user)
    EmailAddress.objects.filter(user=user).delete()
    remove_picture(user=user)
    user.set_unusable_password()
    user.email = user.first_name = user.last_name = user.about_me = ""
    user.save(update_fields=["password", "email", "first_name", "last_name", "about_me"])
    announce_profile_changed(user_id=user.pk)
