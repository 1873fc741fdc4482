"""What moderators and administrators may do in the chat; what is logged of roles and mails."""

from django.db import migrations, models

# Beside what accounts gives them. Moderators moderate rooms; administrators find their way around
# the admin too.
MODERATOR = {"moderate_rooms": "room"}
VIEWS = {
    f"view_{model}": model
    for model in ("room", "membership", "ban", "message", "report", "moderationentry", "mail")
}
ADMINISTRATOR = MODERATOR | VIEWS
ROLES = {"moderator": MODERATOR, "administrator": ADMINISTRATOR}


def give_rights(apps, schema_editor):
    """As accounts does: Django itself makes permissions only after all migrations."""
    Group = apps.get_model("auth", "Group")
    ContentType = apps.get_model("contenttypes", "ContentType")
    Permission = apps.get_model("auth", "Permission")
    for role, rights in ROLES.items():
        group, _ = Group.objects.get_or_create(name=role)
        for codename, model in rights.items():
            app = "accounts" if model == "mail" else "chat"
            kind, _ = ContentType.objects.get_or_create(app_label=app, model=model)
            name = f"Can view {model}" if codename in VIEWS else "Can moderate all rooms"
            permission, _ = Permission.objects.get_or_create(
                content_type=kind, codename=codename, defaults={"name": name}
            )
            group.permissions.add(permission)


def take_rights(apps, schema_editor):
    rights = apps.get_model("auth", "Permission").objects.filter(codename__in=ADMINISTRATOR)
    for group in apps.get_model("auth", "Group").objects.filter(name__in=ROLES):
        group.permissions.remove(*rights)


class Migration(migrations.Migration):
    dependencies = [
        ("chat", "0008_people_in_rooms"),
        ("accounts", "0006_unsent_mails"),
    ]

    operations = [
        migrations.RunPython(give_rights, take_rights),
        migrations.AlterField(
            model_name="moderationentry",
            name="act",
            field=models.CharField(
                choices=[
                    ("delete_message", "deleted a message"),
                    ("remove", "removed"),
                    ("ban", "banned"),
                    ("unban", "lifted the ban of"),
                    ("mute", "muted"),
                    ("unmute", "lifted the mute of"),
                    ("set_role", "changed the role of"),
                    ("transfer", "handed the room to"),
                    ("slow_mode", "set slow mode"),
                    ("change_room", "changed the room"),
                    ("close", "closed the room"),
                    ("reopen", "reopened the room"),
                    ("resolve_report", "resolved a report"),
                    ("suspend", "suspended"),
                    ("reinstate", "reinstated"),
                    ("end_sessions", "ended all sessions of"),
                    ("give_role", "gave a role to"),
                    ("resend_link", "had the link to confirm an address sent again to"),
                    ("send_mail", "had a mail sent again"),
                    ("read_private", "looked into a private room"),
                ],
                max_length=16,
                verbose_name="act",
            ),
        ),
    ]
