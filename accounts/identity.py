"""Who is behind a session key or a token, and whether that still holds."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module
from itertools import islice
from typing import Any, cast

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.sessions.backends.db import SessionStore
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from knox.crypto import hash_token

from accounts.models import AuthToken, User

# Values in one query; both databases take this many.
CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Identity:
    """A person, and by what they came in: one of `session_key` and `token_digest` is set."""

    user: User
    access_version: int
    session_key: str | None = None
    token_digest: str | None = None


def by_session_key(*, session_key: str) -> Identity | None:
    """Return who is logged in with this session, or None where it is unknown, expired or ended."""
    if "\0" in session_key:  # PostgreSQL refuses to look for it
        return None
    request = HttpRequest()
    request.session = _session_store()(session_key)
    user = get_user(request)
    if not isinstance(user, User):
        return None
    return Identity(user=user, access_version=user.access_version, session_key=session_key)


def by_token(*, token: str) -> Identity | None:
    """Return whose token this is, or None where it is unknown, expired, or its owner inactive."""
    try:
        digest = hash_token(token)
    except UnicodeEncodeError:  # a lone surrogate, which JSON can carry
        return None
    row = live_tokens().filter(digest=digest, user__is_active=True).select_related("user").first()
    if row is None:
        return None
    return Identity(user=row.user, access_version=row.user.access_version, token_digest=digest)


def still_valid(identities: Collection[Identity]) -> set[Identity]:
    """Return those whose person is active, at the same access version, and whose session or token
    is there and not expired. Three queries for every thousand identities.
    """
    people = User.objects.filter(is_active=True)
    versions = dict(_pick(people, {i.user.pk for i in identities}, "pk", "access_version"))
    keys = {i.session_key for i in identities if i.session_key}
    sessions = {key for (key,) in _pick(live_sessions(), keys, "session_key")}
    hashes = {i.token_digest for i in identities if i.token_digest}
    digests = {digest for (digest,) in _pick(live_tokens(), hashes, "digest")}

    def holds(identity: Identity) -> bool:
        came_in = (
            identity.session_key in sessions
            if identity.token_digest is None
            else identity.token_digest in digests
        )
        return came_in and versions.get(identity.user.pk) == identity.access_version

    return {identity for identity in identities if holds(identity)}


def shut_out(identities: Collection[Identity]) -> set[Identity]:
    """Return those whose person may not come in at all, however they try."""
    people = User.objects.filter(is_active=False)
    barred = {pk for (pk,) in _pick(people, {i.user.pk for i in identities}, "pk")}
    return {identity for identity in identities if identity.user.pk in barred}


def _pick(rows: QuerySet[Any], values: Iterable[Any], *columns: str) -> Iterator[tuple[Any, ...]]:
    """Yield `columns` of the rows whose first column is one of `values`."""
    remaining = iter(values)
    while chunk := list(islice(remaining, CHUNK)):
        yield from rows.filter(**{f"{columns[0]}__in": chunk}).values_list(*columns)


def live_sessions() -> QuerySet[Any]:
    """The rows of Django's sessions that have not expired."""
    rows = _session_store().get_model_class().objects.all()
    return cast(QuerySet[Any], rows.filter(expire_date__gt=timezone.now()))


def live_tokens() -> QuerySet[AuthToken]:
    """The tokens that have not expired."""
    live = Q(expiry=None) | Q(expiry__gt=timezone.now())
    return cast(QuerySet[AuthToken], AuthToken.objects.filter(live))


def _session_store() -> type[SessionStore]:
    return cast(type[SessionStore], import_module(settings.SESSION_ENGINE).SessionStore)
