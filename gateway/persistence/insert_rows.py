"""Inserts many rows of one shape: the statement is SQLAlchemy's, made once; the rows go to the driver as they are."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import Connection, Dialect, Table, insert
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

from gateway.persistence.driver_call import call_driver_for_each

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
        columns = tuple(column.name for column in table.columns if column.name in rows[0])
        statement = _statement(connection.dialect.name, table, columns)
        call_driver_for_each(connection, statement, list(map(itemgetter(*columns), rows)))


@lru_cache(maxsize=64)
def _statement(database: str, table: Table, columns: tuple[str, ...]) -> str:
    return str(insert(table).compile(dialect=_BY_PLACE[database], column_keys=list(columns)))
