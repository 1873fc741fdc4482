"""Direct rooms, invitation links, mentions, and what a membership remembers."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import chat.models.links
from accounts.migrations._columns import AddColumnInPlace


class Migration(migrations.Migration):
    dependencies = [
        ("chat", "0007_attachments"),
        ("accounts", "0004_receipts"),
    ]

    operations = [
        migrations.AddField(
            model_name="membership",
            name="seen_sequence",
            field=models.BigIntegerField(blank=True, editable=False, null=True),
        ),
        AddColumnInPlace(
            model_name="membership",
            name="silenced",
            field=models.BooleanField(db_default=False, default=False, verbose_name="silenced"),
        ),
        migrations.CreateModel(
            name="InviteLink",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "token",
                    models.CharField(
                        default=chat.models.links.fresh_token,
                        editable=False,
                        max_length=32,
                        unique=True,
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="made")),
                ("expires_at", models.DateTimeField(blank=True, null=True, verbose_name="expires")),
                (
                    "use_limit",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="use limit"),
                ),
                ("uses", models.PositiveIntegerField(default=0, verbose_name="uses")),
                ("revoked_at", models.DateTimeField(blank=True, null=True, verbose_name="revoked")),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="made by",
                    ),
                ),
                (
                    "revoked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "room",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="links",
                        to="chat.room",
                    ),
                ),
            ],
            options={
                "verbose_name": "invitation link",
                "verbose_name_plural": "invitation links",
            },
        ),
        migrations.CreateModel(
            name="DirectPair",
            fields=[
                (
                    "room",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="pair",
                        serialize=False,
                        to="chat.room",
                    ),
                ),
                (
                    "first",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "second",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "pair",
                "verbose_name_plural": "pairs",
                "constraints": [
                    models.UniqueConstraint(fields=("first", "second"), name="one_room_a_pair"),
                    models.CheckConstraint(
                        condition=models.Q(("first__lt", models.F("second"))),
                        name="the_smaller_id_first",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Mention",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sequence", models.BigIntegerField()),
                (
                    "message",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mentions",
                        to="chat.message",
                    ),
                ),
                (
                    "room",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="chat.room",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mentions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "mention",
                "verbose_name_plural": "mentions",
                "indexes": [
                    models.Index(fields=["user", "room", "sequence"], name="mentions_by_user")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("message", "user"), name="one_mention_a_person")
                ],
            },
        ),
        migrations.CreateModel(
            name="Restraint",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("muted_until", models.DateTimeField(blank=True, null=True)),
                ("spoke_at", models.DateTimeField(blank=True, null=True)),
                (
                    "room",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="chat.room",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "restraint",
                "verbose_name_plural": "restraints",
                "constraints": [
                    models.UniqueConstraint(fields=("room", "user"), name="one_restraint_a_person")
                ],
            },
        ),
    ]
