"""The one shape of every error: `{"error": code, "message": text, "fields": {name: [text]}?}`."""

from __future__ import annotations

import logging
import math
import sys
from typing import TYPE_CHECKING, Any

from django.core.exceptions import RequestDataTooBig
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import loader
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import exception_handler

from accounts.errors import AccountsError, Refusal
from accounts.paging import BadCursor
from api.cursors import refusal_of_cursor
from chat.errors import DEFAULT_MESSAGES, ChatError, ErrorCode
from chat.refusals import STATUS, explain

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

logger = logging.getLogger(__name__)

TRY_AGAIN_AFTER = 5  # seconds

CODES = {
    status.HTTP_400_BAD_REQUEST: "invalid",
    status.HTTP_401_UNAUTHORIZED: "unauthenticated",
    status.HTTP_403_FORBIDDEN: "not_allowed",
    status.HTTP_404_NOT_FOUND: "not_found",
    status.HTTP_405_METHOD_NOT_ALLOWED: "method_not_allowed",
    status.HTTP_406_NOT_ACCEPTABLE: "not_acceptable",
    status.HTTP_409_CONFLICT: "conflict",
    status.HTTP_415_UNSUPPORTED_MEDIA_TYPE: "unsupported_media_type",
    status.HTTP_429_TOO_MANY_REQUESTS: "rate_limited",
    status.HTTP_503_SERVICE_UNAVAILABLE: "unavailable",
}

# Status, words, and the field at fault where it is the request's.
ACCOUNTS: dict[Refusal, tuple[int, StrPromise, str | None]] = {
    Refusal.NOT_FOUND: (404, gettext_lazy("There is nothing at this address."), None),
    Refusal.NOT_ALLOWED: (403, gettext_lazy("You may not do this."), None),
    Refusal.EMPTY_TEXT: (400, gettext_lazy("There is nothing in this text."), "body"),
    Refusal.TEXT_TOO_LONG: (400, gettext_lazy("This text is too long."), "body"),
    Refusal.CONFLICT: (409, gettext_lazy("This was already said with other words."), "client_id"),
    Refusal.RATE_LIMITED: (429, gettext_lazy("This is enough for now. Try again later."), None),
    Refusal.ONESELF: (400, gettext_lazy("Nobody follows themselves."), None),
    Refusal.BAD_PICTURE: (400, gettext_lazy("This is no picture that we can read."), "picture"),
    Refusal.USERNAME_TAKEN: (400, gettext_lazy("That username is taken."), "username"),
    Refusal.ADDRESS_TAKEN: (400, gettext_lazy("That email address is taken."), "email"),
}
LIMITS = {ErrorCode.MESSAGE_TOO_LONG, ErrorCode.FILE_TOO_LARGE}
# What the actions call what the API's resources call otherwise.
FIELDS = {"until": "muted_until", "seconds": "slow_mode", "user": "username"}
LATER = 600  # seconds after which somebody who has written enough may ask again


def handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Translate what a view raised; None for a fault of ours, which Django then reports."""
    if refusal := _refusal(error):
        return refusal
    response = exception_handler(error, context)
    if response is None:
        return None
    code = CODES.get(response.status_code, "error")
    if isinstance(error, exceptions.ParseError):
        code = "malformed"
    if wait := getattr(error, "wait", None):
        response["Retry-After"] = str(math.ceil(wait))  # REST framework rounds down
    message, fields = _words(response.status_code, response.data)
    response.data = _shape(code, message, fields)
    return response


def _refusal(error: Exception) -> Response | None:
    """What REST framework does not know."""
    match error:
        case ChatError():
            return _from_chat(error)
        case AccountsError():
            return _from_accounts(error)
        case BadCursor():
            shape = _shape("invalid", *refusal_of_cursor())
            return Response(shape, status=status.HTTP_400_BAD_REQUEST)
        case RequestDataTooBig():
            shape = _shape("too_large", _("The body of this request is too long."))
            return Response(shape, status=status.HTTP_413_REQUEST_ENTITY_TOO_LARGE)
        case OperationalError():
            logger.error("the database did not answer", exc_info=error)
            return _from_chat(ChatError(ErrorCode.UNAVAILABLE))
    return None


@csrf_exempt
def not_found(request: HttpRequest) -> JsonResponse:
    """Answer every address below the API's that nothing else has."""
    message = _nothing_here()
    if not request.path.endswith("/"):
        message = f"{message} {_('Addresses of the API end with a slash.')}"
    return JsonResponse(_shape("not_found", message), status=status.HTTP_404_NOT_FOUND)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer a fault of ours, or a database that is away: in the one shape below the API's
    address, as a page elsewhere. Asks neither the database nor the session."""
    away = isinstance(sys.exc_info()[1], OperationalError)
    if request.path.startswith("/api/"):
        code = "unavailable" if away else "server_error"
        shape = _shape(code, _unavailable() if away else _broken())
        return JsonResponse(shape, status=503 if away else 500)
    name = "503" if away else "500"
    # The request gives the page its theme; the context processors are left out.
    page = loader.get_template(f"{name}.html").render({"request": request})
    headers = {"Retry-After": str(TRY_AGAIN_AFTER)} if away else None
    return HttpResponse(page, status=int(name), headers=headers)


def _broken() -> str:
    return _("Something broke on our side. It has been written down.")


def _unavailable() -> str:
    return _("This did not work just now. Try again in a moment.")


def _from_chat(error: ChatError) -> Response:
    field, message = str((error.details or {}).get("field", "")), error.message
    if error.code == ErrorCode.INVALID_EVENT and message == DEFAULT_MESSAGES[error.code]:
        message = _("This value does not fit.") if field else _not_right()
    elif error.code in LIMITS and error.details:
        message = explain(error)  # which says how much it may be
    # Who may not do something has no field at fault.
    told = field and STATUS[error.code] != status.HTTP_403_FORBIDDEN
    fields = {FIELDS.get(field, field): [message]} if told else None
    headers = {"Retry-After": str(math.ceil(error.retry_after))} if error.retry_after else None
    shape = _shape(str(error.code), message, fields)
    return Response(shape, status=STATUS[error.code], headers=headers)


def _from_accounts(error: AccountsError) -> Response:
    code, words, field = ACCOUNTS[error.code]
    message = str(words)
    if error.code == Refusal.TEXT_TOO_LONG:
        message = _("This text is longer than %(limit)s characters.") % {"limit": error.limit}
    fields = {field: [message]} if field else None
    headers = {"Retry-After": str(LATER)} if error.code == Refusal.RATE_LIMITED else None
    return Response(_shape(str(error.code), message, fields), status=code, headers=headers)


def _words(status_code: int, data: Any) -> tuple[str, dict[str, Any] | None]:
    """Return the message, and the errors by field where the request itself was at fault."""
    if status_code == status.HTTP_404_NOT_FOUND:
        return _nothing_here(), None  # the exception's own words name our models
    if isinstance(data, list):
        return str(data[0]), None
    if status_code != status.HTTP_400_BAD_REQUEST or set(data) == {"detail"}:
        return str(data["detail"]), None
    fields = dict(data)
    general = fields.pop(api_settings.NON_FIELD_ERRORS_KEY, None)
    message = str(general[0]) if general else _not_right()
    return message, fields or None


def _shape(code: str, message: str, fields: dict[str, Any] | None = None) -> dict[str, Any]:
    shape: dict[str, Any] = {"error": code, "message": message}
    return shape | {"fields": fields} if fields else shape


def _not_right() -> str:
    return _("Something in the request is not right.")


def _nothing_here() -> str:
    return _("There is nothing at this address.")
