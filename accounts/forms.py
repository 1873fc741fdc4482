"""What pages of accounts let people send."""

from typing import Any
from uuid import uuid4

from allauth.account.forms import SignupForm
from django import forms
from django.contrib.auth.hashers import make_password
from django.core.validators import RegexValidator
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from accounts.errors import AccountsError, Refusal
from accounts.models import User
from accounts.models.posts import REASON_LIMIT
from accounts.models.tokens import TOKEN_NAME_LIMIT
from accounts.models.users import ABOUT_LIMIT
from accounts.refusals import explain


class RegistrationForm(SignupForm):
    """Answers alike, and as fast, whether or not the address already has an account."""

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        if self.account_already_exists:
            make_password(self.cleaned_data["password1"])  # takes as long as making the account
        saved: tuple[User | None, HttpResponse | None] = super().try_save(request)
        return saved


def fresh_client_id() -> str:
    return uuid4().hex


class ClientIdField(forms.CharField):
    """What a page calls that which it sends: hidden, and it makes sending it twice harmless."""

    def __init__(self, *, required: bool = False) -> None:
        super().__init__(
            max_length=64,
            required=required,
            validators=[RegexValidator(r"\A[!-~]+\Z")],
            # Browsers otherwise put a used id back on reload.
            widget=forms.HiddenInput(attrs={"autocomplete": "off", "id": False}),
            initial=fresh_client_id,
        )


class WritingForm(forms.Form):
    """A post or a comment."""

    client_id = ClientIdField()
    text = forms.CharField(
        strip=False,
        widget=forms.Textarea,
        error_messages={"required": _("Not posted: there is nothing in it.")},
    )

    @property
    def written(self) -> dict[str, Any]:
        """What the actions take: the text and what its sender calls it."""
        return {
            "text": self.cleaned_data["text"],
            "client_id": self.cleaned_data["client_id"] or None,
        }

    def refuse(self, error: AccountsError) -> None:
        """Say why it was not taken. Where its id is used up, it gets another one."""
        self.add_error("text", explain(error))
        if error.code == Refusal.CONFLICT:
            self.data = {"text": self.data["text"], "client_id": fresh_client_id()}


class ProfileForm(forms.Form):
    """What one shows of oneself."""

    first_name = forms.CharField(
        label=_("First name"),
        max_length=150,
        required=False,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "given-name"}),
    )
    last_name = forms.CharField(
        label=_("Last name"),
        max_length=150,
        required=False,
        help_text=_(
            "Others see your name beside what you say. Without one they see your username."
        ),
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "family-name"}),
    )
    about_me = forms.CharField(
        label=_("About you"),
        max_length=ABOUT_LIMIT,
        required=False,
        help_text=_("A sentence or two for your page."),
        widget=forms.Textarea(attrs={"class": "input", "rows": 4}),
    )


class PictureForm(forms.Form):
    """Another picture of oneself."""

    picture = forms.FileField(
        label=_("Picture"),
        help_text=_("JPEG, PNG, GIF or WebP, up to 8 MB. The middle is cut out as a square."),
        widget=forms.FileInput(attrs={"class": "input", "accept": "image/*"}),
    )


class ReasonForm(forms.Form):
    """Why something is hidden."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=REASON_LIMIT,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
    )


class SeenForm(forms.Form):
    """How far one has seen one's notifications."""

    newest = forms.IntegerField(min_value=0, max_value=2**63 - 1)


class TokenForm(forms.Form):
    """A new API token."""

    name = forms.CharField(
        label=_("What is it for?"),
        max_length=TOKEN_NAME_LIMIT,
        help_text=_("So that you know it again, such as “build server”."),
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
    )
