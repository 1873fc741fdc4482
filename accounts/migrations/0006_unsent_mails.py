"""Mails that wait to be sent."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_logins"),
    ]

    operations = [
        migrations.CreateModel(
            name="Mail",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("recipient", models.EmailField(max_length=254, verbose_name="to")),
                ("subject", models.CharField(max_length=200, verbose_name="subject")),
                ("text", models.TextField()),
                ("html", models.TextField(blank=True)),
                ("created_at", models.DateTimeField(verbose_name="written")),
                ("due_at", models.DateTimeField(verbose_name="next try")),
                ("tries", models.PositiveSmallIntegerField(default=0, verbose_name="tries")),
                ("failed_at", models.DateTimeField(blank=True, null=True, verbose_name="given up")),
                (
                    "error",
                    models.CharField(blank=True, max_length=300, verbose_name="what went wrong"),
                ),
            ],
            options={
                "verbose_name": "unsent mail",
                "verbose_name_plural": "unsent mails",
                "indexes": [
                    models.Index(
                        condition=models.Q(("failed_at__isnull", True)),
                        fields=["due_at"],
                        name="mails_to_send",
                    ),
                    models.Index(fields=["created_at", "id"], name="mails_by_time"),
                ],
            },
        ),
    ]
