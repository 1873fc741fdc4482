"""People in the admin. Whatever has effects elsewhere goes through an action."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.actions import access
from accounts.actions.profile import rename
from accounts.models import User
from accounts.signals import EndReason

if TYPE_CHECKING:  # generic for the type checker only
    BaseAdmin = UserAdmin[User]
else:
    BaseAdmin = UserAdmin

NAMES = ("first_name", "last_name")
POWERS = ("is_staff", "is_superuser", "groups", "user_permissions")


@admin.register(User)
class PersonAdmin(BaseAdmin):
    """Names and powers can be edited; who may come in is decided by the actions of the list."""

    list_display = ("username", "display_name", "email", "is_active", "is_staff", "last_seen")
    list_filter = ("is_active", "is_staff", "is_superuser", "groups")
    search_fields = ("username", "first_name", "last_name", "email")
    ordering = ("username",)
    fieldsets = (
        (None, {"fields": ("username", "email", "password")}),
        (_("Name shown"), {"fields": NAMES}),
        (_("Access"), {"fields": ("is_active", "last_seen", "last_login", "date_joined")}),
        (_("Powers"), {"fields": POWERS}),
    )
    add_fieldsets = (
        (None, {"fields": ("username", "email", "usable_password", "password1", "password2")}),
    )
    actions = ("deactivate", "reactivate", "log_out_everywhere")

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        if obj is None:
            return ()
        fixed = ("username", "email", "is_active", "last_seen", "last_login", "date_joined")
        return fixed if _is_superuser(request) else fixed + POWERS

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Nobody below a superuser touches a superuser: a new password would make them one."""
        beyond = obj is not None and obj.is_superuser and not _is_superuser(request)
        return not beyond and super().has_change_permission(request, obj)

    def has_delete_permission(
        self,
        request: HttpRequest,
        obj: User | None = None,
    ) -> bool:
        """People are deactivated; what they said stays theirs."""
        return False

    def save_model(
        self,
        request: HttpRequest,
        obj: User,
        form: ModelForm[User],
        change: bool,
    ) -> None:
        super().save_model(request, obj, form, change)
        if change and not {*NAMES}.isdisjoint(form.changed_data):
            rename(user=obj, first_name=obj.first_name, last_name=obj.last_name)

    @admin.action(description=_("Deactivate: end all access and keep them out"))
    def deactivate(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        people = self._people(request, queryset.exclude(username=request.user.get_username()))
        for person in people:
            access.deactivate(user=person)
        self._report(request, len(people))

    @admin.action(description=_("Reactivate: let them log in again"))
    def reactivate(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        people = self._people(request, queryset)
        for person in people:
            access.reactivate(user=person)
        self._report(request, len(people))

    @admin.action(description=_("Log out everywhere: end every session and token"))
    def log_out_everywhere(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        people = self._people(request, queryset)
        for person in people:
            access.end_all_access(user=person, reason=EndReason.LOGGED_OUT_EVERYWHERE)
        self._report(request, len(people))

    def _people(self, request: HttpRequest, queryset: QuerySet[User]) -> list[User]:
        return [person for person in queryset if self.has_change_permission(request, person)]

    def _report(self, request: HttpRequest, count: int) -> None:
        done = ngettext("Done for %(count)d person.", "Done for %(count)d people.", count)
        self.message_user(request, done % {"count": count}, messages.SUCCESS)


def _is_superuser(request: HttpRequest) -> bool:
    return bool(getattr(request.user, "is_superuser", False))
