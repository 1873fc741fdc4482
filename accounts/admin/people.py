"""People in the admin: names and powers. Whatever has effects elsewhere goes through an action."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm
from django.db.models import Q
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.actions.access import change_password
from accounts.actions.profile import rename
from accounts.models import User

from .counting import estimated_rows
from .groups import is_superuser
from .lists import SEARCHED_WHOLE, QuickList, first_found, matching

if TYPE_CHECKING:  # generic for the type checker only
    BaseUserAdmin = UserAdmin[User]
    BasePasswordForm = AdminPasswordChangeForm[User]
else:
    BaseUserAdmin = UserAdmin
    BasePasswordForm = AdminPasswordChangeForm

NAMES = ("first_name", "last_name")
POWERS = ("is_staff", "is_superuser", "groups", "user_permissions")
SEARCHED = ("username", "first_name", "last_name", "email")
STOOD_FOR = 100


def people_matching(term: str) -> Q:
    """Whose name or address has every word of `term`; begins with it, where people are many."""
    many = estimated_rows(User) > SEARCHED_WHOLE
    return matching(term, SEARCHED, lookup="istartswith" if many else "icontains")


def people_found(term: str) -> list[int]:
    """The keys of up to `STOOD_FOR` people whom `term` finds: whoever is called so comes first."""
    called_so = User.objects.filter(username__iexact=term.strip().replace("\0", ""))
    keys = [*called_so.values_list("pk", flat=True), *first_found(User, people_matching(term))]
    return list(dict.fromkeys(keys))[:STOOD_FOR]


class PasswordForm(BasePasswordForm):
    """Writes the password alone, so that nothing done to the person meanwhile is undone."""

    def set_password_and_save(self, user: User, **kwargs: Any) -> User:
        usable = self.cleaned_data["set_usable_password"]
        change_password(user=user, password=self.cleaned_data["password1"] if usable else None)
        return user


class PersonAdmin(QuickList[User], BaseUserAdmin):
    """Names and powers can be edited; who may come in is decided by acts of moderation."""

    change_password_form = PasswordForm
    search_fields = SEARCHED
    ordering = ("username",)
    sortable_by = ("username",)
    autocomplete_fields = ("groups",)
    filter_horizontal = ("user_permissions",)
    fieldsets = (
        (None, {"fields": ("username", "email", "password")}),
        (_("Name shown"), {"fields": NAMES}),
        (
            _("Access"),
            {"fields": ("standing", "last_seen", "last_login", "date_joined", "shows_receipts")},
        ),
        (_("Powers"), {"fields": POWERS}),
    )
    add_fieldsets = (
        (None, {"fields": ("username", "email", "usable_password", "password1", "password2")}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        if obj is None:
            return ()
        fixed = (
            "username",
            "email",
            "standing",
            "last_seen",
            "last_login",
            "date_joined",
            "shows_receipts",
        )
        return fixed if is_superuser(request) else fixed + POWERS

    def has_add_permission(self, request: HttpRequest) -> bool:
        return BaseUserAdmin.has_add_permission(self, request)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Nobody below a superuser touches others of the staff: with a new password they could
        act in their place."""
        beyond = (
            obj is not None
            and (obj.is_staff or obj.is_superuser)
            and obj.pk != request.user.pk
            and not is_superuser(request)
        )
        return not beyond and super().has_change_permission(request, obj)

    @admin.display(description=_("access"))
    def standing(self, person: User) -> str:
        return str(_("active") if person.is_active else _("suspended"))

    def found_by(self, term: str) -> Q:
        return people_matching(term)

    def save_model(
        self,
        request: HttpRequest,
        obj: User,
        form: ModelForm[User],
        change: bool,
    ) -> None:
        """Write only what was changed in the form: the row may have changed since it was read."""
        if not change:
            super().save_model(request, obj, form, change)
            return
        changed = set(form.changed_data)
        if names := changed.intersection(NAMES):
            rename(user=obj, **{name: getattr(obj, name) for name in names})
        if powers := sorted(changed & {"is_staff", "is_superuser"}):
            obj.save(update_fields=powers)
