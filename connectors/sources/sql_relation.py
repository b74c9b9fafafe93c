"""What a mapping may read from a database: one table or view by name, or one SELECT."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Protocol

from sqlalchemy import Connection, Dialect, FromClause, column, inspect, select, table, text
from sqlalchemy.exc import DBAPIError

from connectors.sources.errors import SourceError

MAX_SELECT_CHARACTERS: Final = 10_000

_TABLE_NAME = re.compile(r"[^\W0-9]\w{0,62}(\.[^\W0-9]\w{0,62})?")
_SELECT = re.compile(r"select\s[^;]*", re.IGNORECASE)
_RAW_NAMES: Final = {"sqlite_raw_colnames": True}
_COMMENT = re.compile(r"--|/\*|#")


class Relation(Protocol):
    """Something with rows and columns."""

    def names(self, connection: Connection) -> frozenset[str]:
        """Return the names of all its columns."""

    def as_from(self, names: Sequence[str]) -> FromClause:
        """Return it for the FROM of a query, with these columns."""


@dataclass(frozen=True)
class TableRelation:
    """A table or view, `name` or `schema.name`; any other writing is refused with `table_name_invalid`."""

    name: str

    def __post_init__(self) -> None:
        if not _TABLE_NAME.fullmatch(self.name):
            raise SourceError("table_name_invalid")

    def names(self, connection: Connection) -> frozenset[str]:
        """Return the column names, from an answer without rows. Raises `NoSuchTableError`."""
        try:
            # Names as they are: SQLAlchemy would shorten one with a full stop in it.
            answer = connection.exec_driver_sql(_without_rows(self, connection.dialect), execution_options=_RAW_NAMES)
            return frozenset(answer.keys())
        except DBAPIError:
            connection.rollback()
            return self._inspected(connection)

    def _inspected(self, connection: Connection) -> frozenset[str]:
        """Return the column names as the catalogue has them: far slower, but it tells what is missing."""
        schema, _, name = self.name.rpartition(".")
        return frozenset(str(c["name"]) for c in inspect(connection).get_columns(name, schema=schema or None))

    def as_from(self, names: Sequence[str]) -> FromClause:
        """Return the table with these columns; every name is quoted."""
        schema, _, name = self.name.rpartition(".")
        return table(name, *(column(c) for c in names), schema=schema or None)


@lru_cache(maxsize=16)
def _without_rows(relation: TableRelation, dialect: Dialect) -> str:
    """Return the query whose answer has all columns and no rows; written once, since each exchange asks it."""
    query = select(text("*")).select_from(relation.as_from(())).limit(0)
    return str(query.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))


@dataclass(frozen=True)
class SelectRelation:
    """One SELECT statement without semicolons and comments; anything else is refused with `select_invalid`.

    It runs as a subquery, so what is not a query in itself fails in the database too.
    """

    statement: str

    def __post_init__(self) -> None:
        too_long = len(self.statement) > MAX_SELECT_CHARACTERS
        if too_long or not _SELECT.fullmatch(self.statement.strip()) or _COMMENT.search(self.statement):
            raise SourceError("select_invalid")

    def names(self, connection: Connection) -> frozenset[str]:
        """Return the column names, from an answer without rows."""
        return frozenset(connection.execute(select(text("*")).select_from(self.as_from(())).limit(0)).keys())

    def as_from(self, names: Sequence[str]) -> FromClause:
        """Return the statement as a subquery with these columns."""
        # A colon is the statement's own, never a parameter of ours.
        statement = text(self.statement.strip().replace(":", r"\:"))
        return statement.columns(*(column(c) for c in names)).subquery("declared")
