"""What a refusal means, said to people on pages."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.errors import AccountsError, Refusal

WORDS = {
    Refusal.NOT_FOUND: _("This is not there any more."),
    Refusal.NOT_ALLOWED: _("You may not do this."),
    Refusal.EMPTY_TEXT: _("Not posted: there is nothing in it."),
    Refusal.RATE_LIMITED: _("That was a lot in a short time. Nothing is lost; try again later."),
    Refusal.CONFLICT: _(
        "Something else was posted from this page already. Send again to post this as well."
    ),
    Refusal.ONESELF: _("You cannot follow yourself."),
    Refusal.BAD_PICTURE: _("This cannot be read as a picture. Use a JPEG, PNG, GIF or WebP file."),
}


def explain(error: AccountsError) -> str:
    """Say it in the reader's language."""
    if error.code == Refusal.TEXT_TOO_LONG:
        limit = error.limit or 0
        return ngettext(
            "Not posted: it is longer than %(limit)s character.",
            "Not posted: it is longer than %(limit)s characters.",
            limit,
        ) % {"limit": limit}
    return str(WORDS[error.code])
