"""What a refusal means by HTTP: its status, and what it says to people on pages."""

from __future__ import annotations

from http import HTTPStatus

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from .errors import DEFAULT_MESSAGES, ChatError, ErrorCode

STATUS = {
    ErrorCode.INVALID_EVENT: HTTPStatus.BAD_REQUEST,
    ErrorCode.UNKNOWN_EVENT: HTTPStatus.BAD_REQUEST,
    ErrorCode.EMPTY_MESSAGE: HTTPStatus.BAD_REQUEST,
    ErrorCode.MESSAGE_TOO_LONG: HTTPStatus.BAD_REQUEST,
    ErrorCode.UNAUTHENTICATED: HTTPStatus.UNAUTHORIZED,
    ErrorCode.NOT_A_MEMBER: HTTPStatus.FORBIDDEN,
    ErrorCode.NOT_ALLOWED: HTTPStatus.FORBIDDEN,
    ErrorCode.ROOM_NOT_FOUND: HTTPStatus.NOT_FOUND,
    ErrorCode.ROOM_CLOSED: HTTPStatus.CONFLICT,
    ErrorCode.CONFLICT: HTTPStatus.CONFLICT,
    ErrorCode.FILE_TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    ErrorCode.UNSUPPORTED_FILE: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    ErrorCode.RATE_LIMITED: HTTPStatus.TOO_MANY_REQUESTS,
    ErrorCode.UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
}
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

# Who raises these may have said why.
SAYS_WHY = {ErrorCode.NOT_ALLOWED, ErrorCode.FILE_TOO_LARGE, ErrorCode.UNSUPPORTED_FILE}


def explain(error: ChatError) -> str:
    """Say it in the reader's language; the code's own words are for programs."""
    if error.code == ErrorCode.MESSAGE_TOO_LONG:
        limit = int((error.details or {}).get("limit", 0))
        return ngettext(
            "Not sent: it is longer than %(limit)s character.",
            "Not sent: it is longer than %(limit)s characters.",
            limit,
        ) % {"limit": number_format(limit, force_grouping=True)}
    if error.code == ErrorCode.FILE_TOO_LARGE and error.message == DEFAULT_MESSAGES[error.code]:
        size = filesizeformat((error.details or {}).get("limit", 0))
        return _("Files can have at most %(size)s.") % {"size": size}
    if error.code in SAYS_WHY or (error.details or {}).get("field") == "attachments":
        return _(error.message)
    words = WORDS.get(error.code)
    return str(words) if words is not None else _("This was refused. Reload, then try again.")


def live_words() -> dict[str, str]:
    """What the room's script says of each code, in the reader's language; "": of any other.

    It sends again under the same id, and may lose the connection: some words differ from a form's.
    """
    limit: dict[str, str | int] = {"limit": settings.CHAT_TEXT_LIMIT}
    too_long = ChatError(ErrorCode.MESSAGE_TOO_LONG, details=limit)
    words = {str(code): str(said) for code, said in WORDS.items()}
    return words | {
        ErrorCode.MESSAGE_TOO_LONG: explain(too_long),
        ErrorCode.CONFLICT: _("This was already sent with other words. Reload to see which."),
        "disconnected": _("There is no connection. Try again when it is back."),
        "timeout": words[ErrorCode.UNAVAILABLE],
        "": _("This was refused. Reload the page, then try again."),
    }
