"""Inserts many rows of one shape: the statement is SQLAlchemy's, made once; the rows go to the driver as they are."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import Connection, Dialect, Table, insert
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

from hosting.database.driver_call import call_driver_for_each

_BY_PLACE: Final[Mapping[str, Dialect]] = {
    "sqlite": SQLiteDialect_pysqlite(paramstyle="qmark"),
    "postgresql": PGDialect_psycopg(paramstyle="format"),  # type: ignore[no-untyped-call]
}
"""How each database's driver takes values by their place, which costs it less than by name."""


def insert_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert `rows` into `table`; all have the same columns, and values for the driver as they are.

    SQLAlchemy's own way looks at each value of each row, which costs as much as SQLite's insert.
    """
    if rows:
        statement, values_of = _written(connection.dialect.name, table, tuple(rows[0]))
        call_driver_for_each(connection, statement, list(map(values_of, rows)))


@lru_cache(maxsize=64)
def _written(database: str, table: Table, names: tuple[str, ...]) -> tuple[str, Callable[[Mapping[str, Any]], Any]]:
    """Return the statement for the columns of these names, and what takes their values out of a row in its order."""
    columns = [column.name for column in table.columns if column.name in names]
    statement = insert(table).compile(dialect=_BY_PLACE[database], column_keys=columns)
    return str(statement), itemgetter(*columns)
