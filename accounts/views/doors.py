"""What pages share: who asks, what is shown whole or in part, and how refusals are answered."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from accounts.errors import AccountsError, Refusal
from accounts.models import User
from accounts.paging import BadCursor
from accounts.queries.people import person_called

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails

require_page = require_http_methods(["GET", "HEAD", "POST"])


class PersonRequest(HttpRequest):
    """A request behind `login_required`."""

    user: User
    htmx: HtmxDetails


@contextmanager
def refusals_are_pages() -> Iterator[None]:
    """Let what is not there be a 404, and what one may not do a 403."""
    try:
        yield
    except BadCursor:
        raise Http404 from None
    except AccountsError as error:
        if error.code == Refusal.NOT_FOUND:
            raise Http404 from None
        if error.code == Refusal.NOT_ALLOWED:
            raise PermissionDenied from None
        raise


def find_person(username: str) -> User:
    with refusals_are_pages():
        return person_called(username)


def cursor_of(request: HttpRequest) -> str | None:
    return request.GET.get("cursor") or None


def is_id(text: str) -> bool:
    """Whether what an address says can be the id of something."""
    return text.isascii() and text.isdigit() and len(text) <= 18


def wants_part(request: HttpRequest) -> bool:
    """Whether a script of the page asks for a part of it, to put in without a reload."""
    return request.headers.get("X-Fragment") == "1" or "HX-Request" in request.headers


def show(
    request: HttpRequest,
    page: str,
    context: dict[str, Any],
    *,
    part: str | None = None,
    status: int = 200,
) -> HttpResponse:
    """Show the template `page`, or only its `part` to a script."""
    chosen = part if part and wants_part(request) else page
    response = render(request, chosen, {**context, "is_part": chosen == part}, status=status)
    if part:
        patch_vary_headers(response, ("HX-Request", "X-Fragment"))
    return response


def way_back(request: HttpRequest, otherwise: str) -> str:
    """Where the form says that one came from, if that is a page of ours."""
    wanted = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if ours else otherwise
