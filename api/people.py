"""People as every resource shows them."""

from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from accounts.errors import AccountsError
from accounts.models import User
from accounts.queries.people import person_called
from api.wire import WireSerializer
from chat.protocol.contents import Person


class PersonSerializer(WireSerializer):
    """Somebody, as everybody may see them."""

    struct = Person


def somebody_called(username: str) -> User:
    """The person whom a body names by `username`, in any case. Raises `ValidationError`."""
    try:
        return person_called(username)
    except AccountsError:
        raise ValidationError({"username": [_("Nobody here is called so.")]}) from None
