"""Pictures of people: the one drawn from a name, and the one that somebody uploaded."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from accounts.identicon import identicon
from accounts.queries.people import avatar_of, picture_of

A_MINUTE = 60  # seconds
A_YEAR = 365 * 24 * 3600  # seconds; the longest that caches promise to keep anything


@require_safe
def avatar(_request: HttpRequest, username: str) -> HttpResponse:
    """Draw the picture of any name that could be a username, so it tells nothing about who exists.

    It depends on the name alone and never changes.
    """
    return HttpResponse(
        identicon(username.lower()),
        content_type="image/svg+xml",
        headers={"Cache-Control": f"public, max-age={A_YEAR}, immutable"},
    )


@require_safe
@login_required
def present_avatar(_request: HttpRequest, username: str) -> HttpResponse:
    """Lead to the picture that somebody has now, for who knows only what they are called.

    What nobody is called leads to the drawn picture, so it tells nothing about who exists.
    """
    answer = redirect(avatar_of(username))
    answer["Cache-Control"] = f"private, max-age={5 * A_MINUTE}"
    return answer


@require_safe
def picture(_request: HttpRequest, username: str, name: str, size: str) -> HttpResponse:
    """Send an uploaded picture, to whoever knows what it is called: its name cannot be guessed.

    Any other name leads to the drawn picture, so that pages which were open while the picture
    changed show one.
    """
    found = picture_of(username=username, name=name)
    if found is None:
        return redirect("avatar", username)
    return HttpResponse(
        bytes(found.small if size == "small" else found.large),
        content_type="image/webp",
        headers={"Cache-Control": f"public, max-age={A_YEAR}, immutable"},
    )
