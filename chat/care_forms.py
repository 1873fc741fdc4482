"""What the pages of a room's moderators let them send: each act with its reason."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from .models.moderation import REASON_LIMIT

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

INPUT = {"class": "input"}
LAST_NUMBER = 2**31 - 1  # what the column of the history limit holds

# Seconds between two messages of a member.
PACES = {
    0: _("Off"),
    5: _("5 seconds"),
    15: _("15 seconds"),
    60: _("1 minute"),
    300: _("5 minutes"),
    900: _("15 minutes"),
    3600: _("1 hour"),
}
# How long somebody only reads, in minutes.
SPANS = {
    10: _("10 minutes"),
    60: _("1 hour"),
    8 * 60: _("8 hours"),
    24 * 60: _("1 day"),
    7 * 24 * 60: _("1 week"),
    30 * 24 * 60: _("30 days"),
}


class ReasonForm(forms.Form):
    """Why. Every act of a moderator asks that."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=REASON_LIMIT,
        widget=forms.TextInput(attrs={**INPUT, "autocomplete": "off"}),
        help_text=_("The room's moderators read it in the log."),
        error_messages={"required": _("Say why, in a few words.")},
    )


class RoomSettingsForm(forms.Form):
    """What a room is called, is about and keeps."""

    name = forms.CharField(
        label=_("Room name"),
        max_length=80,
        widget=forms.TextInput(attrs={**INPUT, "autocomplete": "off"}),
        help_text=_("The room's address stays as it is."),
        error_messages={"required": _("A room needs a name.")},
    )
    topic = forms.CharField(
        label=_("Topic"),
        max_length=250,
        required=False,
        help_text=_("What is talked about here. Shown beside the name."),
        widget=forms.TextInput(attrs={**INPUT, "autocomplete": "off"}),
    )
    history_limit = forms.IntegerField(
        label=_("Messages to keep"),
        min_value=1,
        max_value=LAST_NUMBER,
        required=False,
        help_text=_("Older ones are forgotten, none before it is a day old. Empty: all are kept."),
        widget=forms.NumberInput(attrs={**INPUT, "inputmode": "numeric", "min": 1}),
    )


class PaceForm(ReasonForm):
    """How quickly members may write."""

    def __init__(self, data: QueryDict | None, *, present: int, auto_id: str) -> None:
        """`present` is the pace that stands; it may be one that was set elsewhere."""
        super().__init__(data, initial={"seconds": present}, auto_id=auto_id)
        other = ngettext("%(count)s second", "%(count)s seconds", present) % {"count": present}
        paces: dict[int, StrOrPromise] = {present: other, **PACES}
        self.fields["seconds"] = forms.TypedChoiceField(
            label=_("Between two messages of a member"),
            coerce=int,
            choices=[(seconds, paces[seconds]) for seconds in sorted(paces)],
            widget=forms.Select(attrs=INPUT),
        )
        self.order_fields(("seconds", "reason"))


class MuteForm(ReasonForm):
    """For how long somebody only reads."""

    minutes = forms.TypedChoiceField(
        label=_("For"),
        coerce=int,
        choices=list(SPANS.items()),
        initial=60,
        widget=forms.Select(attrs=INPUT),
    )
    field_order = ("minutes", "reason")

    @property
    def span(self) -> timedelta:
        return timedelta(minutes=self.cleaned_data["minutes"])


class SettleForm(ReasonForm):
    """What a moderator decides about a reported message."""

    message = forms.IntegerField(min_value=1, max_value=2**63 - 1)
    act = forms.ChoiceField(choices=[("keep", ""), ("delete", "")])

    @property
    def deletes(self) -> bool:
        return bool(self.cleaned_data["act"] == "delete")


class ReportForm(forms.Form):
    """Why the moderators should look at a message."""

    reason = forms.CharField(
        label=_("What is wrong with it"),
        max_length=REASON_LIMIT,
        required=False,
        widget=forms.Textarea(attrs={**INPUT, "rows": 3}),
        help_text=_("Only the moderators read this, and who reported it."),
    )
