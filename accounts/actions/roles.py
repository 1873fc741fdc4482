"""Giving roles."""

from django.contrib.auth.models import Group
from django.db import transaction

from accounts.models import User
from accounts.roles import ADMINISTRATOR, MODERATOR


@transaction.atomic
def give_role(*, user: User, role: str | None) -> None:
    """Let `user` have this role and no other; None for what everybody has. Administrators get into
    the admin; who was one does not any more. Superusers stay what they are besides.
    """
    others = Group.objects.filter(name__in=(MODERATOR, ADMINISTRATOR))
    user.groups.remove(*others.exclude(name=role or ""))
    if role is not None:
        user.groups.add(Group.objects.get(name=role))
    user.is_staff = role == ADMINISTRATOR or user.is_superuser
    user.save(update_fields=["is_staff"])
