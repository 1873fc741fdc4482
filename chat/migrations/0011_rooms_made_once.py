"""What its maker calls the making of a room: asked for again, it makes no other."""

from django.db import migrations, models

from accounts.migrations._indexes import AddUniqueWhileInUse


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("chat", "0010_administrators_see_the_rest")]

    operations = [
        # Columns without a default: neither database copies the table for them.
        migrations.AddField(
            "room", "client_id", models.CharField(editable=False, max_length=64, null=True)
        ),
        migrations.AddField("room", "request_hash", models.BinaryField(max_length=32, null=True)),
        AddUniqueWhileInUse(
            "room",
            models.UniqueConstraint(
                condition=models.Q(("client_id__isnull", False)),
                fields=("created_by", "client_id"),
                name="one_room_a_client_id",
            ),
        ),
    ]
