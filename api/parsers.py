"""How the API reads bodies."""

from collections.abc import Mapping
from io import BytesIO
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import status
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import JSONParser


class TooLarge(APIException):
    """The body is longer than DATA_UPLOAD_MAX_MEMORY_SIZE."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = gettext_lazy("The body of this request is too long.")


class BoundedJSONParser(JSONParser):
    """JSON as REST framework reads it, which alone has no limit of length and falls over depth."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body = BytesIO(stream.read(limit + 1))
        if body.getbuffer().nbytes > limit:
            raise TooLarge
        try:
            return super().parse(body, media_type, parser_context)
        except RecursionError:
            raise ParseError(_("This is nested too deeply.")) from None
