"""How often a stranger may try, and how much anybody may ask."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, ClassVar

from allauth.core.internal.ratelimit import get_ip
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from accounts.limits import is_within, until_next
from api.credentials import presented_credentials

if TYPE_CHECKING:
    # REST framework's views read the settings that name these classes.
    from rest_framework.views import APIView


class Throttle(SimpleRateThrottle):
    """REST framework's rates and keys, counted one by one: it keeps a list that it reads and writes
    back, in which calls made at once count as one."""

    num_requests: int | None  # of a period, whose length is in s
    duration: int | None

    def allow_request(self, request: Request, view: APIView) -> bool:
        key = self.get_cache_key(request, view)
        if key is None or self.num_requests is None or self.duration is None:
            return True
        return is_within(key, times=self.num_requests, seconds=self.duration)

    def wait(self) -> float | None:
        return None if self.duration is None else until_next(self.duration)


class ReadThrottle(Throttle):
    """Reads of one person, or of one address where nobody is logged in."""

    scope = "reads"
    methods: ClassVar[frozenset[str]] = frozenset(SAFE_METHODS)

    def get_cache_key(self, request: Request, view: APIView) -> str | None:
        if request.method not in self.methods:
            return None
        ident = f"person-{request.user.pk}" if request.user.is_authenticated else get_ip(request)
        key: str = self.cache_format % {"scope": self.scope, "ident": ident}
        return key


class WriteThrottle(ReadThrottle):
    """Everything that is no read."""

    scope = "writes"
    methods = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class AddressThrottle(Throttle):
    """Tries from one address, a /64 of IPv6 counting as one, as the login page counts them."""

    scope = "tokens_address"

    def get_cache_key(self, request: Request, view: APIView) -> str:
        return self._key(get_ip(request))

    def _key(self, *parts: str) -> str:
        ident = sha256("\0".join(parts).encode(errors="surrogatepass")).hexdigest()
        key: str = self.cache_format % {"scope": self.scope, "ident": ident}
        return key


class RegistrationThrottle(AddressThrottle):
    """Accounts made from one address."""

    scope = "registrations"


class NameThrottle(AddressThrottle):
    """Tries with one name from one address. By name alone, a stranger could lock its owner out."""

    scope = "tokens_name"

    def get_cache_key(self, request: Request, view: APIView) -> str:
        credentials = presented_credentials(request)
        name = credentials.get("username") if isinstance(credentials, dict) else None
        return self._key(get_ip(request), str(name).strip().lower())
