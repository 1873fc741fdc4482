"""What somebody does in the admin with a browser."""

import re
from typing import Any

from django.contrib.auth.models import Permission
from django.contrib.messages import get_messages
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from accounts.models import User

EVERY_LIST = (
    "accounts_user",
    "auth_group",
    "account_emailaddress",
    "accounts_post",
    "accounts_comment",
    "accounts_follow",
    "accounts_notification",
    "accounts_mail",
    "chat_room",
    "chat_membership",
    "chat_ban",
    "chat_invitelink",
    "chat_message",
    "chat_report",
    "chat_moderationentry",
    "chat_liveperson",
)


def browser_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def make_staff(name: str, *permissions: str) -> User:
    """Store somebody of the staff with `permissions`, each as "app.codename"."""
    staff = User.objects.create_user(name, is_staff=True)
    for permission in permissions:
        app, codename = permission.split(".")
        staff.user_permissions.add(
            Permission.objects.get(content_type__app_label=app, codename=codename)
        )
    return User.objects.get(pk=staff.pk)


def list_address(model: str) -> str:
    return reverse(f"admin:{model}_changelist")


def page_address(row: Model) -> str:
    name = row._meta.label_lower.replace(".", "_")
    return reverse(f"admin:{name}_change", args=[row.pk])


def choose(client: Client, model: str, act: str, *rows: Model, **more: Any) -> Any:
    """Choose rows in a list and an act in its menu; the answer is the page that asks why."""
    chosen = {"action": act, "_selected_action": [row.pk for row in rows], "index": 0, **more}
    return client.post(list_address(model), chosen)


def confirm(client: Client, asked: Any, **answers: Any) -> Any:
    """Fill in what the page in between asks, and send it."""
    page = asked.content.decode()
    start = page.index('name="action"')
    hidden = dict(re.findall(r'name="([\w]+)" value="([^"]*)"', page[start - 40 :]))
    return client.post(asked.request["PATH_INFO"], hidden | answers)


def act(client: Client, model: str, name: str, *rows: Model, **answers: Any) -> Any:
    return confirm(client, choose(client, model, name, *rows), **answers)


def told(answer: Any) -> list[str]:
    """What the next page will say at its top."""
    return [str(message) for message in get_messages(answer.wsgi_request)]


def rows_of(answer: Any) -> list[Any]:
    return list(answer.context["cl"].result_list)
