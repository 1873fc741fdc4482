"""Times in the reader's own zone, which their browser tells in a cookie (`static/js/zone.js`)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.decorators import sync_and_async_middleware


@sync_and_async_middleware
def zone_middleware(
    get_response: Callable[[HttpRequest], Any],
) -> Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]]:
    """Pages have their days and hours in the reader's zone; the API's times stay in UTC."""
    if iscoroutinefunction(get_response):

        async def answer_async(request: HttpRequest) -> HttpResponseBase:
            with timezone.override(_zone_of(request)):
                response: HttpResponseBase = await get_response(request)
            return response

        return answer_async

    def answer(request: HttpRequest) -> HttpResponseBase:
        with timezone.override(_zone_of(request)):
            response: HttpResponseBase = get_response(request)
        return response

    return answer


def _zone_of(request: HttpRequest) -> ZoneInfo | None:
    """None, which is the server's own, where nothing or nonsense is told."""
    name = request.COOKIES.get("zone", "")
    if request.path.startswith("/api/") or name not in _zones():
        return None
    return ZoneInfo(name)


@cache
def _zones() -> set[str]:
    """By these names alone a file is opened. They are looked up once: that walks a directory."""
    return available_timezones()
