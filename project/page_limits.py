"""Who sends a great deal by pages is told to wait, by the limit that holds for the API."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from math import ceil
from typing import TYPE_CHECKING, Any, cast

from asgiref.sync import iscoroutinefunction, sync_to_async
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.decorators import sync_and_async_middleware

from api.throttles import WriteThrottle

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.views import APIView

A_MINUTE = 60.0  # seconds, where the limit does not say how long


@sync_and_async_middleware
def page_limits_middleware(
    get_response: Callable[[HttpRequest], Any],
) -> Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]]:
    """Count what a person sends by forms together with what they send by the API: whatever can be
    done by both costs the same, so there is one number for it. Strangers are counted at the gate.
    """
    if iscoroutinefunction(get_response):

        async def answer_async(request: HttpRequest) -> HttpResponseBase:
            refusal = await sync_to_async(_refusal)(request) if _is_sent(request) else None
            response: HttpResponseBase = refusal or await get_response(request)
            return response

        return answer_async

    def answer(request: HttpRequest) -> HttpResponseBase:
        refusal = _refusal(request) if _is_sent(request) else None
        response: HttpResponseBase = refusal or get_response(request)
        return response

    return answer


def _is_sent(request: HttpRequest) -> bool:
    """Whether this is a form of a page. The API counts what it is sent by itself."""
    return request.method == "POST" and not request.path.startswith("/api/")


def _refusal(request: HttpRequest) -> HttpResponse | None:
    """A page that says to wait, if this is too much."""
    if not request.user.is_authenticated:
        return None
    throttle = WriteThrottle()
    # It looks at the method and the person alone, which Django's requests have as well.
    if throttle.allow_request(cast("Request", request), cast("APIView", None)):
        return None
    response = render(request, "too_quick.html", status=429)
    response["Retry-After"] = str(ceil(throttle.wait() or A_MINUTE))
    return response
