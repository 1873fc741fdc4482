from django.db import migrations, models

from ._indexes import AddIndexWhileInUse


def hidden_of_author(model_name: str, name: str) -> AddIndexWhileInUse:
    return AddIndexWhileInUse(
        model_name,
        models.Index(
            fields=("author", "created_at", "id"),
            condition=models.Q(("hidden_at__isnull", False)),
            name=name,
        ),
    )


class Migration(migrations.Migration):
    """What moderators hid of one person, without looking at all that the person wrote."""

    atomic = False
    dependencies = [("accounts", "0007_search")]
    operations = [
        hidden_of_author("post", "hidden_posts_of_author"),
        hidden_of_author("comment", "hidden_comments_of_author"),
    ]
