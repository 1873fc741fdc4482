"""What lists can be filtered by, beyond what django-filter brings."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from django_filters.widgets import BooleanWidget


class YesOrNoWidget(BooleanWidget):
    """Hands on what is neither, which the widget it is made from takes for nothing."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        known: bool | None = super().value_from_datadict(data, files, name)
        return data.get(name) if known is None else known


class YesOrNoField(forms.NullBooleanField):
    def clean(self, value: Any) -> bool | None:
        if isinstance(value, bool) or value in self.empty_values:
            return self.to_python(value)
        raise ValidationError(_("This is neither true nor false."), code="invalid")


class YesOrNoFilter(filters.BooleanFilter):
    """True or false; anything else is refused, as other filters refuse what does not fit."""

    field_class = YesOrNoField

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=YesOrNoWidget, **options)
