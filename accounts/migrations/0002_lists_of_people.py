"""What the admin's list of people filters and searches by, at a million people too."""

from django.db import migrations, models

from ._indexes import AddIndexWhileInUse, AddPrefixIndex


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("accounts", "0001_people")]

    operations = [
        AddIndexWhileInUse(
            "user",
            models.Index(
                fields=("username",), condition=models.Q(is_active=False), name="suspended_people"
            ),
        ),
        AddIndexWhileInUse(
            "user",
            models.Index(fields=("username",), condition=models.Q(is_staff=True), name="staff"),
        ),
        AddPrefixIndex("user", "username", name="people_by_username"),
        AddPrefixIndex("user", "email", name="people_by_email"),
        AddPrefixIndex("user", "first_name", name="people_by_first_name"),
        AddPrefixIndex("user", "last_name", name="people_by_last_name"),
    ]
