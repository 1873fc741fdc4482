"""List pages that stay quick and safe, however many rows there are."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.contrib.admin.widgets import AutocompleteSelect
from django.db.models import Model, Q, QuerySet
from django.forms import Media
from django.http import HttpRequest

from .counting import EstimatingPaginator, estimated_rows

Row = TypeVar("Row", bound=Model)

if TYPE_CHECKING:
    BaseAdmin = admin.ModelAdmin
else:

    class BaseAdmin(admin.ModelAdmin, Generic[Row]):
        """Django's, with the type parameter that its stubs give it."""


# Up to so many rows a search may look anywhere in them; beyond, at the beginnings that an index
# knows.
SEARCHED_WHOLE = 50_000
FOUND_AT_MOST = 500
# Rows that a search anywhere in a text looks through, the newest of those that are listed.
SEARCHED = 10_000


def matching(term: str, fields: Sequence[str], *, lookup: str) -> Q:
    """Every word of `term` stands in one of `fields`, as `lookup` says."""
    words = term.replace("\0", "").split()
    anywhere = (
        reduce(or_, (Q((f"{field}__{lookup}", word)) for field in fields)) for word in words
    )
    return reduce(and_, anywhere, Q())


def first_found(model: type[Model], condition: Q) -> list[int]:
    """The keys of up to `FOUND_AT_MOST` rows, whichever an index finds first.

    Where a word finds half of a table, not all of that is sorted for one page; and as numbers,
    since around a query in a query the database would read the whole table.
    """
    found = model._default_manager.filter(condition).order_by()  # noqa: SLF001
    return list(found.values_list("pk", flat=True)[:FOUND_AT_MOST])


def search_newest(rows: QuerySet[Row], term: str, *, field: str, place: str) -> QuerySet[Row]:
    """Those of the newest `SEARCHED` of `rows` whose `field` has every word of `term`. `place` is
    the column by whose index they are ordered."""
    if not term.strip():
        return rows
    places = rows.order_by(f"-{place}").values_list(place, flat=True)
    for oldest in places[SEARCHED : SEARCHED + 1]:
        rows = rows.filter(**{f"{place}__gt": oldest})
    return rows.filter(matching(term, [field], lookup="icontains"))


class QuickChangeList(ChangeList):
    """Sorts only by what an index serves, and lets its admin load what a page's rows need."""

    def get_ordering_field(self, field_name: Any) -> Any:
        if field_name not in (self.sortable_by or ()):
            return None
        return super().get_ordering_field(field_name)

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows = list(self.result_list)
        # A list does where Django's own templates are concerned; only `list_editable`, which no
        # admin here has, would want a queryset.
        self.result_list = rows
        self.is_cut = bool(self.query) and self.result_count == FOUND_AT_MOST
        self.model_admin.load_page(request, rows)  # type: ignore[attr-defined]


class QuickList(BaseAdmin[Row]):
    """A list with bounded counts, and with no way to ask what its filters do not offer.

    Related rows belong into `get_queryset`, by `prefetch_related`: joined, they would be read for
    every row that is sorted or passed over, not only for those of the page.
    `search_fields` are searched for each word anywhere in them; in a large table only
    `indexed_search_fields` are, and only from their beginning.
    """

    paginator = EstimatingPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    list_max_show_all = 200
    sortable_by: ClassVar[tuple[str, ...]] = ()
    indexed_search_fields: ClassVar[Sequence[str]] = ()
    change_list_template = "admin/parley/change_list.html"
    empty_value_display = "–"  # noqa: RUF001 - as the columns show it

    @property
    def media(self) -> Media:
        """With what the filters need in which a row is picked by typing."""
        return super().media + AutocompleteSelect(None, self.admin_site).media

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return QuickChangeList

    def load_page(self, request: HttpRequest, rows: list[Row]) -> None:
        """Give `rows`, those of one page, what their columns show, in few queries for all."""

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Row], search_term: str
    ) -> tuple[QuerySet[Row], bool]:
        if not search_term.strip():
            return queryset, False
        found = self.found_by(search_term)
        if estimated_rows(self.model) > SEARCHED_WHOLE:
            found = Q(pk__in=first_found(self.model, found))
        return queryset.filter(found), False

    def found_by(self, term: str) -> Q:
        if estimated_rows(self.model) <= SEARCHED_WHOLE:
            return matching(term, list(self.search_fields), lookup="icontains")
        return matching(term, self.indexed_search_fields, lookup="istartswith")

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Allow what the list's filters ask for and nothing else: with any other lookup, what a
        page does not show could be guessed at, letter by letter."""
        names = self._filter_names(request)
        offered = any(lookup == name or lookup.startswith(f"{name}__") for name in names)
        return offered and super().lookup_allowed(lookup, value, request)

    def _filter_names(self, request: HttpRequest) -> Iterator[str]:
        for item in self.get_list_filter(request):
            if isinstance(item, str):
                yield item
            elif isinstance(item, tuple):
                yield str(item[0])
            else:
                yield str(getattr(item, "parameter_name", ""))
        if self.date_hierarchy:
            yield self.date_hierarchy

    # Rows come and go by what people do, not by hand.

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        return False


class ReadingList(QuickList[Row]):
    """A list whose rows nobody edits."""

    def has_change_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        return False


def in_any(fields: Sequence[str], keys: Collection[int]) -> Q:
    """One of `fields` is one of `keys`: numbers that were found before, so that indexes serve."""
    return reduce(or_, (Q((f"{field}__in", keys)) for field in fields))
