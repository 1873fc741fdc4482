"""Columns for tables that may be large already."""

from django.db import migrations


class AddColumnInPlace(migrations.AddField):
    """`AddField` of a column with a constant `db_default`, which copies no table.

    PostgreSQL keeps such a default beside the table. So does SQLite, where Django would rather
    write the table anew, and lose the indexes that the models do not know.
    """

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        model = to_state.apps.get_model(app_label, self.model_name)
        if schema_editor.connection.vendor != "sqlite":
            super().database_forwards(app_label, schema_editor, from_state, to_state)
        elif self.allow_migrate_model(schema_editor.connection.alias, model):
            field = model._meta.get_field(self.name)  # noqa: SLF001 - Django's own way to a field
            quote = schema_editor.quote_name
            definition, _ = schema_editor.column_sql(model, field)
            schema_editor.execute(
                f"ALTER TABLE {quote(model._meta.db_table)}"  # noqa: SLF001
                f" ADD COLUMN {quote(field.column)} {definition}"
            )
