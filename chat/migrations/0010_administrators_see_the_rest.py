"""Administrators see invitation links and who is live, as they see the other lists of the chat."""

from django.db import migrations

VIEWS = {"view_invitelink": "invitelink", "view_liveperson": "liveperson"}


def give_rights(apps, schema_editor):
    """As 0009 does: Django itself makes permissions only after all migrations."""
    group, _ = apps.get_model("auth", "Group").objects.get_or_create(name="administrator")
    for codename, model in VIEWS.items():
        kind, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
            app_label="chat", model=model
        )
        permission, _ = apps.get_model("auth", "Permission").objects.get_or_create(
            content_type=kind, codename=codename, defaults={"name": f"Can view {model}"}
        )
        group.permissions.add(permission)


def take_rights(apps, schema_editor):
    rights = apps.get_model("auth", "Permission").objects.filter(codename__in=VIEWS)
    for group in apps.get_model("auth", "Group").objects.filter(name="administrator"):
        group.permissions.remove(*rights)


class Migration(migrations.Migration):
    dependencies = [("chat", "0009_roles")]

    operations = [migrations.RunPython(give_rights, take_rights)]
