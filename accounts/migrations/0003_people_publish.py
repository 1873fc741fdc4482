"""Follows, posts, comments, notifications and pictures; and the roles that people have."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from ._indexes import KeepPrefixIndex

# What each role may do besides looking: everybody has the first, others belong to a group.
EVERYBODY = ("add_post", "add_comment", "add_follow")
MODERATOR = (*EVERYBODY, "hide_post", "hide_comment", "view_post", "view_comment")
ADMINISTRATOR = (
    *MODERATOR,
    "view_follow",
    "view_notification",
    "view_user",
    "add_user",
    "change_user",
    "view_group",
    "view_emailaddress",
)
ROLES = {"user": EVERYBODY, "moderator": MODERATOR, "administrator": ADMINISTRATOR}
APPS = {"group": "auth", "emailaddress": "account"}
KEPT = [
    KeepPrefixIndex("user", name, f"people_by_{name}")
    for name in ("username", "email", "first_name", "last_name")
]


def make_roles(apps, schema_editor):
    """Make the groups, with permissions that Django itself makes only after all migrations."""
    Group = apps.get_model("auth", "Group")
    ContentType = apps.get_model("contenttypes", "ContentType")
    Permission = apps.get_model("auth", "Permission")
    for role, codenames in ROLES.items():
        group, _ = Group.objects.get_or_create(name=role)
        for codename in codenames:
            verb, _, model = codename.partition("_")
            kind, _ = ContentType.objects.get_or_create(
                app_label=APPS.get(model, "accounts"), model=model
            )
            permission, _ = Permission.objects.get_or_create(
                content_type=kind,
                codename=codename,
                defaults={"name": f"Can {verb} {model}"},
            )
            group.permissions.add(permission)


def remove_roles(apps, schema_editor):
    apps.get_model("auth", "Group").objects.filter(name__in=ROLES).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_lists_of_people"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [
        migrations.CreateModel(
            name="Picture",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("small", models.BinaryField()),
                ("large", models.BinaryField()),
            ],
            options={
                "verbose_name": "picture",
                "verbose_name_plural": "pictures",
            },
        ),
        *KEPT,
        migrations.AddField(
            model_name="user",
            name="about_me",
            field=models.TextField(blank=True, max_length=500, verbose_name="about me"),
        ),
        migrations.AddField(
            model_name="user",
            name="picture",
            field=models.CharField(
                blank=True, editable=False, max_length=16, verbose_name="picture"
            ),
        ),
        *KEPT,
        migrations.CreateModel(
            name="Comment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("body", models.TextField(verbose_name="text")),
                ("html", models.TextField(editable=False)),
                ("html_version", models.PositiveSmallIntegerField(editable=False)),
                ("mentions", models.JSONField(default=list, editable=False)),
                ("client_id", models.CharField(blank=True, max_length=64, null=True)),
                ("created_at", models.DateTimeField(verbose_name="written")),
                ("hidden_at", models.DateTimeField(blank=True, null=True, verbose_name="hidden")),
                ("hidden_reason", models.CharField(blank=True, max_length=500, verbose_name="why")),
                (
                    "author",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="comments",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="author",
                    ),
                ),
                (
                    "hidden_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="hidden by",
                    ),
                ),
            ],
            options={
                "verbose_name": "comment",
                "verbose_name_plural": "comments",
                "permissions": [("hide_comment", "Can hide comment")],
            },
        ),
        migrations.CreateModel(
            name="Post",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("body", models.TextField(verbose_name="text")),
                ("html", models.TextField(editable=False)),
                ("html_version", models.PositiveSmallIntegerField(editable=False)),
                ("mentions", models.JSONField(default=list, editable=False)),
                ("client_id", models.CharField(blank=True, max_length=64, null=True)),
                ("created_at", models.DateTimeField(verbose_name="written")),
                ("hidden_at", models.DateTimeField(blank=True, null=True, verbose_name="hidden")),
                ("hidden_reason", models.CharField(blank=True, max_length=500, verbose_name="why")),
                ("edited_at", models.DateTimeField(blank=True, null=True, verbose_name="edited")),
                (
                    "author",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="posts",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="author",
                    ),
                ),
                (
                    "hidden_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="hidden by",
                    ),
                ),
            ],
            options={
                "verbose_name": "post",
                "verbose_name_plural": "posts",
                "permissions": [("hide_post", "Can hide post")],
            },
        ),
        migrations.CreateModel(
            name="Notification",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("follow", "follow"),
                            ("comment", "comment"),
                            ("mention", "mention"),
                        ],
                        max_length=8,
                        verbose_name="kind",
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="told")),
                ("read_at", models.DateTimeField(blank=True, null=True, verbose_name="read")),
                (
                    "actor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="actor",
                    ),
                ),
                (
                    "comment",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.comment",
                        verbose_name="comment",
                    ),
                ),
                (
                    "recipient",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notifications",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="recipient",
                    ),
                ),
                (
                    "post",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.post",
                        verbose_name="post",
                    ),
                ),
            ],
            options={
                "verbose_name": "notification",
                "verbose_name_plural": "notifications",
            },
        ),
        migrations.AddField(
            model_name="comment",
            name="post",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="comments",
                to="accounts.post",
                verbose_name="post",
            ),
        ),
        migrations.CreateModel(
            name="Follow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="since")),
                (
                    "followed",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="followed",
                    ),
                ),
                (
                    "follower",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="follower",
                    ),
                ),
            ],
            options={
                "verbose_name": "follow",
                "verbose_name_plural": "follows",
                "indexes": [
                    models.Index(fields=["followed", "created_at", "id"], name="followers_by_time"),
                    models.Index(fields=["follower", "created_at", "id"], name="followed_by_time"),
                    models.Index(fields=["created_at", "id"], name="follows_by_time"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("follower", "followed"), name="follow_once"),
                    models.CheckConstraint(
                        condition=models.Q(("follower", models.F("followed")), _negated=True),
                        name="nobody_follows_themselves",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="post",
            index=models.Index(fields=["created_at", "id"], name="posts_by_time"),
        ),
        migrations.AddIndex(
            model_name="post",
            index=models.Index(fields=["author", "created_at", "id"], name="posts_by_author"),
        ),
        migrations.AddIndex(
            model_name="post",
            index=models.Index(
                condition=models.Q(("hidden_at__isnull", False)),
                fields=["created_at", "id"],
                name="hidden_posts",
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.UniqueConstraint(
                condition=models.Q(("client_id__isnull", False)),
                fields=("author", "client_id"),
                name="one_post_a_client_id",
            ),
        ),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(
                fields=["recipient", "created_at", "id"], name="notifications_of_person"
            ),
        ),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(
                condition=models.Q(("read_at__isnull", True)),
                fields=["recipient"],
                name="unread_notifications",
            ),
        ),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(fields=["created_at", "id"], name="notifications_by_time"),
        ),
        migrations.AddConstraint(
            model_name="notification",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "follow")),
                fields=("recipient", "actor"),
                name="a_follower_is_told_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="notification",
            constraint=models.UniqueConstraint(
                condition=models.Q(("comment__isnull", False)),
                fields=("recipient", "comment"),
                name="a_comment_is_told_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="notification",
            constraint=models.UniqueConstraint(
                condition=models.Q(("comment__isnull", True), ("post__isnull", False)),
                fields=("recipient", "post"),
                name="a_post_is_told_once",
            ),
        ),
        migrations.AddIndex(
            model_name="comment",
            index=models.Index(fields=["post", "created_at", "id"], name="comments_of_post"),
        ),
        migrations.AddIndex(
            model_name="comment",
            index=models.Index(fields=["author", "created_at", "id"], name="comments_by_author"),
        ),
        migrations.AddIndex(
            model_name="comment",
            index=models.Index(fields=["created_at", "id"], name="comments_by_time"),
        ),
        migrations.AddIndex(
            model_name="comment",
            index=models.Index(
                condition=models.Q(("hidden_at__isnull", False)),
                fields=["created_at", "id"],
                name="hidden_comments",
            ),
        ),
        migrations.AddConstraint(
            model_name="comment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("client_id__isnull", False)),
                fields=("author", "client_id"),
                name="one_comment_a_client_id",
            ),
        ),
        migrations.RunPython(make_roles, remove_roles),
    ]
