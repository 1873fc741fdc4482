"""Notes that a person is here, whichever page or part of the API they ask for."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, sync_to_async
from django.db import DatabaseError
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.decorators import sync_and_async_middleware

from accounts.actions.visits import SEEN_AGAIN_AFTER, touch_last_seen
from accounts.models import User

logger = logging.getLogger(__name__)


@sync_and_async_middleware
def last_seen_middleware(
    get_response: Callable[[HttpRequest], Any],
) -> Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]]:
    """Write `last_seen` after the answer, for people that the request loaded anyway."""
    if iscoroutinefunction(get_response):

        async def answer_async(request: HttpRequest) -> HttpResponseBase:
            response: HttpResponseBase = await get_response(request)
            if user := _person_to_note(request):
                await sync_to_async(_note)(user)
            return response

        return answer_async

    def answer(request: HttpRequest) -> HttpResponseBase:
        response: HttpResponseBase = get_response(request)
        if user := _person_to_note(request):
            _note(user)
        return response

    return answer


def _person_to_note(request: HttpRequest) -> User | None:
    user = _loaded_user(request)
    if user is None:
        return None
    seen = user.last_seen
    return user if seen is None or seen < timezone.now() - SEEN_AGAIN_AFTER else None


def _loaded_user(request: HttpRequest) -> User | None:
    """Return the person if somebody asked for them. To ask would cost two queries, and would make
    a page that is the same for all vary by cookie.
    """
    # The API puts the person of a token on the request; otherwise Django's lazy object is there,
    # which `isinstance` would load, and what it has loaded is kept beside it.
    user = vars(request).get("user")
    if type(user) is User:
        return user
    cached = vars(request).get("_cached_user") or vars(request).get("_acached_user")
    return cached if isinstance(cached, User) else None


def _note(user: User) -> None:
    try:
        touch_last_seen(user_ids=[user.pk])
    except DatabaseError:
        # The answer is made; a database too busy to note the visit does not spoil it.
        logger.warning("could not note that user %s was here", user.pk, exc_info=True)
