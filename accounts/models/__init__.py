"""The tables of accounts."""

from accounts.models.tokens import AuthToken
from accounts.models.users import User

__all__ = ["AuthToken", "User"]
