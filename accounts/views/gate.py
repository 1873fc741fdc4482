"""Pages of registration and login, where allauth's own do not do."""

from typing import Any

from allauth.account.forms import SignupForm
from allauth.account.views import EmailView, SignupView
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from accounts.actions.addresses import adopt_address
from accounts.models import User


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
