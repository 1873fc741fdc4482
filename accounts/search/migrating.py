"""How a search index comes into the database, and out of it."""

from __future__ import annotations

from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation

# FTS5's `ascii` takes everything beyond ASCII for a letter and leaves it as it is.
SQLITE = "CREATE VIRTUAL TABLE {table} USING fts5(words, tokenize = \"ascii tokenchars '@'\")"
POSTGRES = (
    "CREATE TABLE {table} (rowid bigint PRIMARY KEY, words tsvector NOT NULL)",
    "CREATE INDEX {index} ON {table} USING gin (words)",
)


class CreateSearchTable(Operation):
    """Make the table of a model that is made from `SearchIndex`, which Django does not manage."""

    reversible = True

    def __init__(self, table: str) -> None:
        self.table = table

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The model is in the state already."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: Any,
        to_state: Any,
    ) -> None:
        is_postgres = schema_editor.connection.vendor == "postgresql"
        names = {
            "table": schema_editor.quote_name(self.table),
            "index": schema_editor.quote_name(f"{self.table}_gin"),
        }
        for statement in POSTGRES if is_postgres else (SQLITE,):
            schema_editor.execute(statement.format(**names))

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: Any,
        to_state: Any,
    ) -> None:
        schema_editor.execute(f"DROP TABLE {schema_editor.quote_name(self.table)}")

    def describe(self) -> str:
        return f"Make the search index {self.table}"
