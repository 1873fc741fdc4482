"""How an index is asked, in the words of each database: a condition, what fits it, and how well."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import F, FloatField, Func
from django.db.models.expressions import Col

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
