"""Inserts many rows of one shape: the statement is SQLAlchemy's, made once; the rows go to the driver as they are."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import Connection, Dialect, Table, insert
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

from hosting.database.driver_call import call_driver

MOST_ROWS: Final = 32
"""At most so many rows a statement, and else powers of two: few statements serve all numbers of rows."""

_BY_PLACE: Final[Mapping[str, Dialect]] = {
    "sqlite": SQLiteDialect_pysqlite(paramstyle="qmark"),
    "postgresql": PGDialect_psycopg(paramstyle="format"),  # type: ignore[no-untyped-call]
}
"""How each database's driver takes values by their place, which costs it less than by name."""


def insert_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert `rows` into `table`; all have the same columns, and values for the driver as they are.

    SQLAlchemy's own way looks at each value of each row, which costs as much as SQLite's insert. Several rows go into
    one statement: at each statement the thread gives the interpreter's lock away and must win it back.
    """
    for piece in _pieces(rows):
        statement, values_of = _written(connection.dialect.name, table, tuple(piece[0]), len(piece))
        call_driver(connection, statement, tuple(chain.from_iterable(map(values_of, piece))))


def _pieces(rows: Sequence[Mapping[str, Any]]) -> Iterator[Sequence[Mapping[str, Any]]]:
    start = 0
    while left := len(rows) - start:
        size = min(MOST_ROWS, 1 << (left.bit_length() - 1))
        yield rows[start : start + size]
        start += size


@lru_cache(maxsize=256)
def _written(database: str, table: Table, names: tuple[str, ...], rows: int) -> tuple[str, Callable[[Any], Any]]:
    """Return the statement for so many rows of these columns, and what takes their values out of a row in its order."""
    columns = [column.name for column in table.columns if column.name in names]
    text = str(insert(table).compile(dialect=_BY_PLACE[database], column_keys=columns))
    head, values = text.split(" VALUES ")
    return f"{head} VALUES {', '.join([values] * rows)}", itemgetter(*columns)
