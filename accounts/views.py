"""Pages of accounts that allauth does not bring along."""

from typing import Any

from allauth.account.forms import SignupForm
from allauth.account.views import EmailView, SignupView
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from accounts.actions.addresses import adopt_address
from accounts.identicon import identicon
from accounts.models import User

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


class AddressView(EmailView):
    """allauth's page, which would drop an address that an operator gave."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if isinstance(request.user, User):
            adopt_address(user=request.user)
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return response


class RegistrationView(SignupView):
    """allauth's page, which would answer 500 to the second of two who take a name at once."""

    def form_valid(self, form: SignupForm) -> HttpResponse:
        try:
            response: HttpResponse = super().form_valid(form)
        except IntegrityError:
            self._cached_form = None
            checked_again = self.get_form()
            valid = checked_again.is_valid()
            answer = super().form_valid if valid else self.form_invalid
            response = answer(checked_again)
        return response
