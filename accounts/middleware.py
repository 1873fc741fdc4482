"""Notes that a person is here, whichever page or part of the API they ask for."""

import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from ipaddress import ip_address
from threading import Lock
from time import monotonic
from typing import Any

from allauth.account.adapter import get_adapter
from asgiref.sync import iscoroutinefunction, sync_to_async
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.decorators import sync_and_async_middleware

from accounts.actions.logins import note_login
from accounts.actions.visits import SEEN_AGAIN_AFTER, touch_last_seen, touch_last_used
from accounts.identity import Identity
from accounts.models import User

logger = logging.getLogger(__name__)

REMEMBERED = 10_000  # logins of which a process knows that they were noted


class Noted:
    """Which logins and tokens this process has noted within the last minute: what spares the
    database a question with every request."""

    def __init__(self) -> None:
        self._times: OrderedDict[str, float] = OrderedDict()
        self._lock = Lock()

    def lately(self, login: str) -> bool:
        noted = self._times.get(login)
        return noted is not None and monotonic() - noted < SEEN_AGAIN_AFTER.total_seconds()

    def add(self, login: str) -> None:
        with self._lock:
            self._times[login] = monotonic()
            self._times.move_to_end(login)
            if len(self._times) > REMEMBERED:
                self._times.popitem(last=False)


noted = Noted()


@dataclass(frozen=True)
class Visit:
    """What is to be noted of a request: that the person was seen, and by what they came in."""

    user: User
    is_seen: bool
    session_key: str | None
    identity: Identity | None

    @property
    def login(self) -> str | None:
        return self.identity.token_digest if self.identity else self.session_key


@sync_and_async_middleware
def visits_middleware(
    get_response: Callable[[HttpRequest], Any],
) -> Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]]:
    """Write after the answer, of people that the request loaded anyway."""
    if iscoroutinefunction(get_response):

        async def answer_async(request: HttpRequest) -> HttpResponseBase:
            response: HttpResponseBase = await get_response(request)
            if visit := _visit_to_note(request):
                await sync_to_async(_note)(request, visit)
            return response

        return answer_async

    def answer(request: HttpRequest) -> HttpResponseBase:
        response: HttpResponseBase = get_response(request)
        if visit := _visit_to_note(request):
            _note(request, visit)
        return response

    return answer


def _visit_to_note(request: HttpRequest) -> Visit | None:
    user = _loaded_user(request)
    if user is None:
        return None
    seen = user.last_seen
    is_seen = seen is not None and seen >= timezone.now() - SEEN_AGAIN_AFTER
    presented = vars(request).get("auth")  # REST framework puts it here
    identity = presented if isinstance(presented, Identity) else None
    visit = Visit(user, is_seen, None if identity else request.session.session_key, identity)
    is_noted = visit.login is None or noted.lately(visit.login)
    return None if visit.is_seen and is_noted else visit


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


def _note(request: HttpRequest, visit: Visit) -> None:
    try:
        if not visit.is_seen:
            touch_last_seen(user_ids=[visit.user.pk])
        if visit.login is not None and not noted.lately(visit.login):
            _note_login(request, visit)
            noted.add(visit.login)
    except DatabaseError:
        # The answer is made; a database too busy to note the visit does not spoil it.
        logger.warning("could not note that user %s was here", visit.user.pk, exc_info=True)


def _note_login(request: HttpRequest, visit: Visit) -> None:
    if visit.identity:
        touch_last_used(identities=[visit.identity])
    elif visit.session_key:
        note_login(
            user=visit.user,
            session_key=visit.session_key,
            address=_address(request),
            user_agent=request.headers.get("User-Agent", ""),
        )


def _address(request: HttpRequest) -> str | None:
    """Where the request comes from, as the limits on logging in count it; None if nobody knows."""
    try:
        return str(ip_address(get_adapter().get_client_ip(request)))
    except (PermissionDenied, ValueError):
        return None
