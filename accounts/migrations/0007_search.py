"""The words of posts, comments and people. `index_search` fills them with those stored before."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import accounts.search.matching
from accounts.search.migrating import CreateSearchTable


def index_of(name, *, thing, to):
    """The model called `name`, of what `thing` is."""
    key = models.OneToOneField(
        db_column="rowid",
        db_constraint=False,
        on_delete=django.db.models.deletion.CASCADE,
        primary_key=True,
        related_name="+",
        serialize=False,
        to=to,
    )
    table = f"accounts_{thing}_words"
    return (
        migrations.CreateModel(
            name=name,
            fields=[("words", accounts.search.matching.WordsField()), (thing, key)],
            options={"db_table": table, "abstract": False, "managed": False},
        ),
        CreateSearchTable(table),
    )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_unsent_mails")]

    operations = [
        *index_of("PostWords", thing="post", to="accounts.post"),
        *index_of("CommentWords", thing="comment", to="accounts.comment"),
        *index_of("PersonWords", thing="person", to=settings.AUTH_USER_MODEL),
    ]
