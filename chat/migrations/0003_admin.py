"""The admin's page of live sessions, an act of moderation, and keys whose own indexes others replace."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import accounts.models.users

ACTS = [
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
    ("read_private", "looked into a private room"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_people"),
        ("chat", "0002_moderation"),
    ]

    operations = [
        migrations.CreateModel(
            name="LivePerson",
            fields=[],
            options={
                "verbose_name": "live session",
                "verbose_name_plural": "live sessions",
                "proxy": True,
                "default_permissions": ("view",),
                "indexes": [],
                "constraints": [],
            },
            bases=("accounts.user",),
            managers=[("objects", accounts.models.users.PeopleManager())],
        ),
        migrations.AlterField(
            "moderationentry",
            "act",
            models.CharField(choices=ACTS, max_length=16, verbose_name="act"),
        ),
        migrations.AlterField(
            "message",
            "room",
            models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="messages",
                to="chat.room",
            ),
        ),
        migrations.AlterField(
            "message",
            "sender",
            models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="messages",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            "membership",
            "room",
            models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="memberships",
                to="chat.room",
            ),
        ),
        migrations.AlterField(
            "membership",
            "user",
            models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="memberships",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            "moderationentry",
            "actor",
            models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="by",
            ),
        ),
        migrations.AlterField(
            "moderationentry",
            "room",
            models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="moderation_entries",
                to="chat.room",
            ),
        ),
        migrations.AlterField(
            "moderationentry",
            "subject",
            models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="whom",
            ),
        ),
    ]
