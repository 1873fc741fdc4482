"""Indexes on tables that may be large already, and those that serve a search by beginnings."""

from django.db import migrations
from django.db.migrations.operations.base import Operation


class AddIndexWhileInUse(migrations.AddIndex):
    """`AddIndex` that on PostgreSQL keeps nobody from writing. The migration must not be atomic."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        model = to_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            schema_editor.add_index(model, self.index, **_concurrently(schema_editor))

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        model = from_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            index = from_state.models[app_label, self.model_name_lower].get_index_by_name(
                self.index.name
            )
            schema_editor.remove_index(model, index, **_concurrently(schema_editor))


class AddUniqueWhileInUse(migrations.AddConstraint):
    """`AddConstraint` of a `UniqueConstraint` with a condition, which is an index, as above."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        model = to_state.apps.get_model(app_label, self.model_name)
        if schema_editor.connection.vendor != "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)
        elif self.allow_migrate_model(schema_editor.connection.alias, model):
            statement = self.constraint.create_sql(model, schema_editor)
            statement.template = statement.template.replace(" INDEX ", " INDEX CONCURRENTLY ", 1)
            schema_editor.execute(statement)


class AddPrefixIndex(Operation):
    """An index that serves `istartswith` on a text column, which each database compares its way.

    Django can name no index that does on both, so the models do not know it.
    """

    reversible = True

    def __init__(self, model_name, field_name, name):
        self.model_name = model_name
        self.field_name = field_name
        self.name = name

    def state_forwards(self, app_label, state):
        pass

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor == "postgresql":
            create, terms = "CREATE INDEX CONCURRENTLY", "UPPER({column}::text) text_pattern_ops"
        else:
            create, terms = "CREATE INDEX", "{column} COLLATE NOCASE"
        self._create(app_label, schema_editor, to_state, create, terms)

    def _create(self, app_label, schema_editor, state, create, terms):
        model = state.apps.get_model(app_label, self.model_name)
        quote = schema_editor.quote_name
        table, column = quote(model._meta.db_table), quote(self.field_name)  # noqa: SLF001
        terms = terms.format(column=column)
        schema_editor.execute(f"{create} {quote(self.name)} ON {table} ({terms})")

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        drop = "DROP INDEX"
        if schema_editor.connection.vendor == "postgresql":
            drop = "DROP INDEX CONCURRENTLY"
        schema_editor.execute(f"{drop} IF EXISTS {schema_editor.quote_name(self.name)}")

    def describe(self):
        return f"Let {self.model_name}.{self.field_name} be searched by its beginning"

    @property
    def migration_name_fragment(self):
        return self.name


class KeepPrefixIndex(AddPrefixIndex):
    """Stands on both sides of operations that add, change or remove columns of its table.

    For those SQLite makes the table anew, without the indexes that the models do not know.
    """

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor == "sqlite":
            create, terms = "CREATE INDEX IF NOT EXISTS", "{column} COLLATE NOCASE"
            self._create(app_label, schema_editor, to_state, create, terms)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        self.database_forwards(app_label, schema_editor, from_state, to_state)

    def describe(self):
        return f"Keep {self.model_name}.{self.field_name} searchable by its beginning"


def _concurrently(schema_editor):
    return {"concurrently": True} if schema_editor.connection.vendor == "postgresql" else {}
