"""What the admin's lists are ordered, filtered and searched by, at a million rows too."""

from django.db import migrations, models
from django.db.models import Q

from accounts.migrations._indexes import AddIndexWhileInUse, AddPrefixIndex

INDEXES = {
    "message": [
        models.Index(fields=["created_at"], name="messages_by_time"),
        models.Index(fields=["sender", "created_at"], name="messages_by_sender"),
        models.Index(
            fields=["created_at"], condition=Q(deleted_at__isnull=False), name="deleted_messages"
        ),
        models.Index(
            fields=["created_at"], condition=Q(edited_at__isnull=False), name="edited_messages"
        ),
        models.Index(
            fields=["created_at"], condition=Q(subject__isnull=False), name="system_messages"
        ),
    ],
    "membership": [
        models.Index(fields=["room", "id"], name="memberships_by_room"),
        models.Index(fields=["user", "id"], name="memberships_by_user"),
        models.Index(fields=["role", "id"], name="memberships_by_role"),
        models.Index(fields=["id"], condition=Q(muted_until__isnull=False), name="muted"),
    ],
    "moderationentry": [
        models.Index(fields=["act", "created_at"], name="entries_by_act"),
        models.Index(fields=["actor", "created_at"], name="entries_by_actor"),
        models.Index(fields=["subject", "created_at"], name="entries_by_subject"),
        models.Index(fields=["room", "created_at"], name="entries_by_room"),
    ],
    "report": [models.Index(fields=["created_at"], name="reports_by_time")],
    "room": [
        models.Index(fields=["name", "id"], name="rooms_by_name"),
        models.Index(fields=["kind", "name", "id"], name="rooms_by_kind"),
        models.Index(
            fields=["kind", "name", "id"],
            condition=Q(closed_at__isnull=False),
            name="closed_rooms",
        ),
    ],
}


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("chat", "0003_admin"), ("accounts", "0002_lists_of_people")]

    operations = [
        *(
            AddIndexWhileInUse(model, index)
            for model, indexes in INDEXES.items()
            for index in indexes
        ),
        AddPrefixIndex("room", "name", name="rooms_by_beginning"),
    ]
