"""Filters beside the lists, for what has too many rows to list them there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.contrib.admin.widgets import AutocompleteSelect
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

# Where the name of the field would read badly after "By".
TITLES = {"actor": _("who acted"), "subject": _("whom it was done to")}


class GivenFilter(admin.FieldListFilter):
    """One row of another table, which a link names. Without such a link it is not there."""

    template = "admin/parley/pick_filter.html"

    @property
    def key(self) -> int | None:
        """The key of the row."""
        given = cast("list[str]", self.used_parameters.get(self.field_path) or [""])
        if not given[-1]:
            return None
        if not _is_key(given[-1]):
            raise IncorrectLookupParameters
        return int(given[-1])

    def expected_parameters(self) -> list[str | None]:
        return [self.field_path]

    def has_output(self) -> bool:
        return self.key is not None

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset if self.key is None else queryset.filter(**{self.field_path: self.key})

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        """One, with all that the template needs."""
        others = dict(changelist.params)
        others.pop(self.field_path, None)
        yield {
            "selected": self.key is not None,
            "control": self.control(),
            "others": others.items(),
            "everything": changelist.get_query_string(remove=[self.field_path]),
        }

    def control(self) -> str:
        return ""


class PickFilter(GivenFilter):
    """One row of another table, found by typing."""

    def __init__(
        self,
        field: Any,
        request: HttpRequest,
        params: dict[str, list[str]],
        model: type[Model],
        model_admin: admin.ModelAdmin[Any],
        field_path: str,
    ) -> None:
        super().__init__(field, request, params, model, model_admin, field_path)
        self.title = TITLES.get(field_path, self.title)
        site = model_admin.admin_site
        others: type[Model] = field.related_model
        self.may_look = site.get_model_admin(others).has_view_permission(request)
        self.choice = forms.ModelChoiceField(
            others._default_manager.all(),  # noqa: SLF001 - Django's public name
            required=False,
            widget=AutocompleteSelect(field, site),
        )

    def has_output(self) -> bool:
        return True

    def control(self) -> str:
        if not self.may_look:
            return ""
        attrs = {"id": f"pick-{self.field_path}", "aria-label": str(self.title)}
        return str(self.choice.widget.render(self.field_path, self.key, attrs))


def picked(request: HttpRequest, field: str) -> int | None:
    """The key that such a filter of this request holds."""
    key = request.GET.get(field, "")
    return int(key) if _is_key(key) else None


def _is_key(words: str) -> bool:
    return words.isascii() and words.isdigit() and len(words) < 19
