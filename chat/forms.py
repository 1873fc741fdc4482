"""What pages let people send."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from accounts.forms import ClientIdField, fresh_client_id
from accounts.models import User
from accounts.search.words import TYPED_LENGTH

from .errors import ChatError, ErrorCode
from .models import RoomKind
from .paging import LAST_PAGE
from .refusals import explain
from .searching import Kind


class MessageForm(forms.Form):
    """One message, with `files` or without."""

    client_id = ClientIdField(required=True)
    message = forms.CharField(
        strip=False,
        required=False,
        widget=forms.Textarea,
    )

    @property
    def sent_files(self) -> list[UploadedFile[Any]]:
        """What was chosen; browsers send a nameless, empty part where nothing was."""
        return [file for file in self.files.getlist("files") if file] if self.files else []

    def clean_message(self) -> str:
        """Forms break lines with CR LF; nothing else here does."""
        text: str = self.cleaned_data["message"]
        if not (text or self.sent_files):
            raise forms.ValidationError(_("Not sent: there is nothing in it."))
        return text.replace("\r\n", "\n")


class RoomForm(forms.Form):
    """A new room."""

    client_id = ClientIdField()
    name = forms.CharField(
        label=_("Room name"),
        max_length=80,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
    )
    topic = forms.CharField(
        label=_("Topic"),
        max_length=250,
        required=False,
        help_text=_("What is talked about here. Shown beside the name."),
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
    )
    private = forms.BooleanField(
        label=_("Private"), required=False, help_text=_("Only those you add can find and read it.")
    )

    @property
    def kind(self) -> RoomKind:
        return RoomKind.PRIVATE if self.cleaned_data["private"] else RoomKind.PUBLIC

    def refuse(self, error: ChatError) -> None:
        """Say why none was made. Where its id is used up, it gets another one."""
        if error.code == ErrorCode.CONFLICT:
            self.add_error(
                None, _("A room was made from this page already. Send again to make another.")
            )
            self.data = dict(self.data.items()) | {"client_id": fresh_client_id()}
        else:
            self.add_error(None, explain(error))


class ListForm(forms.Form):
    """What to look for in a list, and which page of it; what cannot be read is left out."""

    q = forms.CharField(max_length=100, required=False)
    page = forms.IntegerField(min_value=1, max_value=LAST_PAGE, required=False)
    yours = forms.IntegerField(min_value=1, max_value=LAST_PAGE, required=False)
    people = forms.IntegerField(min_value=1, max_value=LAST_PAGE, required=False)

    def words(self) -> str:
        return str(self._cleaned("q") or "")

    def number(self, name: str = "page") -> int:
        return int(self._cleaned(name) or 1)

    def _cleaned(self, name: str) -> Any:
        self.is_valid()
        return self.cleaned_data.get(name)


class InviteForm(forms.Form):
    """Somebody to add, by name."""

    username = forms.CharField(
        label=_("Username"),
        widget=forms.TextInput(
            attrs={"class": "input", "autocomplete": "off", "autocapitalize": "none"}
        ),
    )

    def clean_username(self) -> User:
        """Return the person. Raises `ValidationError` when there is none."""
        try:
            return User.objects.get_by_natural_key(self.cleaned_data["username"])
        except User.DoesNotExist:
            raise forms.ValidationError(_("Nobody here is called so.")) from None


class LinkForm(forms.Form):
    """A new invitation link."""

    days = forms.TypedChoiceField(
        label=_("Good for"),
        choices=(
            (1, _("1 day")),
            (7, _("1 week")),
            (30, _("30 days")),
            (0, _("as long as it is not revoked")),
        ),
        coerce=int,
        initial=7,
        widget=forms.Select(attrs={"class": "input"}),
    )
    use_limit = forms.IntegerField(
        label=_("How many people may use it"),
        min_value=1,
        max_value=10_000,
        required=False,
        help_text=_("Empty: as many as have it."),
        widget=forms.NumberInput(attrs={"class": "input", "autocomplete": "off"}),
    )


class ReadForm(forms.Form):
    """How far one has read."""

    sequence = forms.IntegerField(min_value=0, max_value=2**63 - 1)


class PlaceForm(forms.Form):
    """Which part of a room to look at: below a place, or around one."""

    before = forms.IntegerField(min_value=0, max_value=2**63 - 1, required=False)
    at = forms.IntegerField(min_value=0, max_value=2**63 - 1, required=False)


class SearchForm(forms.Form):
    """What to search for, where and in which order; what cannot be read is left out."""

    q = forms.CharField(required=False)
    kind = forms.TypedChoiceField(
        choices=[(kind, kind) for kind in Kind],
        coerce=Kind,
        required=False,
        empty_value=None,
    )
    best = forms.BooleanField(required=False)
    page = forms.IntegerField(min_value=1, max_value=LAST_PAGE, required=False)

    def clean_q(self) -> str:
        return str(self.cleaned_data["q"])[:TYPED_LENGTH]
