"""Groups of staff and what they may do: for superusers, who could do all of it anyway."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.models import Group
from django.http import HttpRequest

if TYPE_CHECKING:
    BaseGroupAdmin = DjangoGroupAdmin
else:
    BaseGroupAdmin = DjangoGroupAdmin

admin.site.unregister(Group)


def is_superuser(request: HttpRequest) -> bool:
    return bool(getattr(request.user, "is_superuser", False))


@admin.register(Group)
class GroupAdmin(BaseGroupAdmin):
    """Whoever edits a group could give themselves its powers: staff may only look."""

    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return is_superuser(request)

    def has_change_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return is_superuser(request)

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return is_superuser(request)
