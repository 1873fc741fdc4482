"""Roles: groups of Django, made by a migration, whose permissions an administrator may change."""

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.models import Permission

from accounts.models import User

# Everybody has this one without belonging to it.
USER = "user"
MODERATOR = "moderator"
ADMINISTRATOR = "administrator"


class EverybodysRole(BaseBackend):
    """Gives every active person the permissions of the group `user`.

    A right taken from that group is taken from all who have no other role: a place where only
    moderators may post is one click in the admin.
    """

    def get_group_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        if obj is not None or not isinstance(user_obj, User) or not user_obj.is_active:
            return set()
        found: set[str] | None = getattr(user_obj, "_everybodys_permissions", None)
        if found is None:
            rows = Permission.objects.filter(group__name=USER).order_by()
            names = rows.values_list("content_type__app_label", "codename")
            found = {f"{app}.{codename}" for app, codename in names}
            user_obj._everybodys_permissions = found  # type: ignore[attr-defined]  # noqa: SLF001 - kept as Django keeps its own
        return found


def role_of(user: User) -> str | None:
    """The higher of the roles that `user` has beside everybody's, None without one."""
    names = set(user.groups.values_list("name", flat=True))
    return next((role for role in (ADMINISTRATOR, MODERATOR) if role in names), None)
