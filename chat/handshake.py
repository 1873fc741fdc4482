"""Who is behind a new connection: a cookie from our own pages, or a token."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http.cookie import parse_cookie
from django.http.request import split_domain_port, validate_host

from accounts.identity import Identity, by_session_key, by_token

from .threads import in_thread

Headers = Iterable[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Peer:
    """Where a connection comes from, as far as we believe it."""

    address: str = ""
    agent: str = ""


def peer_of(scope: Mapping[str, Any]) -> Peer:
    """The client behind our own proxies (as many as TRUSTED_PROXIES), and what it calls itself."""
    client = scope.get("client")
    address = str(client[0]) if client else ""
    forwarded = header(scope["headers"], b"x-forwarded-for").split(",")
    if 0 < settings.TRUSTED_PROXIES <= len(forwarded):
        address = forwarded[-settings.TRUSTED_PROXIES].strip() or address
    return Peer(address[:64], header(scope["headers"], b"user-agent")[:200])


def header(headers: Headers, name: bytes) -> str:
    """The only value of a header; nothing if it is missing or repeated."""
    values = [value for key, value in headers if key.lower() == name]
    return values[0].decode("latin1") if len(values) == 1 else ""


def origin_is_ours(headers: Headers, *, secure: bool) -> bool:
    """Whether a page of ours opened the connection. Only then may its cookie be read.

    The same scheme, host and port as this server is asked for by, or a trusted origin by setting;
    a foreign, missing or `null` Origin is not ours.
    """
    origin = header(headers, b"origin")
    if origin in settings.CHAT_TRUSTED_ORIGINS:
        return True
    host = header(headers, b"host")
    allowed = settings.ALLOWED_HOSTS or ["localhost", "127.0.0.1", "[::1]"]
    if not validate_host(split_domain_port(host)[0], allowed):
        return False
    return origin == f"{'https' if secure else 'http'}://{host}".lower()


class CredentialsRefusedError(Exception):
    """The token or the cookie that somebody brought lets nobody in."""


async def identify(headers: Headers, *, secure: bool) -> Identity | None:
    """The person by bearer token, else by session cookie; None where there is neither, or where
    the cookie is not to be read.

    Raises `CredentialsRefusedError` for one that is no good: there is nothing to wait for.
    """
    headers = list(headers)
    scheme, _, token = header(headers, b"authorization").partition(" ")
    if scheme.lower() == "bearer" and token:
        identity = await identify_token(token.strip())
    elif origin_is_ours(headers, secure=secure) and (key := session_key(headers)):
        identity = await in_thread(by_session_key, session_key=key)
    else:
        return None
    if identity is None:
        raise CredentialsRefusedError
    return identity


async def identify_token(token: str) -> Identity | None:
    return await in_thread(by_token, token=token)


def session_key(headers: Headers) -> str:
    """The value of the session cookie, unproved."""
    # Django's own reading, which lets no odd cookie hide another.
    return parse_cookie(header(headers, b"cookie")).get(settings.SESSION_COOKIE_NAME, "")
