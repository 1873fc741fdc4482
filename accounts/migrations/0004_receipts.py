"""Whether others see how far one has read."""

from django.db import migrations, models

from ._columns import AddColumnInPlace


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_people_publish"),
    ]

    operations = [
        AddColumnInPlace(
            model_name="user",
            name="shows_receipts",
            field=models.BooleanField(
                db_default=True,
                default=True,
                help_text="Others see how far this person has read in direct and small rooms.",
                verbose_name="shows receipts",
            ),
        ),
    ]
