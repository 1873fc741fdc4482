"""The way in which accounts says no: a named error with a stable code, put into words by doors."""

from enum import StrEnum


class Refusal(StrEnum):
    """Why something was refused. Codes never change their meaning."""

    NOT_FOUND = "not_found"
    NOT_ALLOWED = "not_allowed"
    EMPTY_TEXT = "empty_text"
    TEXT_TOO_LONG = "text_too_long"
    RATE_LIMITED = "rate_limited"
    CONFLICT = "conflict"
    ONESELF = "oneself"
    BAD_PICTURE = "bad_picture"
    USERNAME_TAKEN = "username_taken"
    ADDRESS_TAKEN = "address_taken"


class AccountsError(Exception):
    """An action was refused, and nothing was changed. `limit` says which bound was passed."""

    def __init__(self, code: Refusal, *, limit: int | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.limit = limit
