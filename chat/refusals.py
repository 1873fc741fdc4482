"""What a refusal means, said to people on pages."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from .errors import ChatError, ErrorCode

WORDS = {
    ErrorCode.NOT_A_MEMBER: gettext_lazy("You are not in this room any more."),
    ErrorCode.ROOM_CLOSED: gettext_lazy(
        "This room was closed by its moderators. You can still read it."
    ),
    ErrorCode.EMPTY_MESSAGE: gettext_lazy("Not sent: there is nothing in it."),
    ErrorCode.CONFLICT: gettext_lazy(
        "The last message was sent already. Send again to post this as another."
    ),
    ErrorCode.RATE_LIMITED: gettext_lazy("Too quick. Wait a moment, then send again."),
    ErrorCode.UNAVAILABLE: gettext_lazy("This did not work just now. Try again in a moment."),
}


def explain(error: ChatError) -> str:
    """Say it in the reader's language; the code's own words are for programs."""
    if error.code == ErrorCode.MESSAGE_TOO_LONG:
        limit = int((error.details or {}).get("limit", 0))
        return ngettext(
            "Not sent: it is longer than %(limit)s character.",
            "Not sent: it is longer than %(limit)s characters.",
            limit,
        ) % {"limit": limit}
    if error.code == ErrorCode.NOT_ALLOWED:
        return _(error.message)  # who raised it may have said why
    words = WORDS.get(error.code)
    return str(words) if words is not None else _("This was refused. Reload, then try again.")
