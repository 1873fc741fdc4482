"""The index of one kind of thing: which words stand in which row. The database searches it.

SQLite keeps it as an FTS5 table, PostgreSQL as a `tsvector` with a GIN index; both get prepared
tokens (`tokens.py`), so that both find the same. Each kind of thing has a model of its own, made
from `SearchIndex`, whose table `migrating.CreateSearchTable` makes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, TypeVar

from django.db import connections, models
from django.db.models import F, FloatField, Func
from django.db.models.expressions import Col

from .folding import fold
from .tokens import words_of_text
from .words import Term, Words

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models.sql.compiler import SQLCompiler

    Sql = tuple[str, tuple[str | int, ...]]
    TextField = models.TextField[Sequence[str], Any]  # generic for the type checker only
    Lookup = models.Lookup[Any]
else:
    TextField = models.TextField
    Lookup = models.Lookup

POSTGRES = "postgresql"
INSERTED_TOGETHER = 400  # entries in one statement
# A word is common where so many of the newest rows have it: then the newest with it are close by.
NEWEST = 20_000
COMMON = 200
Index = TypeVar("Index", bound="SearchIndex")


def scope_token(scope: int) -> str:
    """The token of a place. Nobody can type it: words hold no `@`."""
    return f"@{scope}"


@dataclass(frozen=True, slots=True)
class Condition:
    """Has all of `words`, in one of `scopes` (keys of places) if there are any."""

    words: Words
    scopes: Collection[int] = ()

    def for_sqlite(self) -> str:
        places = " OR ".join(f'"{scope_token(scope)}"' for scope in self.scopes)
        terms = [_for_sqlite(term) for term in self.words.terms]
        return " AND ".join([f"({places})", *terms] if places else terms)

    def for_postgresql(self) -> str:
        places = " | ".join(f"'{scope_token(scope)}'" for scope in self.scopes)
        terms = [_for_postgresql(term) for term in self.words.terms]
        return " & ".join([f"({places})", *terms] if places else terms)


def _for_sqlite(term: Term) -> str:
    return f'"{" ".join(term.tokens)}"{" *" if term.prefix else ""}'


def _for_postgresql(term: Term) -> str:
    quoted = " <-> ".join(f"'{token}'" for token in term.tokens)
    return f"({quoted}{':*' if term.prefix else ''})"


class WordsField(TextField):
    """Tokens in order. They are written and matched, never read back."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "tsvector" if connection.vendor == POSTGRES else "text"

    def get_placeholder(self, value: Any, compiler: Any, connection: BaseDatabaseWrapper) -> str:
        # PostgreSQL's own parser depends on the locale and drops what it takes for no word.
        return "%s::tsvector" if connection.vendor == POSTGRES else "%s"

    def get_prep_value(self, value: Sequence[str]) -> Any:
        return value

    def get_db_prep_value(
        self, value: Sequence[str], connection: BaseDatabaseWrapper, prepared: bool = False
    ) -> str:
        if connection.vendor != POSTGRES:
            return " ".join(value)
        places: dict[str, list[str]] = {}
        for place, token in enumerate(value, start=1):
            places.setdefault(token, []).append(str(place))
        return " ".join(f"'{token}':{','.join(found)}" for token, found in places.items())


@WordsField.register_lookup
class Matches(Lookup):
    """`words__matches=Condition(…)`."""

    lookup_name = "matches"
    prepare_rhs = False
    rhs: Condition

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> Sql:
        words, params = self.process_lhs(compiler, connection)
        return f"{words} MATCH %s", (*params, self.rhs.for_sqlite())

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> Sql:
        words, params = self.process_lhs(compiler, connection)
        return f"{words} @@ %s::tsquery", (*params, self.rhs.for_postgresql())


class Rank(Func):
    """How much of a row is what `condition`, by which it was found, looks for: from 0 to 1.

    The words of other rows do not count. Weights of rare words, as `bm25` has them, would tell by
    the order of what one may read how often a word stands where one may not.
    """

    output_field = FloatField()

    def __init__(self, condition: Condition) -> None:
        super().__init__(F("words"))
        self.condition = condition

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_: Any) -> Sql:
        [column] = self.get_source_expressions()
        if not isinstance(column, Col):
            raise TypeError("only the words of a search index have a rank")
        table = compiler.quote_name_unless_alias(column.alias)
        words, params = compiler.compile(column)
        # Each find gets one sign more in front, the place included.
        finds = f"length(highlight({table}, 0, '*', '')) - length({words})"
        if self.condition.scopes:
            finds += " - 1"
        rare = f"(0.3 + length({words}) / 100.0)"
        return f"(1.0 - {rare} / ({finds} + {rare}))", tuple(params) * 4

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_: Any
    ) -> Sql:
        words, params = compiler.compile(self.get_source_expressions()[0])
        only_words = Condition(self.condition.words).for_postgresql()
        return f"ts_rank({words}, %s::tsquery, 1)", (*params, only_words)


class Entry(NamedTuple):
    """What an index holds of one thing: its key, and its words in order."""

    key: int
    words: Sequence[str]


class IndexManager(models.Manager[Index]):
    """Writes an index: in the transaction that changes the things, so that it is never wrong."""

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

    A model made from this names the thing as a `OneToOneField` that cascades: with its primary key,
    in the column `rowid`, without a constraint, which FTS5 cannot have. What is deleted by the ORM
    is then gone from the index too.
    """

    words = WordsField()

    objects: ClassVar[IndexManager[Any]] = IndexManager()

    class Meta:
        abstract = True
        managed = False

    @classmethod
    def of(cls, thing: Any) -> Entry | None:
        """Return the entry of `thing`, or nothing if it shall not be found."""
        raise NotImplementedError


def entry(key: int, text: str, *, scope: int | None = None) -> Entry:
    """Return the entry of the thing `key` with what it says; `scope` is the key of the place it
    belongs to, if it is searched by places."""
    places = [] if scope is None else [scope_token(scope)]
    return Entry(key, [*places, *words_of_text(fold(text))])
