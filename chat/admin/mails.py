"""Mails that wait to be sent, and those given up. What they say is shown to nobody."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django_tasks_db.models import DBTaskResult

from accounts.admin.lists import ReadingList
from accounts.models import Mail
from chat.actions.people import send_mail_again

from .acting import ActingList
from .acts import Act, each
from .columns import badge, when

# A mail's row says more of it than its tasks do.
admin.site.unregister(DBTaskResult)

SEND_AGAIN = Act[Mail](
    name="send_again",
    label=_("Send again"),
    effect=_("It is tried anew at once, and again after pauses if that fails."),
    carry_out=each(lambda by, mail, said: send_mail_again(by=by, mail=mail, reason=said["reason"])),
    fits=lambda mail: mail.failed_at is not None,
)


class StateFilter(admin.SimpleListFilter):
    """Those given up, unless one asks for the others: they need somebody."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, Any]]:
        return [("failed", _("given up")), ("waiting", _("waiting"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Mail]) -> QuerySet[Mail]:
        match self.value():
            case "failed":
                return queryset.filter(failed_at__isnull=False)
            case "waiting":
                return queryset.filter(failed_at__isnull=True)
            case _:
                return queryset


@admin.register(Mail)
class MailAdmin(ActingList[Mail], ReadingList[Mail]):
    acts = (SEND_AGAIN,)
    list_display = ("recipient", "subject", "state", "tries", "written", "error")
    list_filter = (StateFilter,)
    search_fields = ("recipient",)
    ordering = ("-created_at", "-pk")
    fields = ("recipient", "subject", "created_at", "tries", "due_at", "failed_at", "error")

    def describe(self, row: Mail) -> str:
        return f"{row.recipient}: {row.subject}"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Mail]:
        return super().get_queryset(request).defer("text", "html")

    def found_by(self, term: str) -> Q:
        return Q(recipient=term.strip().lower())

    @admin.display(description=_("state"))
    def state(self, mail: Mail) -> SafeString:
        return badge(_("given up"), tone="bad") if mail.failed_at else badge(_("waiting"))

    @admin.display(description=_("written"))
    def written(self, mail: Mail) -> SafeString | str:
        return when(mail.created_at)
