"""How often a stranger may try, and how much anybody may ask."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, ClassVar

from allauth.core.internal.ratelimit import get_ip
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from api.credentials import presented_credentials

if TYPE_CHECKING:
    # REST framework's views read the settings that name these classes.
    from rest_framework.views import APIView


class ReadThrottle(SimpleRateThrottle):
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


class AddressThrottle(SimpleRateThrottle):
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
