"""E-mail addresses in the admin: to look at. People prove and change theirs themselves."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from .lists import ReadingList, in_any
from .people import people_found

admin.site.unregister(EmailAddress)


@admin.register(EmailAddress)
class EmailAddressAdmin(ReadingList[EmailAddress]):
    actions = None
    list_display = ("email", "user", "primary", "verified")
    list_filter = ("primary", "verified")
    search_fields = ("email",)
    ordering = ("-pk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[EmailAddress]:
        return super().get_queryset(request).prefetch_related("user")

    def found_by(self, term: str) -> Q:
        """The whole address, which an index knows, or the beginning of whose it is."""
        return Q(email=term.strip().lower()) | in_any(["user"], people_found(term))
