"""Forms, where allauth's own do not do."""

from allauth.account.forms import SignupForm
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest, HttpResponse

from accounts.models import User


class RegistrationForm(SignupForm):
    """Answers alike, and as fast, whether or not the address already has an account."""

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        if self.account_already_exists:
            make_password(self.cleaned_data["password1"])  # takes as long as making the account
        saved: tuple[User | None, HttpResponse | None] = super().try_save(request)
        return saved
