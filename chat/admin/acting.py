"""Lists whose rows something can be done to, with a page in between that asks for the reason."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast

from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME, AdminForm
from django.contrib.admin.options import IS_POPUP_VAR
from django.core.exceptions import SuspiciousOperation
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.admin.lists import QuickList
from chat.actions.authority import MODERATE_ANYWHERE

from .acts import Act, ReasonForm, explain

if TYPE_CHECKING:
    from accounts.models import User

Row = TypeVar("Row", bound=Model)

AT_ONCE = 2_000  # rows that one request does something to
SHOWN = 20  # rows that the page in between lists
REFUSALS_SHOWN = 5


def acting(request: HttpRequest) -> User:
    """Who acts; nobody else comes so far."""
    return cast("User", request.user)


class ActingList(QuickList[Row]):
    """Offers its `acts` to those who may moderate: in the list's menu and on each row's page."""

    acts: ClassVar[Sequence[Act[Any]]] = ()
    change_form_template = "admin/parley/change_form.html"

    def has_moderate_permission(self, request: HttpRequest) -> bool:
        return acting(request).has_perm(MODERATE_ANYWHERE)

    def describe(self, row: Row) -> str:
        """What the page in between calls a row."""
        return str(row)

    def get_actions(
        self, request: HttpRequest
    ) -> dict[str, tuple[Callable[..., str], str, str] | None]:
        if IS_POPUP_VAR in request.GET or not self.has_moderate_permission(request):
            return {}
        return {act.name: (_runner(act), act.name, str(act.label)) for act in self.acts}

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        row = self.get_object(request, object_id) if object_id else None
        offered = [act for act in self.acts if row is not None and act.fits(row)]
        if not self.has_moderate_permission(request):
            offered = []
        context = {"acts": offered, **(extra_context or {})}
        return super().changeform_view(request, object_id, form_url, context)

    # The page in between, and what follows

    def run(
        self, request: HttpRequest, queryset: QuerySet[Row], act: Act[Row]
    ) -> HttpResponse | None:
        """Ask first; do it once there is a reason."""
        asked = "chosen" in request.POST
        if asked:
            keys = _chosen(request)
        else:
            if request.POST.get("from_page"):
                # Begun on the row's page, where no filter of the list counts.
                queryset = self.get_queryset(request).filter(pk=request.POST[ACTION_CHECKBOX_NAME])
            keys = list(queryset.values_list("pk", flat=True)[:AT_ONCE])
        if not keys:
            self.message_user(request, _("There is nothing left to do this to."), messages.WARNING)
            return None
        form = act.form(request.POST) if asked else act.form()
        if asked and form.is_valid():
            self._carry_out(request, act, self._rows(request, keys), form.cleaned_data)
            return self._back(request, keys)
        return self._ask(request, act, form, keys)

    def _rows(self, request: HttpRequest, keys: Sequence[int]) -> list[Row]:
        """Those of `keys` that this person may see, in that order."""
        found = self.get_queryset(request).in_bulk(list(keys))
        return [found[key] for key in keys if key in found]

    def _ask(
        self, request: HttpRequest, act: Act[Row], form: ReasonForm, keys: Sequence[int]
    ) -> HttpResponse:
        fields = [(None, {"fields": list(form.fields)})]
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "media": self.media + form.media,
            "title": act.label,
            "act": act,
            "adminform": AdminForm(cast("Any", form), fields, {}),
            "errors": form.errors,
            "rows": [self.describe(row) for row in self._rows(request, keys[:SHOWN])],
            "count": len(keys),
            "not_shown": max(0, len(keys) - SHOWN),
            "is_full": len(keys) >= AT_ONCE,
            "chosen": ",".join(map(str, keys)),
            "first": keys[0],
            "checkbox_name": ACTION_CHECKBOX_NAME,
            "from_page": request.POST.get("from_page", ""),
        }
        return TemplateResponse(request, "admin/parley/act.html", context)

    def _carry_out(
        self, request: HttpRequest, act: Act[Row], rows: Sequence[Row], answers: dict[str, Any]
    ) -> None:
        outcomes = list(act.carry_out(acting(request), rows, answers))
        refused = [(row, error) for row, error in outcomes if error is not None]
        if done := len(outcomes) - len(refused):
            words = _("%(act)s: %(count)d done.")
            self.message_user(request, words % {"act": act.label, "count": done}, messages.SUCCESS)
        told = (f"{self.describe(row)}: {explain(error)}." for row, error in refused)
        self._tell_refused(request, told, len(refused))

    def _tell_refused(self, request: HttpRequest, told: Iterable[str], count: int) -> None:
        for words in islice(told, REFUSALS_SHOWN):
            self.message_user(request, words, messages.WARNING)
        if (more := count - REFUSALS_SHOWN) > 0:
            words = ngettext("%(n)d more was refused.", "%(n)d more were refused.", more)
            self.message_user(request, words % {"n": more}, messages.WARNING)

    def _back(self, request: HttpRequest, keys: Sequence[int]) -> HttpResponse:
        """To the row's page, if the act was begun there, otherwise to the list as it was."""
        if request.POST.get("from_page"):
            name = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
            return HttpResponseRedirect(reverse(name, args=[keys[0]]))
        return HttpResponseRedirect(request.get_full_path())


def _runner(act: Act[Any]) -> Callable[[ActingList[Any], HttpRequest, QuerySet[Any]], Any]:
    return lambda rows_admin, request, queryset: rows_admin.run(request, queryset, act)


def _chosen(request: HttpRequest) -> list[int]:
    """The keys that the page in between was shown for."""
    keys = request.POST["chosen"].split(",")[:AT_ONCE]
    if not all(key.isascii() and key.isdigit() and len(key) < 19 for key in keys):
        raise SuspiciousOperation("What was chosen cannot be read.")
    return [int(key) for key in keys]
