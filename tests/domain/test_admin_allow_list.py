"""No way around the actions: what can be edited, added or deleted by hand in the admin is listed
here, each with why it may, and nothing else can."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin import AdminSite, ModelAdmin
from django.db import connection
from django.test import RequestFactory
from django.urls import get_resolver

from accounts.models import User
from chat.admin.acting import ActingList
from chat.models import Room, RoomHead

pytestmark = pytest.mark.django_db

# Written by actions: `RoomAdmin.save_model` (change_room, set_slow_mode), `PersonAdmin.save_model`
# (rename). The reason is no column.
ROUTED = {
    "chat.Room": {"name", "topic", "history_limit", "slow_mode", "reason"},
    "accounts.User": {"first_name", "last_name"},
}
# Written by Django: nothing live shows them, and every act asks for powers anew. Superusers only.
ALLOWED = {
    "accounts.User": {"is_staff", "is_superuser", "groups", "user_permissions"},
    "auth.Group": {"name", "permissions"},
}
# Somebody new has no live clients yet; a group is only a name for powers.
ADDED = {"accounts.User", "auth.Group"}
DELETED = {"auth.Group"}


def ways_around(site: AdminSite, user: User) -> list[str]:
    """Whatever `user`, who may do everything, can do by hand on `site` and is listed nowhere."""
    get_resolver()  # the doors register what they have when the addresses are loaded
    request = RequestFactory().get("/")
    request.user = user
    return [
        f"{label}: {what}"
        for model, model_admin in site._registry.items()
        for label in [model._meta.label]
        for what in _unlisted(model_admin, label, request)
    ]


def _unlisted(model_admin: ModelAdmin[Any], label: str, request: Any) -> list[str]:
    found: list[str] = []
    if model_admin.has_add_permission(request) and label not in ADDED:
        found.append("add")
    if model_admin.has_delete_permission(request) and label not in DELETED:
        found.append("delete")
    editable = _editable(model_admin, request)
    found += sorted(editable - ROUTED.get(label, set()) - ALLOWED.get(label, set()))
    offered = set(model_admin.get_actions(request))
    acts = {act.name for act in model_admin.acts} if isinstance(model_admin, ActingList) else set()
    return found + [f"action {name}" for name in sorted(offered - acts)]


def _editable(model_admin: ModelAdmin[Any], request: Any) -> set[str]:
    row = model_admin.model()
    names = set(model_admin.list_editable)
    if model_admin.has_change_permission(request, row):
        form = model_admin.get_form(request, row, change=True)
        names |= {name for name, field in form.base_fields.items() if not field.disabled}
    for inline in model_admin.get_inline_instances(request, row):
        rights = (inline.has_add_permission, inline.has_change_permission)
        if any(right(request, row) for right in rights) or inline.has_delete_permission(request):
            names.add(f"inline {type(inline).__name__}")
    return names


@pytest.fixture
def superuser(db: None) -> User:
    return User.objects.create_superuser("admin")


def test_the_admin_is_no_way_around_the_actions(superuser: User) -> None:
    assert ways_around(admin.site, superuser) == []


def test_the_lists_hold_nothing_that_is_not_there(superuser: User) -> None:
    labels = {model._meta.label for model in admin.site._registry}
    assert {*ROUTED, *ALLOWED, *ADDED, *DELETED} <= labels


class HeadInline(admin.TabularInline):
    model = RoomHead


class CarelessAdmin(ModelAdmin):
    fields = ("name", "kind")
    inlines = (HeadInline,)
    list_display = ("name", "topic")
    list_editable = ("topic",)
    actions = ("wipe",)

    def wipe(self, request: Any, queryset: Any) -> None: ...


def test_a_careless_admin_would_be_found(superuser: User) -> None:
    site = AdminSite()
    site.register(Room, CarelessAdmin)
    assert ways_around(site, superuser) == [
        "chat.Room: add",
        "chat.Room: delete",
        "chat.Room: inline HeadInline",
        "chat.Room: kind",
        "chat.Room: action delete_selected",
        "chat.Room: action wipe",
    ]


def test_nothing_is_deleted_by_the_sites_own_action() -> None:
    assert "delete_selected" not in [name for name, _ in admin.site.actions]


@pytest.mark.parametrize(
    ("table", "names"),
    [
        (
            "accounts_user",
            {"people_by_username", "people_by_email", "people_by_first_name", "staff"},
        ),
        ("chat_room", {"rooms_by_beginning", "rooms_by_name", "closed_rooms"}),
        ("accounts_post", {"posts_by_time", "posts_by_author", "hidden_posts"}),
        ("accounts_comment", {"comments_by_time", "comments_of_post", "hidden_comments"}),
        ("accounts_follow", {"follows_by_time", "followers_by_time", "followed_by_time"}),
        ("accounts_notification", {"notifications_by_time", "notifications_of_person"}),
        ("chat_message", {"messages_by_time", "messages_by_sender", "deleted_messages"}),
    ],
)
def test_the_indexes_of_the_lists_are_there(table: str, names: set[str]) -> None:
    """Those for beginnings are unknown to the models: where SQLite makes a table anew, a migration
    has to make them anew too."""
    with connection.cursor() as cursor:
        assert names <= connection.introspection.get_constraints(cursor, table).keys()
