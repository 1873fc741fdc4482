"""The words of messages, by which they are found. `index_search` fills it with those stored before."""

import django.db.models.deletion
from django.db import migrations, models

import accounts.search.matching
from accounts.search.migrating import CreateSearchTable


class Migration(migrations.Migration):
    dependencies = [("chat", "0005_what_messages_show")]

    operations = [
        migrations.CreateModel(
            name="MessageWords",
            fields=[
                ("words", accounts.search.matching.WordsField()),
                (
                    "message",
                    models.OneToOneField(
                        db_column="rowid",
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="chat.message",
                    ),
                ),
            ],
            options={"db_table": "chat_message_words", "abstract": False, "managed": False},
        ),
        CreateSearchTable("chat_message_words"),
    ]
