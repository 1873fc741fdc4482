"""The index of one kind of thing: which words stand in which row. The database searches it.

SQLite keeps it as an FTS5 table, PostgreSQL as a `tsvector` with a GIN index; both get prepared
tokens (`tokens.py`), so that both find the same. Each kind of thing has a model of its own, made
from `SearchIndex`, whose table `migrating.CreateSearchTable` makes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any, ClassVar, NamedTuple, TypeVar

from django.db import connections, models
from django.db.models import F

from .folding import fold
from .matching import POSTGRES, Condition, WordsField, scope_token
from .tokens import words_of_text

INSERTED_TOGETHER = 400  # entries in one statement
# A word is common where so many of the newest rows have it: then the newest with it are close by.
NEWEST = 20_000
COMMON = 200
Index = TypeVar("Index", bound="SearchIndex")


class Entry(NamedTuple):
    """What an index holds of one thing: its key, and its words in order."""

    key: int
    words: Sequence[str]


class IndexManager(models.Manager[Index]):
    """Writes an index, in the transaction that changes the things, and finds what is in it."""

    def add(self, things: Iterable[Any]) -> None:
        """Let those of `things` that say something, of which none is in the index, be found."""
        entries = [entry for entry in map(self.model.of, things) if entry is not None]
        for start in range(0, len(entries), INSERTED_TOGETHER):
            self._insert_entries(entries[start : start + INSERTED_TOGETHER])

    def _insert_entries(self, entries: Sequence[Entry]) -> None:
        # Every message passes here, and `bulk_create` would take three times as long.
        connection = connections[self.db]
        options = self.model._meta  # noqa: SLF001 - Django's documented API
        field: WordsField = options.get_field("words")  # type: ignore[assignment] # it is one
        row = f"(%s, {field.get_placeholder(None, None, connection)})"
        rows = ((key, field.get_db_prep_value(words, connection)) for key, words in entries)
        statement = (
            f"INSERT INTO {connection.ops.quote_name(options.db_table)}"  # noqa: S608 - our names
            f" (rowid, words) VALUES {', '.join([row] * len(entries))}"
        )
        with connection.cursor() as cursor:
            cursor.execute(statement, list(chain.from_iterable(rows)))

    def newest(self, condition: Condition) -> models.QuerySet[Index]:
        """What fits `condition`, the newest stored first.

        PostgreSQL takes every beginning of a word for common. In the order of the key it would go
        through the whole table to find that nothing has it; a sum, which no index has in order,
        makes it take the index of words. One query more there.
        """
        found = self.filter(words__matches=condition)
        if connections[self.db].vendor == POSTGRES and not self._is_common(condition):
            return found.order_by((F("pk") + 0).desc())
        return found.order_by("-pk")

    def _is_common(self, condition: Condition) -> bool:
        connection = connections[self.db]
        table = connection.ops.quote_name(self.model._meta.db_table)  # noqa: SLF001 - Django's documented API
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT count(*) FROM (SELECT words FROM {table} ORDER BY rowid DESC LIMIT %s)"  # noqa: S608 - a model's own table
                " AS newest WHERE words @@ %s::tsquery",
                [NEWEST, condition.for_postgresql()],
            )
            (fitting,) = cursor.fetchone()
        return int(fitting) >= COMMON

    def remove(self, keys: Iterable[int]) -> None:
        """Let the things `keys` be found no more."""
        if gone := list(keys):
            self.filter(pk__in=gone).delete()

    def renew(self, things: Iterable[Any]) -> None:
        """Let `things` be found by what they say now, whatever is in the index: two queries."""
        present = list(things)
        self.remove(thing.pk for thing in present)
        self.add(present)


class SearchIndex(models.Model):
    """A row for each thing that can be found, under the thing's key.

    A model made from this names the thing by a field that `indexed` makes.
    """

    words = WordsField()

    objects: ClassVar[IndexManager[Any]] = IndexManager()

    class Meta:
        abstract = True
        managed = False

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

    @classmethod
    def of(cls, thing: Any) -> Entry | None:
        """Return the entry of `thing`, or nothing if it shall not be found."""
        raise NotImplementedError


def indexed(thing: type[models.Model] | str) -> models.OneToOneField[Any, Any]:
    """The field by which an entry names its `thing` (a model, or a model's label).

    It cascades, so what is deleted by the ORM is gone from the index too. Its column is `rowid`,
    without a constraint, which FTS5 cannot have.
    """
    return models.OneToOneField(
        thing,
        models.CASCADE,
        primary_key=True,
        db_column="rowid",
        db_constraint=False,
        related_name="+",
    )


def entry(key: int, text: str, *, scope: int | None = None) -> Entry:
    """Return the entry of the thing `key` with what it says; `scope` is the key of the place it
    belongs to, if it is searched by places."""
    places = [] if scope is None else [scope_token(scope)]
    return Entry(key, [*places, *words_of_text(fold(text))])
